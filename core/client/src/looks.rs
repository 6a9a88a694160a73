//! What is looked at on this phone goes into the access log, when there is a server to tell it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_domain::DocumentId;
use kring_sync::Look;
use serde::Deserialize;
use serde_json::json;

use crate::shared::Shared;
use crate::{ClientError, Connection, clock};

/// The most lists that are sent in one go.
const MAX_LISTS: u32 = 50;

#[derive(Deserialize)]
struct Through {
    through: u64,
}

impl Shared {
    /// Keeps that the person looked at a document.
    pub(crate) fn looked(&self, document: DocumentId) {
        let now = clock::now();
        let (is_new, identity) = {
            let mut state = self.state();
            (state.looked.is_new(document, now), state.account.identity)
        };
        if is_new {
            let kept = self.with_store(|store| store.put_look(identity, &Look { at: now, document }));
            if let Err(error) = kept {
                // A full disk must not keep somebody from reading what is on their own phone.
                tracing::warn!(%error, "a look was not kept");
            }
        }
    }

    /// Tells the server what was looked at, before anything else is sent. Blocks.
    ///
    /// A list that is not the one the server knows, on a phone that was put back from a copy, ends the session: signed
    /// in anew, the phone begins a new list and sends what waits.
    pub(crate) fn share_looks(&self) -> Result<(), ClientError> {
        for _ in 0..MAX_LISTS {
            let identity = self.state().account.identity;
            let Some(untold) = self.with_store(|store| store.untold_looks(identity))? else { return Ok(()) };
            let link = URL_SAFE_NO_PAD.encode(untold.link);
            let body = json!({ "after": untold.after, "looks": untold.looks, "link": link });
            let told: Result<Through, _> =
                self.authorized(|server, token| self.http.post(server, "/v1/devices/reads", Some(token), &body));
            let fits = match told {
                Ok(Through { through }) => self.with_store(|store| store.put_told(through))?,
                Err(ClientError::Declined { code }) if code == "read_log_broken" => false,
                // A server from before this.
                Err(ClientError::Declined { code }) if code == "not_found" => return Ok(()),
                Err(error) => return Err(error),
            };
            if !fits {
                self.forget_session()?;
                self.set_connection(Connection::SignedOut);
                return Err(ClientError::SignedOut);
            }
        }
        Ok(())
    }
}
