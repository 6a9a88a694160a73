//! Uploads the read log of this phone to the access log, when there is a server.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_domain::DocumentId;
use kring_sync::ReadEvent;
use serde::Deserialize;
use serde_json::json;

use crate::shared::Shared;
use crate::store::UnsentReads;
use crate::{ClientError, clock};

/// The most lists that are sent in one go.
const MAX_LISTS: u32 = 50;

#[derive(Deserialize)]
struct ReadLogAnswer {
    through: u64,
    /// The chain hash behind the last of them; none from a server of an older version.
    #[serde(rename = "link")]
    chain_hash: Option<String>,
}

impl Shared {
    /// Keeps that the person looked at a document.
    pub(crate) fn note_read(&self, document: DocumentId) {
        let now = clock::now();
        let (is_new, identity) = {
            let mut state = self.state();
            (state.recent_reads.is_new(document, now), state.account.identity)
        };
        if is_new {
            let kept = self.with_store(|store| store.put_read_event(identity, &ReadEvent { at: now, document }));
            if let Err(error) = kept {
                // A full disk must not keep somebody from reading what is on their own phone.
                tracing::warn!(%error, "a look was not kept");
            }
        }
    }

    /// Tells the server what was looked at, before anything else is sent. Blocks.
    ///
    /// A phone whose list is another one than the server knows was put back from a copy: it becomes a device of its own, and
    /// tells on a new list what was not told yet.
    pub(crate) fn upload_read_log(&self) -> Result<(), ClientError> {
        let mut is_refused = false;
        for _ in 0..MAX_LISTS {
            if self.unsent()?.is_none() {
                return Ok(());
            }
            // The token first: while it is exchanged this phone may become another device, whose list is another.
            let token = self.access_token()?;
            let Some(unsent) = self.unsent()? else { return Ok(()) };
            let chain_hash = URL_SAFE_NO_PAD.encode(unsent.chain_hash);
            let body = json!({ "after": unsent.after, "looks": unsent.events, "link": chain_hash });
            let fits = match self.http.post(&self.server()?, "/v1/devices/reads", Some(&token), &body) {
                Ok(ReadLogAnswer { through, chain_hash }) => {
                    self.with_store(|store| store.put_acknowledged(through, chain_hash_of(chain_hash)))?
                }
                Err(error) if error.is_unauthorized() && !is_refused => {
                    is_refused = true;
                    self.expire(&token);
                    continue;
                }
                Err(error) if error.is_unauthorized() => return Err(ClientError::Offline),
                Err(error) => match ClientError::from(error) {
                    ClientError::Declined { code } if code == "read_log_broken" => false,
                    // A server from before this.
                    ClientError::Declined { code } if code == "not_found" => return Ok(()),
                    error => return Err(error),
                },
            };
            if !fits {
                self.restart_read_log()?;
            }
        }
        Ok(())
    }

    fn unsent(&self) -> Result<Option<UnsentReads>, ClientError> {
        let identity = self.state().account.identity;
        self.with_store(|store| store.unsent_read_events(identity))
    }
}

fn chain_hash_of(text: Option<String>) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text?).ok()?.try_into().ok()
}
