//! The world outside a Kring server: the real binary as a child process, plain HTTP and a plain WebSocket.
//!
//! Nothing here knows the types of the server or of the sync crate: frames are CBOR values and answers are JSON, as
//! another company's program would see them. So a deviation from the published contract cannot hide in shared code.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "this is test code: what is not as the contract says ends the test, here"
)]

pub mod binary;
mod cast;
mod files;
mod frames;
mod http;
mod person;
pub mod relay;
mod server;
mod socket;

pub use cast::Cast;
pub use files::{file_with, files_with};
pub use frames::{bytes_of, decode, encode, is_bytes};
pub use http::{Answer, Http};
pub use person::{Person, command};
pub use server::{Server, TIMEOUT, eventually, until};
pub use socket::{Event, Refused, Socket};

/// A new id, as a caller makes them.
pub fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}
