//! The API as a client sees it; this tree mirrors the paths.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail where it stands")]

mod access_log;
mod binary;
mod browser;
mod copies;
mod device_key;
mod device_read_log;
mod devices;
mod join;
mod limits;
mod lost_sign_in;
mod openapi;
mod problem;
mod sign_in;
mod sockets;
mod spaces;
mod support;
mod sync_ticket;
mod token;
