//! Sync: what each connected device is told, and when it is told to go.

mod connection;
pub mod hub;
mod rates;
