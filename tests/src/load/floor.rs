//! The floor under every figure: the machine's own time for the same work.

pub(crate) mod automerge;
pub(crate) mod disk;
pub(crate) mod echo;
pub(crate) mod echo_server;

use std::time::Duration;

use super::{Figure, Outcome, Settings};

/// The floors on their own; the workloads measure again those they need.
pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let sizes = &settings.sizes;
    let figure = |key, what, value, unit| Figure::new("floor", key, what, value, unit);
    let short = automerge::measure(0, sizes.edits, Duration::ZERO)?;
    let long = automerge::measure(sizes.history, sizes.edits, Duration::ZERO)?;
    let echo = echo::Echo::start(settings)?;
    let fan_out = echo.fan_out(sizes).await?;
    Ok(vec![
        figure(
            "fdatasync",
            "500 bytes made durable: write and fdatasync, p50",
            disk::fdatasync_ms(settings, Duration::ZERO)?,
            "ms",
        ),
        figure("fan_out.p50", "bare WebSocket fan-out to the readers of w1, p50", fan_out.p50_ms, "ms"),
        figure("fan_out.p99", "bare WebSocket fan-out to the readers of w1, p99", fan_out.p99_ms, "ms"),
        figure("fan_out.cpu", "bare WebSocket fan-out to the readers of w1, CPU per message", fan_out.cpu_us, "us"),
        figure("change", "one edit as an Automerge change", short.change_bytes, "bytes"),
        figure("execute.new", "Automerge: an edit at given heads, new document", short.execute_us, "us"),
        figure("execute.long", "Automerge: an edit at given heads, document of w3", long.execute_us, "us"),
        figure("apply.new", "Automerge: apply one change, new document", short.apply_us, "us"),
        figure("apply.long", "Automerge: apply one change, document of w3", long.apply_us, "us"),
        figure("save", "Automerge: save the document of w3", long.save_ms, "ms"),
        figure("load", "Automerge: load the document of w3", long.load_ms, "ms"),
        figure("saved", "the document of w3, saved", long.saved_bytes / 1024.0, "KiB"),
    ])
}
