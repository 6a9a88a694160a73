//! The API as a client sees it; this tree mirrors the paths.

mod access_log;
mod binary;
mod devices;
mod limits;
mod openapi;
mod problem;
mod sign_in;
mod spaces;
mod support;
mod sync_ticket;
mod token;
