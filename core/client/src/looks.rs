//! What is looked at on this phone goes into the access log, when there is a server to tell it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kring_domain::{DocumentId, Timestamp};
use kring_sync::Look;
use serde::Deserialize;
use serde_json::json;

use crate::shared::Shared;
use crate::{ClientError, Connection, clock};

/// Looking again within this time is the same look, in milliseconds: 10 minutes.
const SAME: i64 = 10 * 60_000;

/// The most documents that are remembered as just looked at.
const MANY: usize = 1_000;

/// The most lists that are sent in one go.
const MAX_LISTS: u32 = 50;

/// What was looked at a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Recent(BTreeMap<DocumentId, Timestamp>);

impl Recent {
    /// Whether looking at a document now is a look of its own.
    fn is_new(&mut self, document: DocumentId, now: Timestamp) -> bool {
        let is_recent = |at: &Timestamp| (0..SAME).contains(&(now.millis() - at.millis()));
        if self.0.get(&document).is_some_and(is_recent) {
            return false;
        }
        if self.0.len() >= MANY {
            self.0.retain(|_, at| is_recent(at));
        }
        self.0.insert(document, now);
        true
    }
}

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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn looking_again_soon_is_the_same_look_and_a_clock_that_goes_back_hides_nothing() {
        let (mut recent, document) = (Recent::default(), DocumentId::new(Uuid::from_u128(1)));
        let mut is_new = |minute: i64| recent.is_new(document, Timestamp::from_millis(minute * 60_000));
        assert_eq!([100, 105, 109, 110, 119, 120].map(&mut is_new), [true, false, false, true, false, true]);
        assert!(is_new(50), "the clock was put back");
        for number in 0..3_000 {
            recent.is_new(DocumentId::new(Uuid::from_u128(number)), Timestamp::from_millis(number as i64 * SAME));
        }
        assert!(recent.0.len() <= MANY);
    }
}
