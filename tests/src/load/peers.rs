//! Other systems on the same work, by their own programs: a folder with a load generator, their servers and a script
//! `peers.sh`, which is copied first because it builds inside itself.

mod install;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Outcome;
use super::process::say;
use super::report::Report;
use install::{copy, install};
use table::{FIGURES, print};

/// A system that can be measured.
pub(crate) struct Peer {
    /// Its name in `peers.sh`.
    name: &'static str,
    /// The function of `peers.sh` that measures it.
    bench: &'static str,
    /// What has to be installed for it.
    needs: &'static [&'static str],
}

const PEERS: [Peer; 4] = [
    Peer { name: "repo-node", bench: "bench", needs: &["harness", "peers/repo-node"] },
    Peer { name: "samod", bench: "bench", needs: &["harness"] },
    Peer { name: "hocuspocus", bench: "ybench", needs: &["yjs-bench", "peers/hocuspocus"] },
    Peer { name: "ysweet", bench: "ybench", needs: &["yjs-bench", "y-sweet"] },
];

/// A figure of a peer: which one, in which workload, under which key of ours, and the value.
pub(crate) struct Measured {
    pub(crate) peer: &'static str,
    pub(crate) workload: &'static str,
    pub(crate) key: &'static str,
    pub(crate) value: f64,
}

/// Measures what can be installed and prints it beside our own figures.
pub(crate) fn compare(directory: Option<&Path>, workloads: &[&str], runs: usize, report: &Report) -> Outcome<()> {
    let source = match directory {
        Some(directory) => directory.to_owned(),
        None => std::env::var_os("KRING_PEERS").map_or_else(|| PathBuf::from("../shared/load"), PathBuf::from),
    };
    if !source.join("peers.sh").is_file() {
        say(&format!("peers: skipped: there is no peers.sh in {}", source.display()));
        return Ok(());
    }
    let target = std::env::current_exe()?.ancestors().nth(2).ok_or("this program is nowhere")?.join("peers");
    copy(&source, &target)?;
    let missing = install(&target)?;
    let mut measured = Vec::new();
    for peer in &PEERS {
        if let Some((what, why)) = missing.iter().find(|(what, _)| peer.needs.contains(&what.as_str())) {
            say(&format!("peers: {} skipped: {what}: {why}", peer.name));
            continue;
        }
        for workload in workloads.iter().filter(|workload| workload.starts_with('w')) {
            say(&format!("peers: {} {workload}", peer.name));
            match bench(&target, peer, workload, runs) {
                Ok(result) => measured.extend(figures(peer, workload, &result)),
                Err(error) => say(&format!("peers: {} {workload} skipped: {error}", peer.name)),
            }
        }
    }
    print(report, &measured)
}

/// Runs one workload of a peer; the medians it prints last.
fn bench(target: &Path, peer: &Peer, workload: &str, runs: usize) -> Outcome<Value> {
    let results = target.join(format!("results/{}-{workload}.jsonl", peer.name));
    if results.exists() {
        std::fs::remove_file(&results)?;
    }
    // One peer of them needs minutes for what the others do in seconds; it gets fewer connections.
    let options = if (peer.name, workload) == ("samod", "w4") { "--clients 200" } else { "" };
    let script = format!(". ./peers.sh; {} {} {workload} {workload} {options}", peer.bench, peer.name);
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(target).env("PEERBENCH_ROOT", target).env("RUNS", runs.to_string());
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let text = std::fs::read_to_string(&results).unwrap_or_default();
    let last = text.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
    let medians = last.filter(|line| line.get("median_of").is_some());
    medians
        .and_then(|line| line.get("result").cloned())
        .ok_or_else(|| said.chars().take(300).collect::<String>().into())
}

fn figures<'a>(peer: &'a Peer, workload: &'a str, result: &'a Value) -> impl Iterator<Item = Measured> + 'a {
    FIGURES.iter().filter(move |figure| figure.workload == workload).filter_map(move |figure| {
        let value = result.pointer(figure.theirs)?.as_f64()? * figure.scale;
        Some(Measured { peer: peer.name, workload: figure.workload, key: figure.ours, value })
    })
}
