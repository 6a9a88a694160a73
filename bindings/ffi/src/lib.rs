//! Kring for Kotlin, Swift and Python: the façade of `kring-client` in the shapes that UniFFI carries.
//!
//! An object for the person's file ([`Kring`]), a record per datum, an enum per choice. Ids are UUIDs as text,
//! times are RFC 3339, commands and read models are JSON as the public contract describes them. Nothing is
//! decided here: every method is one call.

#[cfg(feature = "sqlcipher")]
mod encrypted;
mod error;
mod events;
mod kring;
mod records;
mod rescued;

use kring_domain::Perspective;

#[cfg(feature = "sqlcipher")]
pub use encrypted::{open_encrypted, rescue_encrypted};
pub use error::KringError;
pub use events::{Connection, EditState, Event};
pub use kring::Kring;
pub use records::{
    Document, Edit, Identity, Invitation, Member, Permission, Receipt, SignedIn, Space, Status, SyncReport,
};
pub use rescued::{Rescued, rescue};

uniffi::setup_scaffolding!();

/// The version of the core.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// A person's network circle as an SVG picture, from a network document as [`Kring::read`] gives it.
///
/// `language` is `nl` or `en`.
///
/// # Errors
///
/// [`KringError::NotHere`] for a document that is not on this phone or is no network.
#[uniffi::export]
pub fn network_picture(kring: &Kring, document: &str, client_name: &str, language: &str) -> Result<String, KringError> {
    kring.picture(document, client_name, language)
}

/// Returns what a person reads for every word of every closed list, as JSON: `{list: {word: label}}`.
///
/// `language` is `nl` or `en`. The client reads about themselves: for them a few words are others.
///
/// # Errors
///
/// [`KringError::Refused`] for another language.
#[uniffi::export]
pub fn vocabulary(language: &str, for_client: bool) -> Result<String, KringError> {
    let perspective = if for_client { Perspective::Client } else { Perspective::Others };
    let words = kring_domain::vocabulary(kring::language_of(language)?, perspective);
    Ok(serde_json::to_string(&words).unwrap_or_default())
}
