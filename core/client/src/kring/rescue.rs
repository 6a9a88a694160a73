//! A phone whose file is damaged: what the person wrote is rescued, and the rest comes from the server again.

use std::path::{Path, PathBuf};

use super::{Kring, new_identity};
use crate::store::{DatabaseFile, Salvaged, Store, swap::FileSwap};
use crate::{ClientError, Options, clock};

/// The finds of a rescue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rescue {
    /// The number of edits wait to be shared.
    pub waiting: usize,
    /// The number of edits in the *not accepted* box; of some nobody knows any more what they were part of.
    pub not_accepted: usize,
    /// True when the sign-in is still there; where not, sign in again, and everything that was shared comes back. It ends
    /// where the list of what was looked at is not whole, since the server takes nothing from this device without.
    pub is_signed_in: bool,
    /// The path of the damaged file now; `None` where it was not damaged.
    pub set_aside: Option<PathBuf>,
}

impl Kring {
    /// Opens a file that [`Kring::open`] calls damaged: takes out of it what the person wrote and had not shared, as far
    /// as it can be read, puts that into a new file, and sets the damaged one aside.
    ///
    /// Documents are not taken over; they come from the server again, and the edits that wait are sent then. An app that
    /// is ended in the middle of it finds the damaged file as it was, or the rescued one.
    ///
    /// # Errors
    ///
    /// As [`Kring::open`], but for [`ClientError::Damaged`]. With [`ClientError::InUse`], and where the disk is full, nothing
    /// is changed.
    pub fn rescue(path: impl AsRef<Path>, options: Options) -> Result<(Self, Rescue), ClientError> {
        Self::rescued(path.as_ref().into(), options)
    }

    /// [`Kring::rescue`] for a file of [`Kring::open_encrypted`]; the new file has the same key.
    ///
    /// # Errors
    ///
    /// As [`Kring::open_encrypted`], but for [`ClientError::Damaged`]. With [`ClientError::WrongKey`] nothing is
    /// changed: with another key the file may be whole.
    #[cfg(feature = "sqlcipher")]
    pub fn rescue_encrypted(
        path: impl AsRef<Path>,
        key: &crate::FileKey,
        options: Options,
    ) -> Result<(Self, Rescue), ClientError> {
        Self::rescued(DatabaseFile::locked(path.as_ref(), key), options)
    }

    fn rescued(file: DatabaseFile<'_>, options: Options) -> Result<(Self, Rescue), ClientError> {
        let swap = FileSwap::begin(file.path())?;
        let aside = swap.finish()?;
        let opened = match Self::of(file, options.clone()) {
            Err(ClientError::Damaged) => None,
            opened => Some(opened?),
        };
        let (kring, set_aside) = match opened {
            // Another rescue had come so far that only names were left to change.
            Some(kring) => (kring, aside),
            None => {
                let salvaged = Salvaged::read(file)?;
                let draft = swap.draft();
                let mut store = Store::open(file.at(&draft))?;
                salvaged.write(&mut store)?;
                store.account(new_identity)?;
                store.seal()?;
                swap.ready(clock::now())?;
                let aside = swap.finish()?;
                (Self::of(file, options)?, aside)
            }
        };
        let is_signed_in = kring.identity().is_signed_in;
        let waiting = kring.waiting();
        let not_accepted = kring.not_accepted()?.len();
        Ok((kring, Rescue { waiting, not_accepted, is_signed_in, set_aside }))
    }
}
