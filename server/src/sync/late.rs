//! What a device brings to a document that its person has left: edits from before wait for a judge, the rest is not
//! looked at.

use std::collections::BTreeSet;

use kring_domain::{Code, CommandId, DeviceId, DocumentId, PersonId, Refusal};
use kring_sync::{Submission, Verdict};
use rusqlite::Connection;

use crate::accounts::{Bringer, former_seat, hold};
use crate::app::App;
use crate::clock::now;
use crate::documents::table::{self, LoadError};
use crate::documents::turn::names_erased;

/// Answers commands for a document that the person may not see. Whoever was never there learns nothing: not even that
/// the document exists.
pub(crate) async fn hold_late(
    app: &App,
    person: PersonId,
    device: DeviceId,
    document: DocumentId,
    commands: Vec<Submission>,
) -> Result<Vec<Verdict>, LoadError> {
    let ids: BTreeSet<CommandId> = commands.iter().map(|late| late.id).collect();
    let look = move |connection: &Connection| -> Result<_, LoadError> {
        let Some(seat) = former_seat(connection, document, person)? else { return Ok(None) };
        Ok(Some((seat, table::verdicts_of(connection, document, person, &ids)?)))
    };
    let Some((seat, known)) = app.store.read(look).await? else { return Ok(commands.iter().map(not_found).collect()) };
    let room = app.hub.allowance(device, commands.len());
    let answer = move |connection: &Connection| {
        // Somebody who has come back meanwhile sends it again, and is then heard as everybody else.
        let is_back = former_seat(connection, document, person)? != Some(seat);
        let by = Bringer { person, device, role: seat.role };
        let one = |(place, late): (usize, Submission)| {
            if is_back || place >= room {
                return Ok(Verdict::rejected(late.id, Refusal::new(Code::RateLimited)));
            }
            if let Some(verdict) = known.get(&late.id) {
                return Ok(verdict.clone());
            }
            if names_erased(connection, document, late.command.value())? {
                return Ok(not_found(&late));
            }
            if let Err(refusal) = seat.may_wait(&late) {
                return Ok(Verdict::rejected(late.id, refusal));
            }
            let is_held = hold(connection, document, by, &late, now())?;
            Ok(if is_held { Verdict::held(late.id, Code::Revoked) } else { not_found(&late) })
        };
        commands.into_iter().enumerate().map(one).collect::<Result<_, LoadError>>()
    };
    app.store.write(answer).await
}

fn not_found(late: &Submission) -> Verdict {
    Verdict::rejected(late.id, Refusal::new(Code::NotFound))
}
