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

/// Where a server can die, besides at any moment.
const SERVER_PLACES: &[&str] = &["commit.before", "commit.after", "fan-out.before", "answer.before", "snapshot.before"];

/// Where a phone can die, besides at any moment.
const PHONE_PLACES: &[&str] = &["store.before", "store.after", "send.before", "receive.after"];

/// What many deaths came to.
#[derive(Clone, Debug, Default)]
pub struct Deaths {
    /// How often everything died.
    pub cycles: usize,
    /// Deaths of the server at a place with a name.
    pub server_places: usize,
    /// Deaths of phones at a place with a name.
    pub phone_places: usize,
    /// Commands that were answered `admitted` before a death.
    pub answered: usize,
    /// Edits that a phone said are saved before a death.
    pub saved: usize,
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
            deaths.server_places += usize::from(at.is_some() && !server.is_up());
            server.kill();
            deaths.phone_places += circle.stop(running);
            server.restart();
            circle.check();
            deaths.cycles += 1;
            progress(&deaths);
        }
        circle.check_all();
        deaths.answered += circle.answered();
        deaths.saved += circle.saved();
    }
    deaths
}

/// A place to die at, or none: then at any moment.
fn place(places: &[&str], rng: &mut Rng) -> Option<String> {
    let place = rng.usize(..places.len() + 2);
    places.get(place).map(|place| format!("{place}:{}", rng.u32(1..15)))
}

impl fmt::Display for Deaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cycles, server_places, phone_places, answered, saved } = self;
        write!(
            f,
            "{cycles} cycles, in {server_places} of which the server died at a place with a name; {phone_places} \
             phones did; {answered} commands answered and {saved} edits saved before, all there afterwards"
        )
    }
}
