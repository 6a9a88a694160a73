//! A phone's file that is encrypted with a key from the phone's key store; only in a build with the feature `sqlcipher`.

use std::sync::Arc;

use kring_client::FileKey;
use kring_domain::Language;
use zeroize::Zeroizing;

use crate::kring::options;
use crate::{Kring, KringError, Rescued};

/// Opens the person's file, encrypted with a key of 32 bytes that the app keeps in the phone's key store.
///
/// A file is encrypted from its beginning or not at all. Wipe your own copy of the key afterwards, where the language
/// lets you; the copy that it crosses into the core with is freed and not wiped.
///
/// # Errors
///
/// As [`Kring::open`]; [`KringError::WrongKey`] for another key, and for a file with a damaged beginning, which looks the
/// same; [`KringError::Refused`] for a key of another length.
#[uniffi::export]
pub fn open_encrypted(path: &str, key: Vec<u8>, app: &str, language: &str) -> Result<Arc<Kring>, KringError> {
    let options = options(app, language)?;
    let language = options.language;
    let key = key_of(key, language)?;
    let opened = kring_client::Kring::open_encrypted(path, &key, options);
    Ok(Kring::of(opened.map_err(|error| KringError::of(error, language))?))
}

/// [`rescue`](crate::rescue) for a file of [`open_encrypted`]; the new file has the same key.
///
/// # Errors
///
/// As [`open_encrypted`], but for [`KringError::Damaged`]. With [`KringError::WrongKey`] nothing is changed.
#[uniffi::export]
pub fn rescue_encrypted(path: &str, key: Vec<u8>, app: &str, language: &str) -> Result<Rescued, KringError> {
    let options = options(app, language)?;
    let language = options.language;
    let key = key_of(key, language)?;
    let rescued = kring_client::Kring::rescue_encrypted(path, &key, options);
    Ok(rescued.map_err(|error| KringError::of(error, language))?.into())
}

fn key_of(bytes: Vec<u8>, language: Language) -> Result<FileKey, KringError> {
    let bytes = Zeroizing::new(bytes);
    let key: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| KringError::invalid("key", language))?;
    Ok(FileKey::new(*key))
}
