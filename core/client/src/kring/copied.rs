//! A phone that was put back from a copy of its file: it becomes a device of its own before it sends anything.
//!
//! The phone whose file it was may live on, so nothing of that one's sign-in is used up. What waits goes along under its own
//! ids, and what was looked at begins a new list.

use std::sync::PoisonError;

use kring_domain::{DeviceId, PersonId, ServerId};
use kring_sync::DeviceIdentity;
use serde::Deserialize;
use serde_json::json;

use crate::account::{Account, Credentials};
use crate::device_key::{DeviceKey, NewDevice};
use crate::http::HttpError;
use crate::secret::Secret;
use crate::shared::Shared;
use crate::{ClientError, Connection, Event, clock};

#[derive(Deserialize)]
struct CopyAnswer {
    person_id: PersonId,
    device_id: DeviceId,
    access_token: Secret,
    expires_in: u64,
    refresh_token: Secret,
    server_id: ServerId,
}

impl Shared {
    /// Becomes a device of its own, and returns the token of the new sign-in; the caller holds the exchange lock. Blocks.
    ///
    /// # Errors
    ///
    /// [`ClientError::SignedOut`] where the phone cannot show who it was, and [`ClientError::Declined`] with `not_found` by
    /// a server that knows no copies.
    pub(super) fn become_another(&self, old: &Credentials) -> Result<Secret, ClientError> {
        let Some(key) = &old.key else { return self.end_as_copy() };
        let new = self.new_device(old)?;
        let server = self.server()?;
        let device = self.state().account.identity.device;
        let post = |at| {
            let proof = key.prove_copy(device, &old.refresh_token, at, &new);
            let token = old.refresh_token.expose();
            let body = json!({"refresh_token": token, "proof": proof, "device_key": new.key.public()});
            self.http.post::<CopyAnswer>(&server, "/v1/devices/copies", None, &body)
        };
        let answer = match post(clock::now()) {
            Err(HttpError::Clock(server_time)) => post(server_time),
            answer => answer,
        };
        match answer {
            Ok(answer) => self.go_on_as(answer, new.key),
            Err(HttpError::Status { code, .. }) if code == "too_many_copies" => self.end_as_copy(),
            Err(error) => match self.failed(error) {
                ClientError::SignedOut => self.end_as_copy(),
                error => Err(error),
            },
        }
    }

    /// Parts from a read log that is another than the server knows: the phone was put back from a copy.
    pub(crate) fn restart_read_log(&self) -> Result<(), ClientError> {
        let _one = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(old) = self.state().credentials.clone() else { return Err(ClientError::SignedOut) };
        match self.become_another(&old) {
            Err(ClientError::Declined { code }) if code == "not_found" => self.end_as_copy().map(drop),
            answer => answer.map(drop),
        }
    }

    /// Takes the file for the one it was.
    pub(super) fn trust_file(&self) -> Result<(), ClientError> {
        if let Some(file_id) = &self.file_id {
            self.with_store(|store| store.put_file_id(file_id))?;
        }
        self.state().is_suspect = false;
        Ok(())
    }

    /// Returns what this phone is to become; kept before it is asked for, so that a lost answer is asked for again.
    fn new_device(&self, old: &Credentials) -> Result<NewDevice, ClientError> {
        if let Some(new) = &old.new_device {
            return Ok(new.clone());
        }
        let new = NewDevice::generate()?;
        self.with_store(|store| store.put_new_device(&new))?;
        if let Some(credentials) = self.state().credentials.as_mut() {
            credentials.new_device = Some(new.clone());
        }
        Ok(new)
    }

    fn go_on_as(&self, answer: CopyAnswer, key: DeviceKey) -> Result<Secret, ClientError> {
        let CopyAnswer { person_id: person, device_id: device, access_token, expires_in, refresh_token, server_id } =
            answer;
        let before = self.state().account.clone();
        if before.person() != person {
            return Err(ClientError::Offline);
        }
        let identity = DeviceIdentity { person, device };
        let account = Account { identity, server_id: Some(server_id), is_copy: true, ..before };
        let credentials = Credentials::new(access_token, refresh_token, expires_in, clock::now()).with_key(Some(key));
        // The mark first: without it, a phone that ends in between would take itself for one more copy.
        self.trust_file()?;
        self.with_store(|store| store.sign_in(&account, &credentials))?;
        let token = credentials.access_token.clone();
        let mut state = self.state();
        state.replica.adopt(identity);
        state.replica.catch_up_first();
        state.account = account;
        state.credentials = Some(credentials);
        drop(state);
        self.rejoin.notify_one();
        self.publish(Some(Event::Copied { is_signed_in: true }));
        Ok(token)
    }

    /// Ends the sign-in on this phone alone, and says why.
    fn end_as_copy(&self) -> Result<Secret, ClientError> {
        self.trust_file()?;
        self.forget_credentials()?;
        self.set_connection(Connection::SignedOut);
        self.publish(Some(Event::Copied { is_signed_in: false }));
        Err(ClientError::SignedOut)
    }
}
