//! The Kring server: HTTP and WebSocket in front of one SQLite file.
//!
//! ```text
//! http ──▶ auth ──▶ accounts ──▶ store      who may come in, and to what
//!   └────▶ documents ──────────▶ store      one writer per document, group commit before any answer
//! ```

pub mod store;
pub mod sync;
