//! W3, cold join: a phone that has nothing gets a document with a long history; alone, and many at once.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use kring_domain::DocumentId;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::content::{IDEAS, Ideas};
use super::floor::echo::Echo;
use super::parallel::parallel;
use super::people::{Person, Space, create_space, join as member};
use super::process::say;
use super::server::Server;
use super::stats::{median, ms};
use super::thin::Thin;
use super::{Figure, Outcome, Settings};

/// The interval at which all join at once; the kernel counts processor time too coarsely for one round.
const ROUNDS: usize = 5;

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let sizes = &settings.sizes;
    say(&format!("w3: a document of {} entries", sizes.history));
    let mut server = Server::start(settings)?;
    let professional = server.professional()?;
    let space = create_space(&server.api, &professional)?;
    let client = member(&server.api, &professional, space, "client")?;
    fill(&server, &client, space, sizes.history).await?;
    let people = parallel(sizes.joins, |_| member(&server.api, &professional, space, "member"))?;
    // What the document's writer still holds in memory is not what a phone that comes tomorrow finds.
    sleep(Duration::from_secs(1)).await;
    server.restart()?;
    let address = server.api.address();
    let first = people.first().ok_or("nobody joins")?;
    let (cold, bytes) = join(address, &first.token, space.circle, sizes.history).await?;
    let mut alone = Vec::new();
    for person in people.iter().cycle().skip(1).take(10) {
        alone.push(join(address, &person.token, space.circle, sizes.history).await?.0);
    }
    say(&format!("w3: {} at once, {ROUNDS} times", sizes.joins));
    let before = server.sample()?;
    let mut all = Vec::new();
    let mut each = Vec::new();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let mut joining = JoinSet::new();
        for person in &people {
            let token = person.token.clone();
            let history = sizes.history;
            joining.spawn(async move { join(address, &token, space.circle, history).await });
        }
        while let Some(joined) = joining.join_next().await {
            each.push(joined??.0);
        }
        all.push(began.elapsed().as_secs_f64());
    }
    let cpu = server.sample()?.cpu_since(&before) * 1000.0 / (ROUNDS * people.len()) as f64;
    let floor = Echo::start(settings)?.blobs(sizes, bytes).await?;
    let figure = |key, what, value, unit| Figure::new("w3", key, what, value, unit);
    let bare = "bare WebSocket with the same bytes";
    Ok(vec![
        figure("alone", "alone: connect to all entries, p50", median(&alone), "ms").over(bare, floor.alone_ms),
        figure("cold", "alone: the first after the server started", cold, "ms"),
        figure("bytes", "bytes down, handshake included", bytes as f64 / 1024.0, "KiB"),
        figure("all", "all at once: until the last has all", median(&all), "s").over(bare, floor.all_s),
        figure("each", "all at once: each, p50", median(&each), "ms"),
        figure("cpu", "all at once: server CPU per join", cpu, "ms").over(bare, floor.cpu_ms).at_most_times(4.0),
    ])
}

/// Joins with nothing; how long it took, in milliseconds, and the bytes that came down.
async fn join(address: SocketAddr, token: &str, document: DocumentId, history: usize) -> Outcome<(f64, u64)> {
    let began = Instant::now();
    let mut phone = Thin::connect(address, token, document, None).await?;
    phone.catch_up().await?;
    let took = ms(began.elapsed());
    if phone.at.sequence != history as u64 {
        return Err(format!("joined with {} of {history} entries", phone.at.sequence).into());
    }
    let bytes = phone.traffic.down();
    phone.close().await;
    Ok((took, bytes))
}

/// Makes a document of so many entries.
async fn fill(server: &Server, client: &Person, space: Space, history: usize) -> Outcome<()> {
    let mut phone = Thin::connect(server.api.address(), &client.token, space.circle, None).await?;
    phone.catch_up().await?;
    let mut ideas = Ideas::new(IDEAS);
    phone.propose(&ideas).await?;
    phone.edit_up_to(history, &mut ideas).await?;
    phone.close().await;
    Ok(())
}
