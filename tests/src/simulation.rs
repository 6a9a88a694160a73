//! A server and devices in one thread, in virtual time: every fault comes from a seed, so every failure repeats.
//!
//! The state machines are the real ones. Only what surrounds them is simulated: the sockets ([`Link`]), the
//! phone's store ([`Device`]) and the server's log ([`Server`]), each of which can fail at any point between two
//! steps. After every step the [`World`] checks what must always hold.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a harness fails loudly: what it takes for granted is checked by panicking with the reason"
)]

mod device;
mod invariants;
mod link;
mod server;
mod story;
mod world;

pub use device::Device;
pub use link::{Faults, Link};
pub use server::Server;
pub use world::{Report, World};
