//! Signing in and out, inviting, and the tokens behind every call.

use std::fmt;
use std::sync::PoisonError;

use kring_domain::{DeviceId, PersonId, Role, ServerId, SpaceId, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Kring, new_identity, run_blocking};
use crate::account::Credentials;
use crate::device_key::nonce;
use crate::http::{HttpError, ServerUrl};
use crate::secret::Secret;
use crate::shared::Shared;
use crate::{ClientError, Connection, clock};

/// The person who uses a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The person.
    pub person: PersonId,
    /// This phone.
    pub device: DeviceId,
    /// The server of the last sign-in.
    pub server: Option<String>,
    /// True when there is a sign-in at that server, as far as the phone knows.
    pub is_signed_in: bool,
}

/// A code for somebody else, or for another device of the same person; for one use.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Invitation {
    /// The code, to be typed.
    pub code: String,
    /// The code as a link, to be sent or shown as a QR code.
    pub url: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Secret,
    expires_in: u64,
    refresh_token: Secret,
    server_id: Option<ServerId>,
}

impl Kring {
    /// Makes a code with which somebody joins a space.
    ///
    /// # Errors
    ///
    /// [`ClientError::Declined`] where the person may not invite this role; [`ClientError::Offline`] or
    /// [`ClientError::SignedOut`].
    pub async fn invite(&self, space: SpaceId, role: Role, name: Option<&str>) -> Result<Invitation, ClientError> {
        let path = format!("/v1/spaces/{space}/invitations");
        let body = json!({ "role": role, "name": name });
        run_blocking(self.shared(), move |shared| {
            // A space can be made and somebody invited to it in one breath.
            shared.share_local_spaces()?;
            shared.authorized(|server, token| shared.http.post(server, &path, Some(token), &body))
        })
        .await
    }

    /// Makes a code with which somebody of a space comes back on a new or emptied phone, as who they are.
    ///
    /// # Errors
    ///
    /// [`ClientError::Declined`] where the person may not, which [`Kring::may_invite_back`] mostly tells before;
    /// [`ClientError::Offline`] or [`ClientError::SignedOut`].
    pub async fn invite_back(&self, space: SpaceId, person: PersonId) -> Result<Invitation, ClientError> {
        let path = format!("/v1/spaces/{space}/members/{person}/codes");
        run_blocking(self.shared(), move |shared| {
            shared.authorized(|server, token| shared.http.post(server, &path, Some(token), &json!({})))
        })
        .await
    }

    /// Makes a code with which the same person signs in on one more device.
    ///
    /// # Errors
    ///
    /// [`ClientError::Offline`] or [`ClientError::SignedOut`].
    pub async fn device_code(&self) -> Result<Invitation, ClientError> {
        run_blocking(self.shared(), |shared| {
            let body = json!({});
            shared.authorized(|server, token| shared.http.post(server, "/v1/devices/codes", Some(token), &body))
        })
        .await
    }

    /// Ends the sign-in, here and where it can be reached at the server; what is on the phone stays.
    ///
    /// # Errors
    ///
    /// [`ClientError::Storage`] or [`ClientError::Closed`].
    pub async fn sign_out(&self) -> Result<(), ClientError> {
        self.disconnect();
        run_blocking(self.shared(), Shared::sign_out).await
    }

    /// Signs out and empties the file, unshared edits included: for a phone that goes to somebody else.
    ///
    /// # Errors
    ///
    /// As [`Kring::sign_out`].
    pub async fn erase(&self) -> Result<(), ClientError> {
        self.sign_out().await?;
        run_blocking(self.shared(), Shared::erase).await
    }
}

impl Shared {
    /// Makes a call with a token that is still good; exchanged before its end, and once more where the server says so.
    pub(crate) fn authorized<T>(
        &self,
        call: impl Fn(&ServerUrl, &Secret) -> Result<T, HttpError>,
    ) -> Result<T, ClientError> {
        let server = self.server()?;
        let token = self.access_token()?;
        match call(&server, &token) {
            Err(error) if error.is_unauthorized() => {
                self.expire(&token);
                let token = self.access_token()?;
                // A sign-in ends where its token is exchanged, and nowhere else.
                call(&server, &token).map_err(|error| match error.is_unauthorized() {
                    true => ClientError::Offline,
                    false => error.into(),
                })
            }
            result => Ok(result?),
        }
    }

    pub(crate) fn server(&self) -> Result<ServerUrl, ClientError> {
        let server = self.state().account.server.clone().ok_or(ClientError::SignedOut)?;
        ServerUrl::parse(&server)
    }

    /// A good access token, exchanged for a new one where it is near its end. Blocks.
    pub(crate) fn access_token(&self) -> Result<Secret, ClientError> {
        let token = self.good_token();
        self.keep_time()?;
        token
    }

