//! W1, propagation: one writer at a steady pace, and readers; from the call to the entry's frame at each reader.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kring_domain::CommandId;
use kring_sync::{Position, ServerFrame};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use super::content::{IDEAS, Ideas, submission};
use super::floor::automerge;
use super::floor::disk::fdatasync_ms;
use super::floor::echo::Echo;
use super::full::Full;
use super::people::{Space, create_space, invite, join, sign_in};
use super::process::say;
use super::server::Server;
use super::stats::{median, ms, percentile};
use super::thin::Thin;
use super::{Figure, Outcome, Settings};

/// When each edit was made, in the order in which they were.
type Made = Vec<(CommandId, Instant)>;

/// When each entry arrived at one reader, and the bytes it read for them.
struct Seen {
    at: BTreeMap<CommandId, Instant>,
    bytes: u64,
}

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let fan_out = Echo::start(settings)?.fan_out(&settings.sizes).await?;
    let pause = settings.sizes.pause();
    let disk = fdatasync_ms(settings, pause)?;
    // Half as many edits before: about the document in the middle of the workload.
    let alone = automerge::measure(settings.sizes.edits / 2, 100, pause)?;
    let mut figures = Vec::new();
    for is_full in [true, false] {
        say(&format!("w1: {} edits by a {} phone", settings.sizes.edits, if is_full { "full" } else { "thin" }));
        let server = Server::start(settings)?;
        let professional = server.professional()?;
        let space = create_space(&server.api, &professional)?;
        let code = invite(&server.api, &professional, space, "client")?;
        let writer = Writer::new(settings, &server, is_full, &code, space).await?;
        let readers = readers(settings, &server, &professional, space).await?;
        let before = server.sample()?;
        let made = writer.write(settings).await?;
        let mut latencies = Vec::new();
        let mut bytes = 0;
        for reader in readers {
            let seen = reader.await??;
            bytes += seen.bytes;
            for (id, at) in &made {
                let arrived = seen.at.get(id).ok_or("a reader lacks an entry")?;
                latencies.push(ms(arrived.duration_since(*at)));
            }
        }
        let after = server.sample()?;
        let cpu = after.cpu_since(&before) * 1e6 / made.len().max(1) as f64;
        let each = bytes as f64 / settings.sizes.readers.max(1) as f64 / 1024.0;
        let p50 = median(&latencies);
        let p99 = percentile(&latencies, 0.99);
        let figure = |key, what, value, unit| Figure::new("w1", key, what, value, unit);
        // A full phone executes and stores the edit itself before it sends it.
        let commits = if is_full { 2.0 } else { 1.0 };
        let own = commits * (disk + alone.execute_us / 1000.0);
        let floor = if is_full {
            "bare fan-out; twice: Automerge and fdatasync"
        } else {
            "bare fan-out, Automerge and fdatasync"
        };
        let least = fan_out.p50_ms + own;
        let most = fan_out.p99_ms + own;
        let bare = "bare fan-out and Automerge";
        let bare_cpu = fan_out.cpu_us + alone.execute_us;
        figures.extend(if is_full {
            [
                figure("full.p50", "full phone: submit call to frame at reader, p50", p50, "ms").over(floor, least),
                figure("full.p99", "full phone: submit call to frame at reader, p99", p99, "ms").over(floor, most),
                figure("full.cpu", "full phone: server CPU per edit", cpu, "us").over(bare, bare_cpu),
                figure("peak", "server: most memory", after.peak_kib / 1024.0, "MiB"),
            ]
        } else {
            [
                figure("thin.p50", "thin phone: sent to frame at reader, p50", p50, "ms")
                    .over(floor, least)
                    .at_most_times(2.0),
                figure("thin.p99", "thin phone: sent to frame at reader, p99", p99, "ms").over(floor, most),
                figure("thin.cpu", "thin phone: server CPU per edit", cpu, "us").over(bare, bare_cpu),
                figure("bytes", "bytes to each reader", each, "KiB"),
            ]
        });
    }
    Ok(figures)
}

