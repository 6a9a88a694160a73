//! Signing in, so that it survives a lost answer: what is sent is kept before it is sent.
//!
//! The phone keeps the code, a key pair and a nonce in its file and signs with them. When no answer arrives, because the
//! line broke, the server fell or the app was ended, the same sign-in is asked for again: by the next call with the same
//! code, or by the next connection. The server gives the same device the same answer.

use kring_domain::{DeviceId, PersonId, Role, ServerId, SpaceId, Timestamp, one_time_code};
use kring_sync::DeviceIdentity;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Kring, run_blocking};
use crate::account::{Account, Credentials, PendingSignIn};
use crate::device_key::{DeviceKey, nonce};
use crate::http::{HttpError, ServerUrl};
use crate::secret::Secret;
use crate::shared::Shared;
use crate::{ClientError, Connection, clock};

/// The outcome of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person, as the server knows them.
    pub person: PersonId,
    /// This phone, as the server knows it.
    pub device: DeviceId,
    /// The space that was joined, or come back to, where the code was for one.
    pub space: Option<SpaceId>,
    /// As what.
    pub role: Option<Role>,
}

#[derive(Deserialize)]
struct SignInAnswer {
    person_id: PersonId,
    device_id: DeviceId,
    access_token: Secret,
    expires_in: u64,
    refresh_token: Secret,
    server_id: Option<ServerId>,
    space_id: Option<SpaceId>,
    role: Option<Role>,
}

impl Kring {
    /// Signs in with a one-time code, or joins one more space with it when signed in already.
    ///
    /// The code may be pasted as it came: a link, or a message with the code in it. What was made on the phone before goes
    /// along, in the name of the person the server knows. `display_name` is how a new person wants to be called.
    ///
    /// With [`ClientError::Offline`] it is not known whether the server took the code. It is asked again by the next call
    /// with the same code, and by [`Kring::connect`] and [`Kring::sync_once`].
    ///
    /// # Errors
    ///
    /// [`ClientError::Declined`] for a code that is wrong, used or expired and for an address that is not `https`
    /// (or this machine); [`ClientError::OtherPerson`] where the code is of somebody else than the person whose
    /// file this is, and stays good; [`ClientError::AnotherServer`] where the file has documents of another server than
    /// this one; [`ClientError::Offline`].
    pub async fn sign_in(
        &self,
        server: &str,
        code: &str,
        device_name: &str,
        display_name: Option<&str>,
    ) -> Result<SignedIn, ClientError> {
        let server = ServerUrl::parse(server)?;
        let code = one_time_code::read(code).ok_or_else(|| ClientError::Declined { code: "invalid_code".into() })?;
        let code = Secret::new(one_time_code::text(&code));
        let device_name = device_name.to_owned();
        let display_name = display_name.map(str::to_owned);
        run_blocking(self.shared(), move |shared| shared.sign_in(&server, code, device_name, display_name)).await
    }
}

impl Shared {
    fn sign_in(
        &self,
        server: &ServerUrl,
        code: Secret,
        device_name: String,
        display_name: Option<String>,
    ) -> Result<SignedIn, ClientError> {
        let _one = self.lock_sign_in();
        let begun = self.with_store(|store| store.pending_sign_in())?;
        let again = begun.filter(|begun| begun.server == server.text() && begun.code == code);
        let pending = match again {
            Some(pending) => pending,
            None => {
                let key = match self.joins(server) {
                    // Who joins stays the device that they are.
                    Some(credentials) => credentials.key,
                    None => Some(DeviceKey::generate()?),
                };
                let pending =
                    PendingSignIn { server: server.text(), code, device_name, display_name, key, nonce: nonce()? };
                self.with_store(|store| store.put_pending_sign_in(&pending))?;
                pending
            }
        };
        self.finish(&pending)
    }

