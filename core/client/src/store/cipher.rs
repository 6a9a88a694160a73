//! The key of an encrypted file (SQLCipher).

use std::fmt;

use rusqlite::{Connection, ErrorCode};
use zeroize::Zeroizing;

use super::StoreError;

/// The 32 bytes that a file is encrypted with, from the key store of the phone; wiped from memory with the last clone.
#[derive(Clone)]
pub struct FileKey(Zeroizing<[u8; 32]>);

impl FileKey {
    /// Takes a key; make it from the system's randomness, once for each file.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Unlocks a file that was just opened, before anything else is done with it.
    pub(super) fn unlock(&self, connection: &Connection) -> Result<(), StoreError> {
        // Otherwise a wrong key is told on the standard error of the app.
        connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
        let mut pragma = Zeroizing::new(String::with_capacity(96));
        pragma.push_str("PRAGMA key = \"x'");
        for byte in self.0.iter() {
            for digit in [byte >> 4, byte & 15] {
                pragma.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
            }
        }
        pragma.push_str("'\"");
        connection.execute_batch(&pragma)?;
        let probe: rusqlite::Result<i64> =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0));
        match probe {
            Ok(_) => Ok(()),
            Err(rusqlite::Error::SqliteFailure(failure, _)) if failure.code == ErrorCode::NotADatabase => {
                Err(StoreError::WrongKey)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey(…)")
    }
}
