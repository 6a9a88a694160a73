//! Audit entries about sync: whose device got what, and who tried what they may not.

use kring_domain::DocumentId;
use rusqlite::Connection;

use super::directory::DocumentAccess;
use crate::accounts::access_log::{Action, AuditEntry, Target, is_recorded, record, record_refused};
use crate::app::App;
use crate::auth::Caller;
use crate::clock::now;
use crate::documents::queries::LoadError;

/// Keeps that a device is sent something of these documents.
pub(super) fn received(connection: &Connection, caller: Caller, accesses: &[DocumentAccess]) -> Result<(), LoadError> {
    for access in accesses {
        record(connection, &entry(caller, access))?;
    }
    Ok(())
}

/// Returns whether the access log tells already that a device was sent something of a document of late.
///
/// A device that comes again within minutes then waits for no transaction.
pub(super) fn is_logged(connection: &Connection, caller: Caller, access: &DocumentAccess) -> Result<bool, LoadError> {
    Ok(is_recorded(connection, &entry(caller, access))?)
}

fn entry(caller: Caller, access: &DocumentAccess) -> AuditEntry {
    AuditEntry::new(now(), access.space, caller, access.role, Action::Received).on(access.document)
}

/// Keeps that a device sent commands for a document that its person may not see.
pub(super) async fn refused(app: &App, caller: Caller, document: DocumentId) {
    let target = Target::Document(document);
    let kept = app.store.write(move |connection| record_refused(connection, target, caller, Action::Wrote, now()));
    if let Err(error) = kept.await {
        tracing::error!(%error, "a refused attempt could not be kept");
    }
}
