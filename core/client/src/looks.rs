//! What is looked at on this phone goes into the access log, when there is a server to tell it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_domain::DocumentId;
use kring_sync::Look;
use serde::Deserialize;
use serde_json::json;

use crate::shared::Shared;
use crate::store::Untold;
use crate::{ClientError, clock};

/// The most lists that are sent in one go.
const MAX_LISTS: u32 = 50;

#[derive(Deserialize)]
struct Through {
    through: u64,
    /// The link behind the last of them; none from a server of an older version.
    link: Option<String>,
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
    /// A phone whose list is another one than the server knows was put back from a copy: it becomes a device of its own, and
    /// tells on a new list what was not told yet.
    pub(crate) fn share_looks(&self) -> Result<(), ClientError> {
        let mut is_refused = false;
        for _ in 0..MAX_LISTS {
            if self.untold()?.is_none() {
                return Ok(());
            }
            // The token first: while it is exchanged this phone may become another device, whose list is another.
            let token = self.access_token()?;
            let Some(untold) = self.untold()? else { return Ok(()) };
            let link = URL_SAFE_NO_PAD.encode(untold.link);
            let body = json!({ "after": untold.after, "looks": untold.looks, "link": link });
            let fits = match self.http.post(&self.server()?, "/v1/devices/reads", Some(&token), &body) {
                Ok(Through { through, link }) => self.with_store(|store| store.put_told(through, link_of(link)))?,
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
                self.part_from_list()?;
            }
        }
        Ok(())
    }

    fn untold(&self) -> Result<Option<Untold>, ClientError> {
        let identity = self.state().account.identity;
        self.with_store(|store| store.untold_looks(identity))
    }
}

fn link_of(text: Option<String>) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text?).ok()?.try_into().ok()
}