    fn good_token(&self) -> Result<Secret, ClientError> {
        if let Some(token) = self.fresh_token()? {
            return Ok(token);
        }
        // One at a time: a refresh token that is used twice ends the sign-in.
        let _one = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = self.fresh_token()? {
            return Ok(token);
        }
        let Some(old) = self.state().credentials.clone() else { return Err(ClientError::SignedOut) };
        if self.state().is_suspect || old.new_device.is_some() {
            match self.become_another(&old) {
                // A server from before there were copies.
                Err(ClientError::Declined { code }) if code == "not_found" => self.trust_file()?,
                answer => return answer,
            }
        }
        match self.refresh(&old) {
            Err(ClientError::Declined { code }) if code == "device_copied" => self.become_another(&old),
            Ok(answer) => {
                let TokenAnswer { access_token, expires_in, refresh_token, server_id } = answer;
                let credentials =
                    Credentials::new(access_token, refresh_token, expires_in, clock::now()).with_key(old.key);
                // Stored before it is used: the old one is worth nothing any more.
                self.with_store(|store| store.put_credentials(&credentials))?;
                let token = credentials.access_token.clone();
                self.state().credentials = Some(credentials);
                // Whoever knows the refresh token is the server that gave it.
                server_id.map_or(Ok(()), |server| self.learn_server(server))?;
                Ok(token)
            }
            Err(ClientError::SignedOut) => {
                self.forget_credentials()?;
                self.set_connection(Connection::SignedOut);
                Err(ClientError::SignedOut)
            }
            Err(error) => Err(error),
        }
    }

    /// Exchanges the refresh token for a new pair.
    ///
    /// A device with a key keeps the word of the exchange before it begins: when the answer is lost, the same exchange is
    /// asked for again, which is no second use of the token. Without a key it would end the sign-in.
    fn refresh(&self, old: &Credentials) -> Result<TokenAnswer, ClientError> {
        let server = self.server()?;
        let token = &old.refresh_token;
        let device = self.state().account.identity.device;
        let post = |body: &Value| self.http.post::<TokenAnswer>(&server, "/v1/token", None, body);
        let failed = |error: HttpError| self.failed(error);
        let Some(key) = &old.key else { return post(&json!({ "refresh_token": token.expose() })).map_err(failed) };
        let word = match &old.refresh_nonce {
            Some(word) => word.clone(),
            None => {
                let word = nonce()?;
                self.with_store(|store| store.put_refresh_nonce(&word))?;
                if let Some(credentials) = self.state().credentials.as_mut() {
                    credentials.refresh_nonce = Some(word.clone());
                }
                word
            }
        };
        let body = |at| json!({ "refresh_token": token.expose(), "proof": key.prove(device, token, at, &word) });
        match post(&body(clock::now())) {
            // The phone's clock is wrong, which must keep nobody out.
            Err(HttpError::Clock(server_time)) => post(&body(server_time)).map_err(failed),
            answer => answer.map_err(failed),
        }
    }

    /// Makes sure that a token the server did not take is not used again.
    pub(crate) fn expire(&self, token: &Secret) {
        if let Some(credentials) =
            self.state().credentials.as_mut().filter(|credentials| credentials.access_token == *token)
        {
            credentials.refresh_at = Timestamp::default();
        }
    }

    fn fresh_token(&self) -> Result<Option<Secret>, ClientError> {
        let state = self.state();
        let credentials = state.credentials.as_ref().ok_or(ClientError::SignedOut)?;
        let is_good = credentials.is_fresh(clock::now()) && !state.is_suspect;
        Ok(is_good.then(|| credentials.access_token.clone()))
    }

    pub(crate) fn forget_credentials(&self) -> Result<(), ClientError> {
        self.state().credentials = None;
        self.with_store(|store| store.sign_out())
    }

    fn sign_out(&self) -> Result<(), ClientError> {
        if self.state().credentials.is_some() {
            let ended = self.authorized(|server, token| {
                // Behind the token: with it a copy has become another device, and must not sign out the first one.
                let path = format!("/v1/devices/{}/revoke", self.state().account.identity.device);
                self.http.post_only(server, &path, token)
            });
            if let Err(error) = ended {
                tracing::debug!(%error, "the session ends here alone");
            }
        }
        self.with_store(|store| store.drop_pending_sign_in())?;
        self.forget_credentials()?;
        self.set_connection(Connection::Offline);
        Ok(())
    }

    fn erase(&self) -> Result<(), ClientError> {
        let account = self.with_store(|store| {
            store.erase()?;
            store.account(new_identity)
        })?;
        let mut state = self.state();
        state.replica = kring_sync::Replica::new(account.identity);
        state.account = account;
        state.reloads += 1;
        state.events.clear();
        drop(state);
        self.publish(Some(crate::Event::SpacesChanged));
        Ok(())
    }
}
