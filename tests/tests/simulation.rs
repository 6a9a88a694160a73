//! Five hundred histories with faults at every point; a failure prints its seed.

use kring_tests::simulation::{Report, World};

const SEEDS: u64 = 500;
const STEPS: usize = 400;

#[test]
fn histories_with_faults_hold_every_invariant() {
    let mut total = Report::default();
    for seed in 0..SEEDS {
        let played = std::panic::catch_unwind(|| World::new(seed).play(STEPS));
        let report = played.unwrap_or_else(|_| panic!("seed {seed} fails; play it alone with World::new({seed})"));
        total.edits += report.edits;
        total.entries += report.entries;
        total.refused += report.refused;
        total.server_crashes += report.server_crashes;
        total.device_crashes += report.device_crashes;
        total.cuts += report.cuts;
    }
    println!("{SEEDS} histories: {total:?}");
    assert!(total.entries > 5_000 && total.refused > 100, "the histories are about something: {total:?}");
    assert!(total.server_crashes > 500 && total.device_crashes > 500, "and things do go wrong: {total:?}");
}
