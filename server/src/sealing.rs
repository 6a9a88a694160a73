//! Seals the access log while the server runs.

use std::time::Duration;

use crate::accounts::access_log;
use crate::documents::log_key;
use crate::shutdown::ShutdownGuard;
use crate::store::{Store, StoreError};

/// The time that the end of the access log may be without a signature.
const SEAL_EVERY: Duration = Duration::from_secs(10);

/// Seals what has grown, again and again, and once more when the server stops.
pub(crate) async fn run(store: Store, mut guard: ShutdownGuard) {
    loop {
        let is_stopping = tokio::select! {
            () = guard.stopping() => true,
            () = tokio::time::sleep(SEAL_EVERY) => false,
        };
        if let Err(error) = seal(&store).await {
            tracing::error!(%error, "the access log could not be sealed");
        }
        if is_stopping {
            return;
        }
    }
}

/// Seals everything that has grown.
///
/// # Errors
///
/// When the database refuses.
pub(crate) async fn seal(store: &Store) -> Result<(), StoreError> {
    while store.read(access_log::has_grown).await? {
        let key = log_key(store).await?;
        store.write(move |connection| access_log::seal(connection, &key)).await?;
    }
    Ok(())
}
