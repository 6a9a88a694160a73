//! W4, idle connections: thousands of phones, each with a small document of its own, that do nothing.

use std::time::{Duration, Instant};

use kring_sync::Position;
use tokio::time::sleep;

use super::content::{IDEAS, Ideas};
use super::floor::echo::{Echo, grown};
use super::parallel::parallel;
use super::people::{Space, create_space, join};
use super::process::say;
use super::server::Server;
use super::thin::Thin;
use super::{Failure, Figure, Outcome, Settings};

/// The time that memory may take to come back.
const AFTER: Duration = Duration::from_secs(5);

/// Files that this process needs besides the connections.
const SPARE: usize = 200;

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let sizes = &settings.sizes;
    let count = sizes.connections;
    enough_files(count)?;
    let bare = Echo::start(settings)?.idle_kib(sizes).await?;
    say(&format!("w4: making {count} spaces"));
    let mut server = Server::start(settings)?;
    let professional = server.professional()?;
    let spaces = parallel(count, |_| {
        let space = create_space(&server.api, &professional)?;
        Ok::<_, Failure>((space, join(&server.api, &professional, space, "member")?.token))
    })?;
    say("w4: filling their documents");
    for (space, token) in &spaces {
        fill(&server, *space, token).await?;
    }
    // Documents that were just written are in memory for a while; phones that come back to them need not be.
    server.restart()?;
    sleep(Duration::from_secs(2)).await;

    // The first phone has the system read the server's code from its file, which is nobody's memory.
    let (first, token) = spaces.first().ok_or("no spaces")?;
    leave(vec![connect(&server, *first, token).await?]).await;
    say(&format!("w4: connecting {count} phones, which then do nothing for {} s", sizes.idle_seconds));
    let empty = server.sample()?;
    let began = Instant::now();
    let mut phones = Vec::with_capacity(count);
    for (space, token) in &spaces {
        phones.push(connect(&server, *space, token).await?);
    }
    let connected_s = began.elapsed().as_secs_f64();
    sleep(Duration::from_secs(1)).await;
    let connected = server.sample()?;
    sleep(Duration::from_secs(sizes.idle_seconds)).await;
    let idle = server.sample()?;
    leave(phones).await;
    let gone = server.sample()?;

    say("w4: the same phones, each of which edits once");
    let working = edit_once(&server, &spaces).await?;
    let working_kib = grown(&gone, &server.sample()?);
    leave(working).await;

    let each = |kib: f64| kib / count.max(1) as f64;
    let idle_cpu = idle.cpu_since(&connected) * 100.0 / sizes.idle_seconds.max(1) as f64;
    let figure = |key, what, value, unit| Figure::new("w4", key, what, value, unit);
    Ok(vec![
        figure("idle", "server memory per idle connection", each(grown(&empty, &idle)), "KiB")
            .over("bare WebSocket, read buffer of 4 KiB", bare)
            .at_most(16.0),
        figure("gone", "server memory left per connection, 5 s after all left", each(grown(&empty, &gone)), "KiB")
            .at_most(4.0),
        figure("connect.cpu", "server CPU to connect all and send each its document", connected.cpu_since(&empty), "s"),
        figure("connect", "time to connect all, one after the other", connected_s, "s"),
        figure("idle.cpu", "server CPU while nothing happens", idle_cpu, "%"),
        figure("rss", "server memory with all connected", idle.rss_kib / 1024.0, "MiB"),
        figure("working", "server memory per connection whose document is at work", each(working_kib), "KiB"),
    ])
}

/// The limit is the system's (`ulimit -n`); the server needs as many files as this process.
fn enough_files(connections: usize) -> Outcome<()> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap_or_default();
    let soft = line.split_whitespace().next().and_then(|limit| limit.parse::<usize>().ok()).unwrap_or(usize::MAX);
    if soft < connections + SPARE {
        return Err(format!("{connections} connections need more than {soft} files: raise `ulimit -n`").into());
    }
    Ok(())
}

/// Connects a phone that has nothing, and has it sent its document.
async fn connect(server: &Server, space: Space, token: &str) -> Outcome<Thin> {
    let mut phone = Thin::connect(server.api.address(), token, space.circle, None).await?;
    phone.catch_up().await?;
    if phone.at.sequence != IDEAS as u64 {
        return Err("a phone lacks its document".into());
    }
    Ok(phone)
}

async fn fill(server: &Server, space: Space, token: &str) -> Outcome<()> {
    let mut phone = Thin::connect(server.api.address(), token, space.circle, None).await?;
    phone.submit(Ideas::new(IDEAS).propose()).await?;
    phone.flush().await?;
    phone.until(0, IDEAS).await?;
    phone.close().await;
    Ok(())
}

async fn edit_once(server: &Server, spaces: &[(Space, String)]) -> Outcome<Vec<Thin>> {
    let mut phones = Vec::with_capacity(spaces.len());
    for (space, token) in spaces {
        let at = Position { sequence: IDEAS as u64, ..Position::GENESIS };
        let mut phone = Thin::connect(server.api.address(), token, space.circle, Some(at)).await?;
        phone.submit(Ideas::new(1).propose()).await?;
        phone.flush().await?;
        phone.until(at.sequence + 1, 1).await?;
        phones.push(phone);
    }
    sleep(Duration::from_secs(1)).await;
    Ok(phones)
}

async fn leave(phones: Vec<Thin>) {
    for phone in phones {
        phone.close().await;
    }
    sleep(AFTER).await;
}
