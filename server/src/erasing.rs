//! Erases again what was erased since the backup that the server was restored from.

use std::time::Duration;

use kring_domain::{Author, Code, DeviceId};
use uuid::Uuid;

use crate::accounts::AccountError;
use crate::app::App;
use crate::documents::erased::{self, Waiting};
use crate::lifetime::Share;
use crate::store::StoreError;

/// How often documents are tried that still wait for what devices have, or for the person to be in the space again.
const EVERY: Duration = Duration::from_secs(2);

/// Goes on until nothing is left to erase, or the server stops.
pub(crate) async fn run(app: App, mut share: Share) {
    loop {
        match round(&app).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "what was erased before a restore could not be erased again"),
        }
        tokio::select! {
            () = share.stopping() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Tries everything once; how much is left.
async fn round(app: &App) -> Result<usize, AccountError> {
    let mut left = 0;
    for waiting in app.store.read(erased::waiting).await? {
        let (document, id) = (waiting.document, waiting.submission.id);
        if erase(app, waiting).await {
            app.store
                .write(move |connection| -> Result<(), StoreError> { erased::done(connection, document, id) })
                .await?;
        } else {
            left += 1;
        }
    }
    Ok(left)
}

/// Gives the command again, as who gave it; whether that was answered for good.
async fn erase(app: &App, Waiting { document, person, role, submission }: Waiting) -> bool {
    let Some(role) = role else { return false };
    // The server does it, on no device.
    let author = Author { device: DeviceId::new(Uuid::nil()), person, role };
    let answered = app.documents.submit(author, document, vec![submission], 0).await;
    let Some(verdict) = answered.ok().and_then(|verdicts| verdicts.into_iter().next()) else { return false };
    match verdict.code {
        // It waits still.
        _ if verdict.is_passing() => return false,
        None => tracing::info!(%document, "erased again, after a restore"),
        // The backup did not have it.
        Some(Code::NotFound) => {}
        Some(code) => tracing::warn!(%document, ?code, "what was erased before a restore is not erased again"),
    }
    true
}
