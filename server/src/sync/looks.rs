//! What of a sync goes into the access log: whose device got what, and who tried what they may not.

use kring_domain::DocumentId;
use rusqlite::Connection;

use super::directory::Place;
use crate::accounts::access_log::{Action, Line, Target, record, record_refused};
use crate::app::App;
use crate::auth::Caller;
use crate::clock::now;
use crate::documents::table::LoadError;

/// Keeps that a device is sent something of these documents.
pub(super) fn received(connection: &Connection, caller: Caller, places: &[Place]) -> Result<(), LoadError> {
    for place in places {
        let line = Line::new(now(), place.space, caller, place.role, Action::Received);
        record(connection, &line.on(place.document))?;
    }
    Ok(())
}

/// Keeps that a device sent commands for a document that its person may not see.
pub(super) async fn refused(app: &App, caller: Caller, document: DocumentId) {
    let target = Target::Document(document);
    let kept = app.store.write(move |connection| record_refused(connection, target, caller, Action::Wrote, now()));
    if let Err(error) = kept.await {
        tracing::error!(%error, "a refused attempt could not be kept");
    }
}
