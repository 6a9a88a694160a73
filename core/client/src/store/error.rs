//! Failures of the file, and their meaning to the caller.

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::ClientError;

/// Why the file did not do what it was asked.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    #[error("the file is in use")]
    InUse,
    #[error("the file is damaged or of another program")]
    Damaged,
    #[cfg(feature = "sqlcipher")]
    #[error("the key does not fit the file")]
    WrongKey,
    #[error("the file is of version {version}, newer than this program knows")]
    Newer { version: u32 },
    #[error(transparent)]
    Database(rusqlite::Error),
    #[error(transparent)]
    File(#[from] std::io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as Sql;
        match &error {
            Sql::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged,
                _ => Self::Database(error),
            },
            Sql::FromSqlConversionFailure(..)
            | Sql::IntegralValueOutOfRange(..)
            | Sql::InvalidColumnType(..)
            | Sql::QueryReturnedNoRows
            | Sql::Utf8Error(..) => Self::Damaged,
            _ => Self::Database(error),
        }
    }
}

impl From<StoreError> for ClientError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InUse => Self::InUse,
            StoreError::Damaged => Self::Damaged,
            #[cfg(feature = "sqlcipher")]
            StoreError::WrongKey => Self::WrongKey,
            StoreError::Newer { .. } => Self::Newer,
            StoreError::Database(error) => Self::Storage(error.to_string()),
            StoreError::File(error) => Self::Storage(error.to_string()),
        }
    }
}
