//! What a device brings to a document that its person has left: edits from before wait for a judge, the rest is not
//! looked at.

use std::collections::BTreeSet;

use kring_domain::{CommandId, DeviceId, DocumentId, PersonId, Refusal, RefusalCode};
use kring_sync::{Submission, Verdict};
use rusqlite::Connection;

use crate::accounts::{Bringer, former_membership, hold};
use crate::app::App;
use crate::clock::now;
use crate::documents::generation_change::names_erased;
use crate::documents::queries::{self, LoadError};

/// Answers commands for a document that the person may not see. Whoever was never there learns nothing: not even that
/// the document exists.
pub(crate) async fn hold_revoked(
    app: &App,
    person: PersonId,
    device: DeviceId,
    document: DocumentId,
    commands: Vec<Submission>,
) -> Result<Vec<Verdict>, LoadError> {
    let ids: BTreeSet<CommandId> = commands.iter().map(|submission| submission.id).collect();
    let known_of = move |connection: &Connection| -> Result<_, LoadError> {
        let Some(membership) = former_membership(connection, document, person)? else { return Ok(None) };
        Ok(Some((membership, queries::verdicts_of(connection, document, person, &ids)?)))
    };
    let Some((membership, known)) = app.store.read(known_of).await? else {
        return Ok(commands.iter().map(not_found).collect());
    };
    let room = app.hub.allowance(device, commands.len());
    let answer = move |connection: &Connection| {
        // Somebody who has come back meanwhile sends it again, and is then heard as everybody else.
        let is_back = former_membership(connection, document, person)? != Some(membership);
        let by = Bringer { person, device, role: membership.role };
        let one = |(index, submission): (usize, Submission)| {
            if is_back || index >= room {
                return Ok(Verdict::rejected(submission.id, Refusal::new(RefusalCode::RateLimited)));
            }
            if let Some(verdict) = known.get(&submission.id) {
                return Ok(verdict.clone());
            }
            if names_erased(connection, document, submission.command.value())? {
                return Ok(not_found(&submission));
            }
            if let Err(refusal) = membership.may_wait(&submission) {
                return Ok(Verdict::rejected(submission.id, refusal));
            }
            let is_held = hold(connection, document, by, &submission, now())?;
            Ok(if is_held { Verdict::held(submission.id, RefusalCode::Revoked) } else { not_found(&submission) })
        };
        commands.into_iter().enumerate().map(one).collect::<Result<_, LoadError>>()
    };
    app.store.write(answer).await
}

fn not_found(submission: &Submission) -> Verdict {
    Verdict::rejected(submission.id, Refusal::new(RefusalCode::NotFound))
}
