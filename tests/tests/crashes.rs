//! Twenty deaths of everything; `cargo xtask crash` is the long run.

use std::path::Path;

use kring_tests::crash;

#[test]
fn acknowledged_work_survives_deaths_at_every_point() {
    let deaths = crash::run(20, 7, Path::new(env!("CARGO_BIN_EXE_kring-crash")), |_| ());
    println!("{deaths}");
    assert!(deaths.answered > 100 && deaths.saved > 100, "there was something to lose: {deaths}");
    assert!(deaths.erased > 5 && deaths.checkpoints > 0, "and something was erased: {deaths}");
    assert!(deaths.server_places + deaths.phone_places > 5, "and places to lose it at: {deaths}");
}
