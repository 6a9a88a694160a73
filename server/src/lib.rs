//! The Kring server: HTTP and WebSocket in front of one SQLite file.
//!
//! ```text
//! http ──▶ auth ──▶ accounts ──▶ store      who may come in, and to what
//!   └────▶ documents ──────────▶ store      one writer per document, group commit before any answer
//! ```

pub mod accounts;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod documents;
mod erasing;
mod fail;
pub mod http;
mod memory;
pub mod metrics;
pub mod request_limit;
mod sealing;
pub mod shutdown;
pub mod store;
mod subnet;
pub mod sync;
