//! The load: eight workloads on a real server, and beside each what the machine itself takes for the same work.
//!
//! Every workload starts `kring serve` as a process of its own on an empty directory, makes people and documents
//! through the public API, and returns [`Figure`]s. A figure carries its floor, measured in the same run: a bare
//! WebSocket server, Automerge alone in this process, one write to the disk. There is nothing here that only the load
//! may do: phones are either the real `kring-client`, or [`thin`] ones that speak the same frames and merge nothing, so
//! that the server and not the phones is what is measured.

mod cli;
mod content;
mod counted;
mod figure;
mod floor;
mod full;
mod http;
mod parallel;
mod peers;
mod people;
mod process;
mod relay;
mod report;
mod server;
mod settings;
mod stats;
mod thin;
mod w1;
mod w2;
mod w2_full;
mod w3;
mod w4;
mod w5;
mod w6;
mod w7;
mod w8;

pub use cli::main;
pub use figure::{Figure, Floor, Target};
pub use settings::{Settings, Sizes};

/// The failure, in words for whoever runs the load.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The outcome of a step of the load.
pub type Outcome<T> = Result<T, Failure>;

/// The names of the workloads, in the order in which they run.
pub const WORKLOADS: [&str; 9] = ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "floor"];

/// Runs one workload once.
///
/// # Errors
///
/// What kept it from being measured: a server that does not start, a phone that is refused, an edit that is lost.
pub async fn run(workload: &str, settings: &Settings) -> Outcome<Vec<Figure>> {
    match workload {
        "w1" => w1::run(settings).await,
        "w2" => {
            let mut figures = w2::run(settings).await?;
            figures.extend(w2_full::run(settings).await?);
            Ok(figures)
        }
        "w3" => w3::run(settings).await,
        "w4" => w4::run(settings).await,
        "w5" => w5::run(settings).await,
        "w6" => w6::run(settings).await,
        "w7" => w7::run(settings).await,
        "w8" => w8::run(settings).await,
        "floor" => floor::run(settings).await,
        other => Err(format!("no workload is called {other:?}; there are {}", WORKLOADS.join(", ")).into()),
    }
}
