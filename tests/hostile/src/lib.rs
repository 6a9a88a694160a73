//! Everything that takes bytes from outside, as functions of bytes that panic where a promise is broken.
//!
//! The fuzzer (`cargo xtask fuzz`) drives them with bytes that find new paths; `tests/corpus.rs` replays what it
//! found, on every test run.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a target reports what it finds by panicking"
)]

mod command;
mod device_frame;
mod entries;
mod server_frame;
mod snapshot;
mod space;

#[cfg(feature = "server")]
mod http;

/// What takes bytes: its name, and a function that panics where a promise is broken.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("device_frame", device_frame::target),
    ("server_frame", server_frame::target),
    ("command", command::target),
    ("entries", entries::target),
    ("snapshot", snapshot::target),
    ("change", snapshot::change),
    #[cfg(feature = "server")]
    ("http", http::target),
    #[cfg(feature = "server")]
    ("token", http::token),
];

/// The target with this name.
///
/// # Panics
///
/// Where there is none.
pub fn target(name: &str) -> fn(&[u8]) {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("there is no target {name}")).1
}
