//! Which of their figures is which of ours.

use std::io::Write;

use super::Measured;
use crate::load::Outcome;
use crate::load::report::{Report, number};

/// A figure that both sides have.
pub(super) struct Same {
    pub(super) workload: &'static str,
    /// Its key among ours.
    pub(super) ours: &'static str,
    /// Its place in their results, as a JSON pointer.
    pub(super) theirs: &'static str,
    /// What theirs is multiplied with to have our unit.
    pub(super) scale: f64,
}

const fn same(workload: &'static str, ours: &'static str, theirs: &'static str, scale: f64) -> Same {
    Same { workload, ours, theirs, scale }
}

const KIB: f64 = 1.0 / 1024.0;

pub(super) const FIGURES: [Same; 19] = [
    same("w1", "full.p50", "/received_ms/p50", 1.0),
    same("w1", "full.p99", "/received_ms/p99", 1.0),
    same("w1", "full.cpu", "/server/cpu_s", 1e6 / 500.0),
    same("w1", "bytes", "/bytes_per_reader", KIB),
    same("w1", "peak", "/server/peak_rss_mib", 1.0),
    same("w2", "thin.rate", "/edits_per_s", 1.0),
    same("w2", "thin.cpu", "/server_cpu_us_per_edit", 1.0),
    same("w2", "peak", "/server/peak_rss_mib", 1.0),
    same("w3", "alone", "/join_ms/p50", 1.0),
    same("w3", "bytes", "/bytes_received", KIB),
    same("w3", "all", "/concurrent_all_s", 1.0),
    same("w3", "cpu", "/server/cpu_s", 1000.0 / 100.0),
    same("w4", "idle", "/kib_per_client", 1.0),
    same("w4", "connect.cpu", "/connect_cpu_s", 1.0),
    same("w4", "idle.cpu", "/idle_cpu_percent", 1.0),
    same("w5", "has_all", "/client_has_all_ms", 1.0),
    same("w5", "converged", "/converged_ms", 1.0),
    same("w5", "down", "/bytes_received", KIB),
    same("w5", "up", "/bytes_sent", KIB),
];

/// Prints each figure of ours with theirs behind it.
pub(super) fn print(report: &Report, measured: &[Measured]) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    for line in report.lines() {
        let figure = &line.figure;
        let theirs = measured.iter().filter(|m| (m.workload, m.key) == (figure.workload, figure.key));
        let theirs: Vec<String> = theirs.map(|m| format!("{} {}", m.peer, number(m.value))).collect();
        if !theirs.is_empty() {
            let ours = format!("{} {}", number(figure.value), figure.unit);
            writeln!(out, "{:<6}{:<66} kring {ours}; {}", figure.workload, figure.what, theirs.join("; "))?;
        }
    }
    Ok(())
}
