//! The smallest load end to end: a real server, phones that edit at once, a kill in the middle of a burst.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use std::path::PathBuf;

use kring_tests::load::{Figure, Settings, Sizes, run};
use kring_tests::outside::binary;

/// W2: every phone gets every edit of every other, and the real client as well.
#[tokio::test(flavor = "multi_thread")]
async fn phones_that_edit_at_once_all_have_all() {
    let figures = run("w2", &settings()).await.unwrap();
    assert!(value(&figures, "thin.rate") > 0.0 && value(&figures, "full.rate") > 0.0);
}

/// W6: what was answered or seen survives the death of the server.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_everything_it_said() {
    let figures = run("w6", &settings()).await.unwrap();
    assert_eq!(value(&figures, "kills"), 2.0);
    for figure in &figures {
        assert!(figure.is_met(), "{}: {}", figure.what, figure.value);
    }
}

fn value(figures: &[Figure], key: &str) -> f64 {
    figures.iter().find(|figure| figure.key == key).unwrap().value
}

fn settings() -> Settings {
    let load = PathBuf::from(env!("CARGO_BIN_EXE_kring-load"));
    let directory = load.parent().unwrap().join("load");
    Settings { kring: binary::path().clone(), load, directory, sizes: Sizes::tiny() }
}
