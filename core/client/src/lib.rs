//! A person's phone: one SQLite file, the façade [`Kring`], and a driver that keeps it in step with a server.
//!
//! This crate is the edge around [`kring_sync::Replica`]: it alone on the phone touches a disk, a socket, the clock
//! and randomness. What a document is and who may do what is decided in `kring-domain`; how edits merge with those
//! of others in `kring-sync`.
//!
//! ```text
//! app ──▶ Kring ──▶ replica ──▶ file      an edit is durable when `submit` returns
//!                      │  ▲
//!                      ▼  │
//!                     driver ◀──▶ server  afterwards, whenever there is a network
//! ```

mod account;
mod clock;
mod device_key;
mod driver;
mod error;
mod events;
mod fail;
mod http;
mod kring;
mod options;
mod read_log;
mod recent;
mod secret;
mod shared;
mod store;

pub use error::ClientError;
pub use events::{Connection, Event};
pub use kring::{Document, DocumentState, Identity, Invitation, Kring, Receipt, Rescue, SignedIn, Space, SyncReport};
pub use kring_domain::{Command, Language, ReadModel, Role};
pub use kring_sync::{EditState, Member, Permission, RawCommand};
pub use options::Options;
pub use store::Edit;
#[cfg(feature = "sqlcipher")]
pub use store::FileKey;
