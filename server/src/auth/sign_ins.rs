//! Live sign-ins, remembered so that a request costs no query.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::Caller;
use crate::store::{Store, StoreError};

/// The most sign-ins that are remembered; beyond that the oldest knowledge is looked up again.
const MAX_REMEMBERED: usize = 50_000;

#[derive(Default)]
pub(super) struct SignIns {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    live: HashMap<Uuid, Caller>,
    /// Grows whenever something is forgotten, so that an answer from before is not remembered after.
    forgotten: u64,
}

impl SignIns {
    pub(super) async fn is_live(&self, store: &Store, caller: Caller) -> Result<bool, StoreError> {
        let before = {
            let known = self.lock();
            if known.live.get(&caller.sign_in) == Some(&caller) {
                return Ok(true);
            }
            known.forgotten
        };
        let live = store.read(move |connection| is_live(connection, caller)).await?;
        let mut known = self.lock();
        if live && known.forgotten == before {
            if known.live.len() >= MAX_REMEMBERED {
                known.live.clear();
            }
            known.live.insert(caller.sign_in, caller);
        }
        Ok(live)
    }

    pub(super) fn forget(&self, which: impl Fn(&Caller) -> bool) {
        let mut known = self.lock();
        known.forgotten += 1;
        known.live.retain(|_, caller| !which(caller));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_live(connection: &Connection, caller: Caller) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM families JOIN devices USING (device_id)
               WHERE family_id = ?1 AND device_id = ?2 AND person_id = ?3 AND ended_at IS NULL AND revoked_at IS NULL";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![caller.sign_in, caller.device.uuid(), caller.person.uuid()], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}
