//! Signing in: a code becomes a person, a device and a session.

use std::net::IpAddr;

use kring_domain::{DeviceId, Language, Name, PersonId, Role, SpaceId, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

use super::access_log::{Action, Line, record};
use super::{AccountError, Grant, codes, devices, members, persons};
use crate::auth::{self, Caller, CodeHash, DeviceKey, Secret};

/// What somebody brings to sign in.
#[derive(Debug)]
pub struct SignIn {
    /// The code; nothing for what cannot be one.
    pub code: Option<CodeHash>,
    /// What to call the device.
    pub device_name: Name,
    /// What to call the person.
    pub display_name: Option<Name>,
    /// The id that a phone gave a new person while it was offline.
    pub person: Option<PersonId>,
    /// The key of the device; who is signed in already keeps the one they have.
    pub device_key: Option<DeviceKey>,
    /// Who is signed in already.
    pub caller: Option<Caller>,
    /// For a name where there is none.
    pub language: Language,
    /// Where the request comes from.
    pub address: IpAddr,
}

/// A session, and where its person has come in.
#[derive(Debug)]
pub struct SignedIn {
    /// The person, the device and the session.
    pub caller: Caller,
    /// The first refresh token, or the next one.
    pub refresh_token: Secret,
    /// The space that was joined, and as what.
    pub joined: Option<(SpaceId, Role)>,
}

/// Uses a code up.
///
/// # Errors
///
/// [`AccountError::InvalidCode`] for a code that is unknown, used or expired, and [`AccountError::Conflict`] where it
/// does not go together with who is signed in; the code can then still be used.
pub fn sign_in(connection: &Connection, request: &SignIn, now: Timestamp) -> Result<SignedIn, AccountError> {
    let grant = codes::take(connection, request.code.ok_or(AccountError::InvalidCode)?, now)?;
    let caller = session(connection, request, person(connection, request, &grant, now)?, now)?;
    let person = caller.person;
    let joined = match grant {
        Grant::Professional { .. } => {
            persons::make_professional(connection, person)?;
            None
        }
        Grant::Join { space, role, .. } => {
            members::join(connection, space, person, role, now)?;
            record(connection, &Line::new(now, space, caller, role, Action::Joined))?;
            Some((space, role))
        }
        Grant::Device { .. } => None,
    };
    record(connection, &Line::of_server(now, Action::SignedIn).by(caller).from(request.address))?;
    let refresh_token = auth::issue(connection, caller.family, now)?;
    Ok(SignedIn { caller, refresh_token, joined })
}

fn person(connection: &Connection, request: &SignIn, grant: &Grant, now: Timestamp) -> Result<PersonId, AccountError> {
    let (name, role) = match grant {
        Grant::Device { person } => {
            let is_theirs = request.caller.is_none_or(|caller| caller.person == *person);
            return if is_theirs { Ok(*person) } else { Err(AccountError::Conflict("signed in as somebody else")) };
        }
        Grant::Professional { name } => (name, Role::Professional),
        Grant::Join { name, role, .. } => (name, *role),
    };
    let name = request.display_name.as_deref().or(name.as_deref()).unwrap_or(role.label(request.language));
    if let Some(caller) = request.caller {
        persons::name_if_nameless(connection, caller.person, name)?;
        return Ok(caller.person);
    }
    let proposed = match request.person {
        Some(person) if !persons::exists(connection, person)? => Some(person),
        _ => None,
    };
    let person = proposed.unwrap_or_else(|| PersonId::new(Uuid::now_v7()));
    persons::make(connection, person, name, now)?;
    Ok(person)
}

/// The session that is there, or a new one on a new device.
fn session(
    connection: &Connection,
    request: &SignIn,
    person: PersonId,
    now: Timestamp,
) -> Result<Caller, AccountError> {
    if let Some(caller) = request.caller {
        return Ok(caller);
    }
    let device = DeviceId::new(Uuid::now_v7());
    devices::make(connection, device, person, &request.device_name, request.device_key.as_ref(), now)?;
    Ok(Caller { person, device, family: auth::start_session(connection, device, now)? })
}
