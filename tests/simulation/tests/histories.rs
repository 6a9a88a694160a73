//! Two thousand histories with faults at every point; one that fails is shrunk and printed as a story.

use kring_simulation::{Hunt, hunt};

const SEEDS: u64 = 2_000;
const STEPS: usize = 150;

#[test]
fn histories_with_faults_hold_every_promise() {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let hunted = Hunt { seeds: 0..SEEDS, steps: STEPS, threads };
    let total = hunt(&hunted, |_| ()).unwrap_or_else(|prey| panic!("{prey}"));
    println!("{total:?}");
    assert!(total.entries > 12_000 && total.refused > 1_200, "the histories are about something: {total:?}");
    assert!(total.server_crashes > 1_200 && total.device_crashes > 2_000, "and things do go wrong: {total:?}");
    assert!(total.failed_commits > 500 && total.changes_of_rights > 1_000, "{total:?}");
    assert!(total.restores > 500 && total.brought_back > 400 && total.consents > 1_000, "{total:?}");
    assert!(total.judged > 200 && total.copies > 1_000 && total.disputed > 1_000, "{total:?}");
    assert!(total.joined > 500 && total.lost_answers > 500 && total.declined_codes > 100, "{total:?}");
    assert!(total.came_back > 300 && total.chosen > 100, "{total:?}");
}
