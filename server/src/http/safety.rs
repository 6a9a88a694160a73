//! Nobody whom the client called unsafe is let in by the way.
//!
//! The client hears why; whoever else invites only hears to talk with the client first, and for what is recorded of it there
//! is no difference to any other refusal.

use kring_domain::{DocumentId, DocumentKind, Language, Role, SpaceId, UnsafePeople};

use super::Problem;
use super::documents::Names;
use crate::accounts;
use crate::app::App;
use crate::auth::Caller;

/// The people whom the client of a space called unsafe.
async fn unsafe_people(app: &App, space: SpaceId) -> Result<UnsafePeople, Problem> {
    let id = |kind| DocumentId::derive(space, kind);
    let private = |document: &kring_sync::Admission| UnsafePeople::of_private(document.document());
    let people = app.documents.look(id(DocumentKind::Private), private).await?.unwrap_or_default();
    if people.is_empty() {
        return Ok(people);
    }
    let known = people.clone();
    let named = app.documents.look(id(DocumentKind::Network), move |map| people.on(map.document())).await?;
    Ok(named.unwrap_or(known))
}

/// Refuses to let in one of them.
///
/// # Errors
///
/// `unsafe` for the client, with what to do; `forbidden` for others, who hear no reason.
pub(super) async fn must_be_safe(
    app: &App,
    space: SpaceId,
    caller: Caller,
    language: Language,
    is_one: impl Fn(&UnsafePeople) -> bool,
) -> Result<(), Problem> {
    let role = app.store.read(move |connection| accounts::role_in(connection, space, caller.person)).await?;
    if !matches!(role, Role::Client | Role::Representative | Role::Professional) {
        // Who invites nobody learns nothing either.
        return Ok(());
    }
    if !is_one(&unsafe_people(app, space).await?) {
        return Ok(());
    }
    if role == Role::Client {
        let why = language.pick(
            "Jij zei: dit is niet veilig. Wil je toch uitnodigen? Zeg dan eerst: het is weer veilig.",
            "You said: this is not safe. Invite anyway? Then first say: it is safe again.",
        );
        return Err(Problem::not_safe().detail(why));
    }
    let names = Names::read(app, space, language).await?;
    let client = names.client().unwrap_or_else(|| language.pick("de cliënt", "the client").to_owned());
    Err(Problem::forbidden().detail(match language {
        Language::Dutch => format!("Overleg eerst met {client}."),
        Language::English => format!("Talk with {client} first."),
    }))
}
