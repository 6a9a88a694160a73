//! The power goes, again and again, under a real server.

use kring_power::Honesty;
use kring_power::server::{Load, Recording};

#[test]
fn what_a_server_had_told_is_so_after_a_power_cut_at_any_place() {
    let recording = Recording::of(Load { rounds: 24, seed: 1, compaction: true, honesty: Honesty::Honest });
    let report = recording.cut(240, 2, |_| ());
    println!("{report}");
    report.assert_whole();
    assert!(recording.answers() > 150 && recording.erasures() > 4, "there was something to lose");
}

#[test]
fn a_disk_that_lies_about_sync_is_found() {
    for honesty in [Honesty::Lying, Honesty::LyingAboutTheLog] {
        let recording = Recording::of(Load { rounds: 12, seed: 3, compaction: false, honesty });
        let report = recording.cut(30, 4, |_| ());
        println!("{honesty:?}: {report}");
        assert!(!report.faults.is_empty(), "{honesty:?} loses something: {report}");
    }
}
