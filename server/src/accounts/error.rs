//! Why something about an account or a space was not done.

use thiserror::Error;

use crate::auth::{Blocked, Unproved};
use crate::store::StoreError;

/// What a caller can be told about a request that was not carried out.
#[derive(Clone, Debug, Error)]
pub enum AccountError {
    /// It is not there, or not there for this person.
    #[error("not found")]
    NotFound,
    /// They may know of it, but not do this.
    #[error("not allowed")]
    Forbidden,
    /// It does not go together with what there is.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// The person is in as many spaces as one can be in.
    #[error("in too many spaces")]
    TooManySpaces,
    /// The code is unknown, used or expired.
    #[error("the code is not valid")]
    InvalidCode,
    /// What was sent cannot be a code.
    #[error("no code")]
    NoCode,
    /// The code signs in somebody else than the person who brings it; it can still be used.
    #[error("the code is of another person")]
    OtherPerson,
    /// The device did not sign for its sign-in, or not about now.
    #[error("not proved")]
    Unproved(Unproved),
    /// Too many codes from this address were wrong.
    #[error("too many wrong codes")]
    Blocked(Blocked),
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for AccountError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
