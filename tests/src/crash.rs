//! Server and phones that are real processes and die, again and again, at any moment and at every place that has a
//! name; what anybody was told before is there afterwards.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is test code: what is not as was promised ends the test, here"
)]

mod circle;
mod phone;
mod witness;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use fastrand::Rng;

use crate::outside::Server;
use circle::Circle;

pub use phone::live as live_as_phone;

/// Cycles in one space; after that a new one, so that no document grows without end.
const CYCLES_A_SPACE: usize = 20;

/// The points at which a server can die, besides any moment, and the visit by which it has died.
const SERVER_PLACES: &[(&str, u32)] = &[
    ("commit.before", 14),
    ("commit.after", 14),
    ("fan-out.before", 14),
    ("answer.before", 14),
    ("snapshot.before", 14),
    ("checkpoint.before", 6),
    ("truncation.after", 6),
    ("truncation.synced", 6),
];

/// The points at which a phone can die, besides any moment, and the visit by which it has died.
const PHONE_PLACES: &[(&str, u32)] = &[
    ("store.before", 14),
    ("store.after", 14),
    ("send.before", 14),
    ("receive.after", 14),
    ("checkpoint.before", 3),
    ("truncation.after", 3),
    ("truncation.synced", 3),
];

/// What many deaths came to.
#[derive(Clone, Debug, Default)]
pub struct Deaths {
    /// The interval at which everything died.
    pub cycles: usize,
    /// Deaths of the server at a place with a name.
    pub server_places: usize,
    /// Deaths of phones at a place with a name.
    pub phone_places: usize,
    /// Deaths of either while a write-ahead file was being emptied.
    pub checkpoints: usize,
    /// Commands that were answered `admitted` before a death.
    pub answered: usize,
    /// Edits that a phone said are saved before a death.
    pub saved: usize,
    /// Erasures that were answered before a death, or are found to have been made.
    pub erased: usize,
}

/// Kills a server and its phones so many times and checks after each that nothing is missing.
///
/// `phone` is the program that [`live_as_phone`] is in.
///
/// # Panics
///
/// When something is missing, doubled or otherwise than it was told.
pub fn run(cycles: usize, seed: u64, phone: &Path, progress: impl Fn(&Deaths)) -> Deaths {
    let mut rng = Rng::with_seed(seed);
    let mut deaths = Deaths::default();
    let mut server = Server::start();
    while deaths.cycles < cycles {
        let mut circle = Circle::new(&server);
        for _ in 0..CYCLES_A_SPACE.min(cycles - deaths.cycles) {
            let at = place(SERVER_PLACES, &mut rng);
            let is_ready = match &at {
                Some(place) => server.restart_failing_at(place),
                None => {
                    server.restart();
                    true
                }
            };
            let phones = [(); 2].map(|()| place(PHONE_PLACES, &mut rng));
            let running = circle.start(phone, &phones);
            if is_ready {
                circle.burst(Duration::from_millis(rng.u64(30..400)));
            }
            let has_died = at.is_some() && !server.is_up();
            server.kill();
            let phones_died = circle.stop(running);
            deaths.server_places += usize::from(has_died);
            deaths.phone_places += phones_died.iter().filter(|has_died| **has_died).count();
            let died = phones.iter().zip(phones_died).chain([(&at, has_died)]);
            deaths.checkpoints += died.filter(|(place, has_died)| *has_died && is_checkpoint(place.as_ref())).count();
            server.restart();
            circle.check();
            deaths.cycles += 1;
            progress(&deaths);
        }
        circle.check_all();
        deaths.answered += circle.answered();
        deaths.saved += circle.saved();
        deaths.erased += circle.erased();
    }
    deaths
}

/// A place to die at, or none: then at any moment.
fn place(places: &[(&str, u32)], rng: &mut Rng) -> Option<String> {
    let place = rng.usize(..places.len() + 2);
    places.get(place).map(|(place, latest)| format!("{place}:{}", rng.u32(1..=*latest)))
}

fn is_checkpoint(place: Option<&String>) -> bool {
    place.is_some_and(|place| place.starts_with("checkpoint.") || place.starts_with("truncation."))
}

impl fmt::Display for Deaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cycles, server_places, phone_places, checkpoints, answered, saved, erased } = self;
        write!(
            f,
            "{cycles} cycles, in {server_places} of which the server died at a place with a name; {phone_places} \
             phones did; {checkpoints} of these while a write-ahead file was being emptied; {answered} commands answered and {saved} edits saved before, all there afterwards; {erased} \
             erasures, nothing of them there"
        )
    }
}
