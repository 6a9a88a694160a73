//! Signing in: a code becomes a person, a device and a sign-in.

use std::net::IpAddr;

use kring_domain::{DeviceId, Language, Name, PersonId, Role, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

use super::access_log::{Action, AuditEntry, record};
use super::lost_answer::{ProvedSignIn, answer_again, keep_answer};
use super::{AccountError, CodePurpose, SignedIn, codes, devices, members, persons, role_in};
use crate::auth::{self, Caller, CodeHash, DeviceKey, Proof, Proved, Unproved};

/// A request to sign in.
#[derive(Debug)]
pub struct SignInRequest {
    /// The code; nothing for what cannot be one.
    pub code: Option<CodeHash>,
    /// The name for the device.
    pub device_name: Name,
    /// The name for the person.
    pub display_name: Option<Name>,
    /// The id that a phone gave a new person while it was offline.
    pub person: Option<PersonId>,
    /// The only person that this may sign in: whose file the phone has.
    pub only_person: Option<PersonId>,
    /// The key of the device; who is signed in already keeps the one they have.
    pub device_key: Option<DeviceKey>,
    /// The device's signature, with which it gets the answer again when that was lost.
    pub proof: Option<Proof>,
    /// The person who is signed in already.
    pub caller: Option<Caller>,
    /// True when the client called this person unsafe: the code is answered as if there was none, and stays as it is.
    pub is_kept_out: bool,
    /// For a name where there is none.
    pub language: Language,
    /// The address that the request comes from.
    pub address: IpAddr,
}

/// Uses a code up.
///
/// # Errors
///
/// [`AccountError::InvalidCode`] for a code that is unknown, used or expired. [`AccountError::OtherPerson`] and
/// [`AccountError::Conflict`] where it does not go together with who brings it; the code can then still be used.
pub fn sign_in(connection: &Connection, request: &SignInRequest, now: Timestamp) -> Result<SignedIn, AccountError> {
    let code = request.code.ok_or(AccountError::NoCode)?;
    let key = key(connection, request)?;
    let proved = prove(request, key.as_ref(), code, now)?;
    let sign_in = key.as_ref().zip(proved.as_ref()).map(|(key, proved)| ProvedSignIn { code, key, proved });
    if let Some(sign_in) = &sign_in
        && let Some(again) = answer_again(connection, sign_in, request.caller, now)?
    {
        record(connection, &AuditEntry::of_server(now, Action::SignedIn).by(again.caller).from(request.address))?;
        return Ok(again);
    }
    if request.is_kept_out {
        return Err(AccountError::InvalidCode);
    }
    let purpose = codes::take(connection, code, now)?;
    let person = person(connection, request, &purpose, now)?;
    if request.only_person.is_some_and(|only| only != person) {
        return Err(AccountError::OtherPerson);
    }
    let caller = sign_in_device(connection, request, person, now)?;
    let joined = match purpose {
        CodePurpose::Professional { .. } => {
            persons::make_professional(connection, person)?;
            None
        }
        CodePurpose::Join { space, role, .. } => {
            members::join(connection, space, person, role, now)?;
            record(connection, &AuditEntry::new(now, space, caller, role, Action::Joined))?;
            Some((space, role))
        }
        CodePurpose::Device { .. } => None,
        CodePurpose::Return { space, .. } => {
            let role = role_in(connection, space, person)?;
            record(connection, &AuditEntry::new(now, space, caller, role, Action::CameBack))?;
            Some((space, role))
        }
    };
    record(connection, &AuditEntry::of_server(now, Action::SignedIn).by(caller).from(request.address))?;
    let refresh_token = auth::issue(connection, caller.sign_in, now)?;
    if let Some(sign_in) = &sign_in {
        keep_answer(connection, sign_in, caller, joined.map(|(space, _)| space), &refresh_token, now)?;
    }
    Ok(SignedIn { caller, refresh_token, joined })
}

/// The key that the device signs with: of who is signed in already, the one they have.
fn key(connection: &Connection, request: &SignInRequest) -> Result<Option<DeviceKey>, AccountError> {
    match request.caller {
        Some(caller) => devices::key(connection, caller.device),
        None => Ok(request.device_key),
    }
}

/// Returns what the device signed for this sign-in; `None` for a program that signs nothing.
fn prove(
    request: &SignInRequest,
    key: Option<&DeviceKey>,
    code: CodeHash,
    now: Timestamp,
) -> Result<Option<Proved>, AccountError> {
    match (&request.proof, key) {
        (None, _) => Ok(None),
        (Some(proof), Some(key)) => proof.check_sign_in(key, code, now).map(Some).map_err(AccountError::Unproved),
        (Some(_), None) => Err(AccountError::Unproved(Unproved::Wrong)),
    }
}

fn person(
    connection: &Connection,
    request: &SignInRequest,
    purpose: &CodePurpose,
    now: Timestamp,
) -> Result<PersonId, AccountError> {
    let (name, role) = match purpose {
        CodePurpose::Device { person } | CodePurpose::Return { person, .. } => {
            let is_theirs = request.caller.is_none_or(|caller| caller.person == *person);
            return if is_theirs { Ok(*person) } else { Err(AccountError::OtherPerson) };
        }
        CodePurpose::Professional { name } => (name, Role::Professional),
        CodePurpose::Join { name, role, .. } => (name, *role),
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

/// The sign-in that is there, or a new one on a new device.
fn sign_in_device(
    connection: &Connection,
    request: &SignInRequest,
    person: PersonId,
    now: Timestamp,
) -> Result<Caller, AccountError> {
    if let Some(caller) = request.caller {
        return Ok(caller);
    }
    let device = DeviceId::new(Uuid::now_v7());
    devices::make(connection, device, person, &request.device_name, request.device_key.as_ref(), now)?;
    Ok(Caller { person, device, sign_in: auth::start_sign_in(connection, device, now)? })
}
