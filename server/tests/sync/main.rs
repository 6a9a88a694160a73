//! Phones against a real server: frames over sockets, and the same things over HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod admission;
mod catching_up;
mod durability;
mod harness;
mod hostile;
mod leaving;
mod looking;
mod packed;
mod recovery;
mod rest;
mod runs;
mod slices;