    /// Asks again for a sign-in that has no answer yet, where there is one. Blocks.
    ///
    /// # Errors
    ///
    /// Only where nobody is signed in: what was begun by somebody who is keeps them from nothing.
    pub(crate) fn finish_sign_in(&self) -> Result<(), ClientError> {
        let _one = self.lock_sign_in();
        let Some(pending) = self.with_store(|store| store.pending_sign_in())? else { return Ok(()) };
        match self.finish(&pending) {
            Ok(_) => Ok(()),
            Err(error) if self.state().credentials.is_some() => {
                tracing::debug!(%error, "a sign-in that was begun is not finished");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn finish(&self, pending: &PendingSignIn) -> Result<SignedIn, ClientError> {
        let server = ServerUrl::parse(&pending.server)?;
        let account = self.state().account.clone();
        let outcome = self.ask_to_sign_in(&server, pending, &account);
        self.keep_time()?;
        let outcome = outcome.and_then(|answer| self.take_over(&server, &account, answer, pending.key.clone()));
        if outcome.as_ref().err().is_some_and(is_final) {
            self.with_store(|store| store.drop_pending_sign_in())?;
        }
        outcome
    }

    fn ask_to_sign_in(
        &self,
        server: &ServerUrl,
        pending: &PendingSignIn,
        account: &Account,
    ) -> Result<SignInAnswer, ClientError> {
        // Of a file that has been somebody's, only that person may sign in.
        let only = account.server.as_ref().map(|_| account.person());
        let body = |at| {
            let mut body = json!({
                "code": pending.code.expose(),
                "device_name": pending.device_name,
                "display_name": pending.display_name,
                "person_id": account.person(),
                "only_person": only,
            });
            if let (Some(key), Some(fields)) = (&pending.key, body.as_object_mut()) {
                fields.insert("device_key".into(), key.public().into());
                fields.insert("proof".into(), key.prove_sign_in(&pending.code, at, &pending.nonce));
            }
            body
        };
        // What it answers, or the time that it has where the phone's clock is wrong.
        let post = |body: &Value, token: Option<&Secret>| match self.http.post(server, "/v1/sign-in", token, body) {
            Err(HttpError::Clock(server_time)) => Ok(Err(server_time)),
            answer => answer.map(Ok),
        };
        let send = |body: &Value| -> Result<Result<SignInAnswer, Timestamp>, ClientError> {
            match self.joins(server) {
                Some(_) => self.authorized(|_, token| post(body, Some(token))),
                None => Ok(post(body, None)?),
            }
        };
        match send(&body(clock::now()))? {
            Ok(answer) => Ok(answer),
            // Which must keep nobody out.
            Err(server_time) => send(&body(server_time))?.map_err(|time| HttpError::Clock(time).into()),
        }
    }

    /// Becomes who the server says this phone is.
    fn take_over(
        &self,
        server: &ServerUrl,
        before: &Account,
        answer: SignInAnswer,
        key: Option<DeviceKey>,
    ) -> Result<SignedIn, ClientError> {
        let SignInAnswer { person_id: person, device_id: device, access_token, expires_in, refresh_token, .. } = answer;
        let is_elsewhere = self.has_things_of_another(answer.server_id);
        if is_elsewhere || before.server.is_some() && before.person() != person {
            let path = format!("/v1/devices/{device}/revoke");
            if let Err(error) = self.http.post_only(server, &path, &access_token) {
                tracing::debug!(%error, "the session of another person stays open at the server");
            }
            return Err(if is_elsewhere { ClientError::AnotherServer } else { ClientError::OtherPerson });
        }
        let server_id = answer.server_id;
        let identity = DeviceIdentity { person, device };
        // What waits may have been shared by the device that this phone was before.
        let is_copy = before.is_copy || before.server.is_some() && before.identity != identity;
        let account = Account { identity, server: Some(server.text()), server_id, is_copy };
        let credentials = Credentials::new(access_token, refresh_token, expires_in, clock::now()).with_key(key);
        self.with_store(|store| store.sign_in(&account, &credentials))?;
        let mut state = self.state();
        if state.account.identity != account.identity {
            state.replica.adopt(account.identity);
        }
        if account.is_copy {
            state.replica.catch_up_first();
        }
        state.account = account;
        state.credentials = Some(credentials);
        let was_signed_out = state.connection == Connection::SignedOut;
        drop(state);
        if was_signed_out {
            self.set_connection(Connection::Offline);
        }
        self.rejoin.notify_one();
        Ok(SignedIn { person, device, space: answer.space_id, role: answer.role })
    }

    /// The sign-in with which somebody joins one more space of the same server.
    fn joins(&self, server: &ServerUrl) -> Option<Credentials> {
        let state = self.state();
        let is_there = state.account.server.as_deref() == Some(&server.text());
        state.credentials.clone().filter(|_| is_there)
    }
}

/// Returns whether asking again would be answered the same.
fn is_final(error: &ClientError) -> bool {
    match error {
        ClientError::Declined { code } => code != "rate_limited" && code != "timeout",
        ClientError::OtherPerson | ClientError::AnotherServer => true,
        _ => false,
    }
}