/// The phone that edits.
enum Writer {
    Full(Arc<Full>, Ideas),
    Thin(Box<Thin>, Ideas),
}

impl Writer {
    async fn new(settings: &Settings, server: &Server, is_full: bool, code: &str, space: Space) -> Outcome<Self> {
        let ideas = Ideas::new(IDEAS);
        if is_full {
            let phone = Full::sign_in(settings, &server.api.url(), code, space.circle).await?;
            for command in ideas.propose() {
                phone.submit(command)?;
            }
            phone.until_shared(IDEAS as u64).await?;
            return Ok(Self::Full(Arc::new(phone), ideas));
        }
        let client = sign_in(&server.api, code, "client")?;
        let mut phone = Thin::connect(server.api.address(), &client.token, space.circle, None).await?;
        phone.catch_up().await?;
        phone.submit(ideas.propose()).await?;
        phone.flush().await?;
        phone.until(IDEAS as u64, IDEAS).await?;
        Ok(Self::Thin(Box::new(phone), ideas))
    }

    async fn write(self, settings: &Settings) -> Outcome<Made> {
        let count = settings.sizes.edits;
        let pause = settings.sizes.pause();
        match self {
            Self::Full(phone, mut ideas) => {
                let writing = phone.clone();
                let made = spawn_blocking(move || write_full(&writing, &mut ideas, count, pause)).await??;
                phone.until_shared((IDEAS + count) as u64).await?;
                Ok(made)
            }
            Self::Thin(phone, ideas) => write_thin(*phone, ideas, count, pause).await,
        }
    }
}

/// The call blocks until the edit is on the phone's disk, and the next one is due at its own time all the same.
fn write_full(phone: &Full, ideas: &mut Ideas, count: usize, pause: Duration) -> Outcome<Made> {
    let mut due = Instant::now();
    let mut made = Vec::with_capacity(count);
    for _ in 0..count {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        due += pause;
        let command = ideas.edit();
        let at = Instant::now();
        made.push((phone.submit(command)?, at));
    }
    Ok(made)
}

async fn write_thin(mut phone: Thin, mut ideas: Ideas, count: usize, pause: Duration) -> Outcome<Made> {
    let mut clock = interval(pause);
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        tokio::select! {
            biased;
            _ = clock.tick() => {
                let at = Instant::now();
                let command = submission(ideas.edit(), phone.at);
                made.push((command.id, at));
                phone.send(vec![command]).await?;
                phone.flush().await?;
            }
            frame = phone.receive() => drop(frame?),
        }
    }
    phone.until((IDEAS + count) as u64, IDEAS + count).await?;
    Ok(made)
}

async fn readers(
    settings: &Settings,
    server: &Server,
    professional: &super::people::Person,
    space: Space,
) -> Outcome<Vec<JoinHandle<Outcome<Seen>>>> {
    let mut readers = Vec::new();
    let last = (IDEAS + settings.sizes.edits) as u64;
    for _ in 0..settings.sizes.readers {
        let member = join(&server.api, professional, space, "member")?;
        let mut reader =
            Thin::connect(server.api.address(), &member.token, space.circle, Some(Position::GENESIS)).await?;
        reader.until(IDEAS as u64, 0).await?;
        readers.push(tokio::spawn(read(reader, last)));
    }
    Ok(readers)
}

async fn read(mut reader: Thin, last: u64) -> Outcome<Seen> {
    let before = reader.traffic.down();
    let mut at = BTreeMap::new();
    while reader.at.sequence < last {
        let frame = reader.receive().await?;
        let now = Instant::now();
        if let ServerFrame::Entries { entries, .. } = frame {
            at.extend(entries.iter().map(|entry| (entry.command_id, now)));
        }
    }
    Ok(Seen { at, bytes: reader.traffic.down() - before })
}
