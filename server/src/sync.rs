//! Sync: each connected device is brought up to date from the log and then told of every new entry.

mod audit;
pub(crate) mod catch_up;
pub(crate) mod connection;
pub(crate) mod connection_task;
pub(crate) mod directory;
pub mod hub;
pub(crate) mod one_shot;
pub(crate) mod rate_limit;
mod rates;
pub(crate) mod revoked_edits;
