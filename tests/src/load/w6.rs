//! W6, durability: the server is killed in the middle of a burst; what it had answered or shown must still be there.

mod check;
mod witness;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use super::content::{IDEAS, Ideas};
use super::floor::disk::fdatasync_ms;
use super::people::{Person, create_space, join, role};
use super::process::say;
use super::server::Server;
use super::thin::{TIMEOUT, Thin};
use super::{Figure, Outcome, Settings};
use check::{Found, check};
use witness::{Witness, burst};

/// The phones that edit at the same time.
const PHONES: usize = 4;

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let mut server = Server::start(settings)?;
    let professional = server.professional()?;
    let mut total = Found::default();
    for trial in 0..settings.sizes.trials {
        let found = kill(&mut server, &professional, settings, trial).await?;
        say(&format!("w6: kill {}: {found}", trial + 1));
        total.add(&found);
    }
    let count = |key, what, value: usize| Figure::new("w6", key, what, value as f64, "");
    Ok(vec![
        count("kills", "kills", settings.sizes.trials),
        count("answered", "commands answered as admitted before a kill", total.answered).at_least(1.0).promised(),
        count("seen", "entries that any phone had seen before a kill", total.seen).at_least(1.0).promised(),
        count("unanswered", "commands under way when the server was killed", total.unanswered),
        count("missing", "of those answered or seen: missing after the restart", total.missing).at_most(0.0).promised(),
        count("changed", "of those answered or seen: elsewhere or otherwise", total.changed).at_most(0.0).promised(),
        Figure::new(
            "w6",
            "fdatasync",
            "one fdatasync of 500 bytes, p50",
            fdatasync_ms(settings, Duration::ZERO)?,
            "ms",
        ),
    ])
}

/// One burst and one kill, each in a space of its own on the same server.
async fn kill(server: &mut Server, professional: &Person, settings: &Settings, trial: usize) -> Outcome<Found> {
    let sizes = &settings.sizes;
    let space = create_space(&server.api, professional)?;
    let own = IDEAS / PHONES;
    let seeded = (own * PHONES) as u64;
    let mut people = Vec::new();
    let mut phones = Vec::new();
    for number in 0..PHONES {
        let person = join(&server.api, professional, space, role(number))?;
        let mut phone = Thin::connect(server.api.address(), &person.token, space.circle, None).await?;
        phone.catch_up().await?;
        let ideas = Ideas::new(own);
        phone.submit(ideas.propose()).await?;
        phone.flush().await?;
        people.push(person);
        phones.push((phone, ideas));
    }
    for (phone, _) in &mut phones {
        phone.until(seeded, own).await?;
    }
    // Each trial is cut at another moment, from early to late in the burst.
    let all = (PHONES * sizes.burst) as u64;
    let moment = seeded + all * (trial as u64 + 1) / (sizes.trials as u64 + 1);
    let reached = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = phones
        .into_iter()
        .map(|(phone, ideas)| tokio::spawn(burst(phone, ideas, sizes.burst, reached.clone())))
        .collect();
    let waiting = async {
        while reached.load(Ordering::Relaxed) < moment && !tasks.iter().all(|task| task.is_finished()) {
            sleep(Duration::from_micros(200)).await;
        }
    };
    tokio::time::timeout(TIMEOUT, waiting).await.map_err(|_| "the burst does not get on")?;
    server.kill()?;
    let mut witnesses: Vec<Witness> = Vec::new();
    for task in tasks {
        witnesses.push(task.await??);
    }
    server.restart()?;
    check(server, space, &people, witnesses, seeded).await
}
