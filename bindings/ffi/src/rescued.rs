//! A damaged file, and what could be taken out of it.

use std::sync::Arc;

use kring_client::Rescue;

use crate::kring::options;
use crate::{Kring, KringError};

/// The finds of a rescue, and the file as it is now.
#[derive(Clone, uniffi::Record)]
pub struct Rescued {
    /// The file, open.
    pub kring: Arc<Kring>,
    /// The number of edits wait to be shared.
    pub waiting: u64,
    /// The number of edits in the *not accepted* box; of some nobody knows any more what they were part of.
    pub not_accepted: u64,
    /// True when the sign-in is still there; where not, sign in again.
    pub is_signed_in: bool,
    /// The path of the damaged file now; none where it was not damaged.
    pub set_aside: Option<String>,
}

/// Opens a file that [`Kring::open`] calls damaged: takes out of it what the person wrote and had not shared, as far as it
/// can be read, puts that into a new file, and sets the damaged one aside.
///
/// # Errors
///
/// As [`Kring::open`], but for [`KringError::Damaged`].
#[uniffi::export]
pub fn rescue(path: &str, app: &str, language: &str) -> Result<Rescued, KringError> {
    let options = options(app, language)?;
    let language = options.language;
    Ok(kring_client::Kring::rescue(path, options).map_err(|error| KringError::of(error, language))?.into())
}

impl From<(kring_client::Kring, Rescue)> for Rescued {
    fn from((kring, rescue): (kring_client::Kring, Rescue)) -> Self {
        Self {
            kring: Kring::of(kring),
            waiting: rescue.waiting as u64,
            not_accepted: rescue.not_accepted as u64,
            is_signed_in: rescue.is_signed_in,
            set_aside: rescue.set_aside.map(|path| path.to_string_lossy().into_owned()),
        }
    }
}
