//! Sync: each connected device is brought up to date from the log and then told of every new entry.

pub(crate) mod catch_up;
pub(crate) mod connection;
pub(crate) mod directory;
pub(crate) mod exchange;
pub mod hub;
pub(crate) mod late;
mod looks;
mod rates;
pub(crate) mod session;
pub(crate) mod sift;
