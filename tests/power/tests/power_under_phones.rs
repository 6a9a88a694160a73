//! The power goes, again and again, under a real phone.

use kring_power::{Honesty, phone::Recording};

#[test]
fn what_a_phone_had_told_is_so_after_a_power_cut_at_any_place() {
    let recording = Recording::of(20, 1, Honesty::Honest);
    let report = recording.cut(300, 2, |_| ());
    println!("{report}");
    report.assert_whole();
    assert!(recording.answers() > 100 && recording.erasures() > 2, "there was something to lose");
}

#[test]
fn a_phone_on_a_disk_that_lies_about_sync_is_found() {
    for honesty in [Honesty::Lying, Honesty::LyingAboutTheLog] {
        let recording = Recording::of(8, 3, honesty);
        let report = recording.cut(40, 4, |_| ());
        println!("{honesty:?}: {report}");
        assert!(!report.faults.is_empty(), "{honesty:?} loses something: {report}");
    }
}
