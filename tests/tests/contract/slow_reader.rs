//! Readers that never read: nobody else waits for them, and the server does not grow.

use fastrand::Rng;
use kring_tests::outside::{Cast, Server, Socket, command, id};
use serde_json::{Value, json};

/// The number of devices that never read.
const SILENT: usize = 4;

/// How much more memory the server may hold afterwards: what may wait for each of them, and room for its own work on a
/// document that has grown by megabytes (124 MiB were seen).
const MAX_GROWTH_BYTES: u64 = (SILENT as u64 * 2 + 192) << 20;

fn messages(random: &mut Rng, count: usize) -> Vec<Value> {
    let mut text = || -> String { (0..1_900).map(|_| random.alphanumeric()).collect() };
    (0..count).map(|_| command(json!({"type": "post_message", "message_id": id(), "text": text()}))).collect()
}

fn sockets(server: &Server) -> usize {
    let metrics = server.http().get("/metrics").text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("kring_sockets "));
    line.expect("sockets are counted").parse().expect("a number")
}

fn sequences(frame: &Value, document: &str) -> Vec<u64> {
    let is_ours = frame["t"] == "entries" && frame["document"] == document;
    let entries = frame["entries"].as_array().filter(|_| is_ours).map(Vec::as_slice).unwrap_or_default();
    entries.iter().map(|entry| entry["sequence"].as_u64().expect("a number")).collect()
}

#[test]
fn who_never_reads_slows_nobody_down_and_comes_back_by_cursor() {
    let server = Server::with(&["--commands-per-second", "50000", "--command-burst", "50000"]);
    let cast = Cast::new(&server);
    let mut writer = cast.member.socket();
    let mut reader = cast.client.socket();
    let mut silent: Vec<Socket> = (0..SILENT).map(|_| cast.professional.socket()).collect();
    assert_eq!(sockets(&server), SILENT + 2);
    let before = server.resident_bytes();
    let mut random = Rng::with_seed(5);
    let mut written = 0;
    let mut read = 0;
    while sockets(&server) > 2 {
        assert!(written < 20_000, "they are still there");
        let verdicts = writer.submit(&cast.circle, &messages(&mut random, 50));
        assert!(verdicts.iter().all(|verdict| verdict["verdict"] == "admitted"));
        written += 50;
        // Whoever reads has everything before the next batch is written, whether the others read or not.
        while read < written {
            let frame = reader.frame("entries");
            for sequence in sequences(&frame, &cast.circle) {
                assert_eq!(sequence, read + 1);
                read = sequence;
            }
        }
    }
    if let (Some(before), Some(after)) = (before, server.resident_bytes()) {
        assert!(after < before + MAX_GROWTH_BYTES, "{} MiB more", (after - before) >> 20);
    }
    for mut socket in silent.drain(..) {
        let (frames, code) = socket.until_closed();
        // Who never reads is not told either: the reason would have waited behind everything else.
        assert!(matches!(code, None | Some(4408)), "{code:?}");
        let all: Vec<u64> = frames.iter().flat_map(|frame| sequences(frame, &cast.circle)).collect();
        let reached = all.last().copied().unwrap_or(0);
        assert!(reached < written && all == (1..=reached).collect::<Vec<_>>(), "up to {reached} of {written}");
        let cursor = json!({"document": cast.circle, "generation": 1, "sequence": reached});
        let (mut again, _) = Socket::hello(&cast.professional.http, &[cursor]);
        let mut next = reached;
        while next < written {
            match again.until(|frame| frame["document"] == cast.circle) {
                frame if frame["t"] == "snapshot" => next = frame["sequence"].as_u64().expect("a number"),
                frame => sequences(&frame, &cast.circle).into_iter().for_each(|sequence| {
                    assert_eq!(sequence, next + 1);
                    next = sequence;
                }),
            }
        }
    }
}
