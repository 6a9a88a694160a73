//! Histories that hunt: a server and devices in one thread, in virtual time, with faults at every point.
//!
//! The state machines are the real ones. Only what surrounds them is simulated: the sockets, the devices' stores and
//! the server's log, each of which can fail at any point between two steps. A [`Story`] is plain data made from a
//! seed; [`play`] plays it, with a reference model of what must be true looking on after every step, and [`shrink`]
//! leaves out of a story that fails whatever it does not need to fail.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a harness fails loudly: what it takes for granted is checked by panicking with the reason"
)]

mod audience;
mod broken;
mod bytes;
mod device;
mod failure;
mod hunt;
mod link;
mod model;
mod point;
#[cfg(test)]
mod runs;
mod server;
mod shrink;
mod sight;
mod story;
mod vocabulary;
mod world;

pub use broken::Broken;
pub use failure::Failure;
pub use hunt::{Hunt, Prey, hunt};
pub use shrink::shrink;
pub use story::{Commit, Crash, Fate, Loss, Membership, Step, Story};
pub use world::{Report, play};
