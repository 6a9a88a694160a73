//! Erases again what was erased since the backup that the server was restored from.
//!
//! A phone may bring back after weeks what the backup did not have, so what is not there yet is looked for again and
//! again, ever less often.

use std::time::Duration;

use kring_domain::{CommandId, RefusalCode};
use kring_sync::Verdict;
use uuid::Uuid;

use crate::accounts::AccountError;
use crate::app::App;
use crate::documents::Unavailable;
use crate::documents::erased::{self, ToErase};
use crate::shutdown::ShutdownGuard;
use crate::store::StoreError;

/// The delay after which it is tried again where a document waits for what devices have.
const MIN_WAIT: Duration = Duration::from_secs(2);

/// The interval at which it is looked for at least.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// The outcome of one thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Erased,
    NotThere,
    Waiting,
    Refused,
}

/// Goes on until nothing is left to erase, or the server stops.
pub(crate) async fn run(app: App, mut guard: ShutdownGuard) {
    let mut wait = MIN_WAIT;
    let mut is_first = true;
    loop {
        tokio::select! {
            () = guard.stopping() => return,
            outcomes = erase_pending(&app, is_first) => match outcomes {
                Ok(outcomes) if outcomes.iter().all(|outcome| *outcome == Outcome::Erased) => return,
                Ok(outcomes) if outcomes.contains(&Outcome::Waiting) => wait = MIN_WAIT,
                Ok(_) => wait = (wait * 2).min(MAX_WAIT),
                Err(error) => {
                    tracing::error!(%error, "what was erased before a restore could not be erased again");
                    wait = (wait * 2).min(MAX_WAIT);
                }
            },
        }
        is_first = false;
        tokio::select! {
            () = guard.stopping() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Tries everything once.
async fn erase_pending(app: &App, is_first: bool) -> Result<Vec<Outcome>, AccountError> {
    let mut outcomes = Vec::new();
    for one in app.store.read(erased::to_erase).await? {
        let document = one.document;
        let id = one.submission.id;
        let outcome = erase(app, one).await.unwrap_or(Outcome::Refused);
        match outcome {
            Outcome::Erased => {
                tracing::info!(%document, "erased again, after a restore");
                let done = move |connection: &_| -> Result<(), StoreError> { erased::done(connection, document, id) };
                app.store.write(done).await?;
            }
            Outcome::Refused if is_first => {
                tracing::warn!(%document, "something that was erased before a restore cannot be erased again");
            }
            Outcome::Refused | Outcome::NotThere | Outcome::Waiting => {}
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

async fn erase(app: &App, one: ToErase) -> Result<Outcome, Unavailable> {
    let thing = one.thing;
    let found = app.documents.evaluate(one.document, move |admission| {
        let kind = admission.kind();
        let document = admission.document();
        (kind.has_thing(document, thing), kind.erased_things(document).contains(&thing))
    });
    let Some((is_there, is_erased)) = found.await? else { return Ok(Outcome::Erased) };
    if !is_there {
        return Ok(if is_erased { Outcome::Erased } else { Outcome::NotThere });
    }
    let mut verdict = submit(app, &one, one.submission.id).await?;
    if verdict.code == Some(RefusalCode::NotFound) {
        // Who erased it had sent that again before somebody brought it back.
        verdict = submit(app, &one, CommandId::new(Uuid::now_v7())).await?;
    }
    Ok(match verdict.code {
        None => Outcome::Erased,
        Some(_) if verdict.is_passing() => Outcome::Waiting,
        Some(_) => Outcome::Refused,
    })
}

/// Gives the command as who gave it before, on the authority of somebody who is there.
async fn submit(app: &App, one: &ToErase, id: CommandId) -> Result<Verdict, Unavailable> {
    let commands = vec![kring_sync::Submission { id, ..one.submission.clone() }];
    let principal = one.principal.ok_or(Unavailable)?;
    let verdicts = app.documents.submit_for_another(one.author, principal, one.document, commands).await?;
    verdicts.into_iter().next().ok_or(Unavailable)
}
