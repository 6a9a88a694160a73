//! Power cuts, for the real server and the real phone.
//!
//! Killing a process loses nothing that it wrote; a power cut loses what was not synced, or some of it, in any order.
//! So everything that SQLite does to the files of a directory is written down while a server, or a phone, works under
//! load, with the place in that list at which each answer was given ([`Disk::position`]). Afterwards the power goes at
//! any place of the list: a directory is made as it may be then ([`Policy`] says how), the real server or phone opens
//! it, and whatever had been answered before that place must be so.
//!
//! ```text
//! server, phone ──▶ SQLite ──▶ shim ──▶ the real files
//!        │                       └────▶ Disk: what was done, in order ──▶ Platter: what is left after a cut
//!        └── told: an answer, at this place of the list ─────────────────▶ check: is it so?
//! ```
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "this is test code: what is not as it should be ends the test, here"
)]

mod cuts;
mod disk;
pub mod phone;
mod platter;
mod room;
mod running;
pub mod server;
mod shim;
mod told;

pub use cuts::{Cut, Fault, Report};
pub use disk::{Disk, Honesty};
pub use platter::Policy;
