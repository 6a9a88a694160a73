//! Nobody whom the client called unsafe is let in by the way.
//!
//! What the client said is the client's alone. The client hears why, and who may read it by the client's consent. Whoever
//! else invites gets a code like any other; it lets that person in nowhere until the client says that it is safe again. To
//! the one who brings the code it is a wrong one.

use kring_domain::{Access, DocumentId, DocumentKind, Language, Role, SpaceId, UnsafePeople};

use super::Problem;
use super::documents::Names;
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, Expected};
use crate::app::App;
use crate::auth::{Caller, CodeHash};
use crate::clock;

/// The people whom the client of a space called unsafe.
async fn unsafe_people(app: &App, space: SpaceId) -> Result<UnsafePeople, Problem> {
    let id = |kind| DocumentId::derive(space, kind);
    let private = |document: &kring_sync::Admission| UnsafePeople::of_private(document.document());
    let people = app.documents.evaluate(id(DocumentKind::Private), private).await?.unwrap_or_default();
    if people.is_empty() {
        return Ok(people);
    }
    let known = people.clone();
    let named = app.documents.evaluate(id(DocumentKind::Network), move |map| people.on(map.document())).await?;
    Ok(named.unwrap_or(known))
}

/// Refuses to make a code for one of them, where the caller may know.
///
/// # Errors
///
/// `unsafe`, with what to do.
pub(super) async fn must_be_safe(
    app: &App,
    space: SpaceId,
    caller: Caller,
    language: Language,
    is_one: impl Fn(&UnsafePeople) -> bool,
) -> Result<(), Problem> {
    let read = move |connection: &rusqlite::Connection| -> Result<_, AccountError> {
        let rights = accounts::rights(connection, space, caller.person)?;
        Ok((rights.role, rights.access(DocumentKind::Private) >= Access::Read))
    };
    let (role, may_know) = app.store.read(read).await?;
    // Who invites nobody learns nothing either.
    let invites = matches!(role, Role::Client | Role::Representative | Role::Professional);
    if !invites || !may_know || !is_one(&unsafe_people(app, space).await?) {
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
    Err(Problem::not_safe().detail(match language {
        Language::Dutch => format!("{client} zei: dit is niet veilig. Overleg eerst met {client}."),
        Language::English => format!("{client} said: this is not safe. Talk with {client} first."),
    }))
}

/// Returns whether a code would let in one of them. That it did not is a line in the access log under the name of who made the code,
/// in the words of any other attempt that is refused.
///
/// # Errors
///
/// When the server cannot do its work.
pub(super) async fn is_kept_out(
    app: &App,
    code: CodeHash,
    caller: Option<Caller>,
    called: Option<String>,
) -> Result<bool, Problem> {
    let now = clock::now();
    let expected = app.store.read(move |connection| accounts::expected(connection, code, now)).await?;
    let Some(Expected { space, role, contact, person, name, maker }) = expected else { return Ok(false) };
    let people = unsafe_people(app, space).await?;
    let names = [name, called];
    let is_one = contact.is_some_and(|contact| people.has_contact(contact))
        || person.or(caller.map(|caller| caller.person)).is_some_and(|person| people.has_person(person))
        || names.iter().flatten().any(|name| people.has_name(name));
    if !is_one {
        return Ok(false);
    }
    if let Some(maker) = maker {
        let notify = move |connection: &rusqlite::Connection| -> Result<(), AccountError> {
            match accounts::role_in(connection, space, maker.person) {
                Ok(own) => {
                    let action = if role.is_some() { Action::Invited } else { Action::InvitedBack };
                    let line = AuditEntry::new(now, space, maker, own, action).refused();
                    record(connection, &role.map_or(line, |role| line.with(role.name())))?;
                    Ok(())
                }
                Err(AccountError::NotFound) => Ok(()),
                Err(error) => Err(error),
            }
        };
        app.store.write(notify).await?;
    }
    Ok(true)
}
