//! The same traffic over the bare WebSocket server.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::sync::Barrier;
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::echo_server::READY;
use crate::load::counted::Counted;
use crate::load::process::{Process, Sample};
use crate::load::stats::{median, ms, percentile};
use crate::load::thin::{TIMEOUT, open};
use crate::load::{Failure, Outcome, Settings, Sizes};

/// The bytes of a message: about those of an entry's frame.
const SIZE: usize = 400;

type Socket = WebSocketStream<Counted>;

/// A bare server in a process of its own.
pub(crate) struct Echo {
    process: Process,
    address: SocketAddr,
}

/// The time that a message takes to those who listen.
pub(crate) struct FanOut {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// The server's processor time for each message, in microseconds.
    pub(crate) cpu_us: f64,
}

/// What it takes to hand the same bytes to many.
pub(crate) struct Blobs {
    pub(crate) alone_ms: f64,
    pub(crate) cpu_ms: f64,
    pub(crate) all_s: f64,
}

impl Echo {
    pub(crate) fn start(settings: &Settings) -> Outcome<Self> {
        let mut command = Command::new(&settings.load);
        let ready = |line: &str| line.strip_prefix(READY).and_then(|address| address.parse().ok());
        let (process, address) = Process::start(command.arg("echo-server"), ready)?;
        Ok(Self { process, address })
    }

    /// One writer at the pace of W1 and its readers.
    pub(crate) async fn fan_out(&self, sizes: &Sizes) -> Outcome<FanOut> {
        let began = Instant::now();
        let count = sizes.edits;
        let mut readers = Vec::new();
        for _ in 0..sizes.readers {
            let mut reader = self.open("fan/w1").await?;
            readers.push(tokio::spawn(async move {
                let mut seen = Vec::with_capacity(count);
                for _ in 0..count {
                    let sent = stamp(&receive(&mut reader).await?)?;
                    seen.push(ms(began.elapsed()) - sent);
                }
                Ok::<_, Failure>(seen)
            }));
        }
        let mut writer = self.open("fan/w1").await?;
        let before = self.process.sample()?;
        let mut clock = interval(sizes.pause());
        for _ in 0..count {
            clock.tick().await;
            let mut bytes = ms(began.elapsed()).to_le_bytes().to_vec();
            bytes.resize(SIZE, 0);
            writer.send(Message::Binary(bytes.into())).await?;
            receive(&mut writer).await?;
        }
        let mut seen = Vec::new();
        for reader in readers {
            seen.extend(reader.await??);
        }
        let cpu_us = self.process.sample()?.cpu_since(&before) * 1e6 / count.max(1) as f64;
        Ok(FanOut { p50_ms: median(&seen), p99_ms: percentile(&seen, 0.99), cpu_us })
    }

    /// The messages of W2, each to all in its room; how many a second until all have all.
    pub(crate) async fn fan_in_per_second(&self, sizes: &Sizes) -> Outcome<f64> {
        let each = sizes.edits_each;
        let all = sizes.edits_each * sizes.phones;
        let count = sizes.documents * sizes.phones;
        let start = Arc::new(Barrier::new(count + 1));
        let mut phones = Vec::with_capacity(count);
        for number in 0..count {
            let mut phone = self.open(&format!("fan/{}", number / sizes.phones.max(1))).await?;
            let start = start.clone();
            phones.push(tokio::spawn(async move {
                start.wait().await;
                for _ in 0..each {
                    phone.feed(Message::Binary(vec![7; SIZE].into())).await?;
                }
                phone.flush().await?;
                for _ in 0..all {
                    receive(&mut phone).await?;
                }
                Ok::<_, Failure>(())
            }));
        }
        start.wait().await;
        let began = Instant::now();
        for phone in phones {
            phone.await??;
        }
        Ok((count * each) as f64 / began.elapsed().as_secs_f64())
    }

    /// As many connections as W3 has, each for one answer of so many bytes.
    pub(crate) async fn blobs(&self, sizes: &Sizes, bytes: u64) -> Outcome<Blobs> {
        let path = format!("blob/{bytes}");
        let mut alone = Vec::new();
        for _ in 0..10 {
            let began = Instant::now();
            drop(self.blob(&path).await?);
            alone.push(ms(began.elapsed()));
        }
        let before = self.process.sample()?;
        let mut all = Vec::new();
        let rounds = 5;
        for _ in 0..rounds {
            let began = Instant::now();
            let mut joining = tokio::task::JoinSet::new();
            for _ in 0..sizes.joins {
                let address = self.address;
                let path = path.clone();
                joining.spawn(async move { blob(address, &path).await.map(drop) });
            }
            while let Some(joined) = joining.join_next().await {
                joined??;
            }
            all.push(began.elapsed().as_secs_f64());
        }
        let cpu = self.process.sample()?.cpu_since(&before) * 1000.0;
        Ok(Blobs { alone_ms: median(&alone), cpu_ms: cpu / (rounds * sizes.joins.max(1)) as f64, all_s: median(&all) })
    }

    /// The memory of connections that do nothing, in KiB each.
    pub(crate) async fn idle_kib(&self, sizes: &Sizes) -> Outcome<f64> {
        let before = self.process.sample()?;
        let mut idle = Vec::with_capacity(sizes.connections);
        for _ in 0..sizes.connections {
            idle.push(self.open("blob/1").await?);
        }
        sleep(Duration::from_secs(1)).await;
        Ok(grown(&before, &self.process.sample()?) / sizes.connections.max(1) as f64)
    }

    async fn blob(&self, path: &str) -> Outcome<Socket> {
        blob(self.address, path).await
    }

    async fn open(&self, path: &str) -> Outcome<Socket> {
        connect(self.address, path).await
    }
}

/// The memory that came between two samples, in KiB.
pub(crate) fn grown(before: &Sample, after: &Sample) -> f64 {
    after.rss_kib - before.rss_kib
}

async fn blob(address: SocketAddr, path: &str) -> Outcome<Socket> {
    let mut socket = connect(address, path).await?;
    socket.send(Message::Binary(vec![7].into())).await?;
    receive(&mut socket).await?;
    Ok(socket)
}

async fn connect(address: SocketAddr, path: &str) -> Outcome<Socket> {
    let request = format!("ws://{address}/{path}").into_client_request()?;
    Ok(open(address, request).await?.0)
}

async fn receive(socket: &mut Socket) -> Outcome<Vec<u8>> {
    let message = timeout(TIMEOUT, socket.next()).await?.ok_or("the bare server has closed")??;
    Ok(message.into_data().to_vec())
}

fn stamp(bytes: &[u8]) -> Outcome<f64> {
    let stamp = bytes.first_chunk::<8>().ok_or("a message without its time")?;
    Ok(f64::from_le_bytes(*stamp))
}
