//! State that all handles share: the file and the replica, each behind a lock, and the bells that wake tasks that wait.
//!
//! Where both locks are taken, the file's comes first. It is held while a batch is made durable, the replica's is
//! not, so reading goes on during a commit and edits that arrive meanwhile share the next one.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kring_sync::{Clock, Replica, StoreQuery};
use tokio::sync::Notify;

use crate::account::{Account, Credentials};
use crate::events::{self, Events};
use crate::fail;
use crate::http::{Heard, Http};
use crate::recent::Recent;
use crate::store::{LocalSpace, Store};
use crate::{ClientError, Connection, Event, Options};

/// What the file says about the time is written anew when it is so many milliseconds old.
const WORTH_KEEPING: u64 = 60_000;

pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) http: Http,
    /// What tells the file from a copy of it.
    pub(crate) file_id: Option<String>,
    /// `None` once it was closed.
    store: Mutex<Option<Store>>,
    state: Mutex<State>,
    /// One exchange of tokens at a time.
    pub(crate) refreshing: Mutex<()>,
    /// One sign-in at a time.
    signing_in: Mutex<()>,
    /// Held by whoever speaks with the server for the replica: the driver while it is connected, or a round of sync.
    pub(crate) sync_lock: Arc<tokio::sync::Mutex<()>>,
    /// Rung when a socket over which the server has not spoken yet should leave the line to a round.
    pub(crate) give_way: Notify,
    /// Rung when there are events.
    pub(crate) events_ready: Notify,
    /// Rung when there may be something to send.
    pub(crate) work: Notify,
    /// Rung when waiting for the next attempt to connect should end.
    pub(crate) wake: Notify,
    /// Rung when the connection has to begin anew.
    pub(crate) rejoin: Notify,
}

pub(crate) struct State {
    pub(crate) replica: Replica,
    pub(crate) account: Account,
    pub(crate) credentials: Option<Credentials>,
    /// True when the file may be a copy that was put back, while the phone whose it was lives on.
    pub(crate) is_suspect: bool,
    pub(crate) connection: Connection,
    /// The documents that were read a moment ago.
    pub(crate) recent_reads: Recent,
    /// Spaces made here that are written together with their documents.
    pub(crate) new_spaces: Vec<LocalSpace>,
    /// Goes up when the replica had to be read from the file again: what was not stored then is gone.
    pub(crate) reloads: u64,
    pub(crate) events: Events,
    /// What the file says about the time.
    kept_clock: Clock,
    pub(crate) is_closed: bool,
}

impl Shared {
    pub(crate) fn new(
        options: Options,
        store: Store,
        account: Account,
        file_id: Option<String>,
        is_suspect: bool,
    ) -> Result<Self, ClientError> {
        let replica = replica(&store, &account)?;
        let state = State {
            replica,
            account,
            credentials: store.credentials()?,
            is_suspect,
            connection: Connection::Offline,
            recent_reads: Recent::default(),
            new_spaces: Vec::new(),
            reloads: 0,
            events: Events::default(),
            kept_clock: store.clock()?,
            is_closed: false,
        };
        Ok(Self {
            http: Http::new(&options.app),
            options,
            file_id,
            store: Mutex::new(Some(store)),
            state: Mutex::new(state),
            refreshing: Mutex::default(),
            signing_in: Mutex::default(),
            sync_lock: Arc::default(),
            give_way: Notify::new(),
            events_ready: Notify::new(),
            work: Notify::new(),
            wake: Notify::new(),
            rejoin: Notify::new(),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock panics half-way; if it did, what is stored is still right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else signs in.
    pub(crate) fn lock_sign_in(&self) -> MutexGuard<'_, ()> {
        self.signing_in.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something on the file.
    pub(crate) fn with_store<T, E: Into<ClientError>>(
        &self,
        run: impl FnOnce(&mut Store) -> Result<T, E>,
    ) -> Result<T, ClientError> {
        match self.lock_store().as_mut() {
            Some(store) => run(store).map_err(Into::into),
            None => Err(ClientError::Closed),
        }
    }

    /// Makes everything durable that the replica holds back, hands it what it asks of the file, and passes on what it
    /// has to tell. For whoever speaks with the server: an error may be about what that has sent.
    ///
    /// Whatever was put into the replica before the call is on the disk when it returns.
    pub(crate) fn flush(&self) -> Result<(), ClientError> {
        let mut slot = self.lock_store();
        loop {
            self.store(&mut slot)?;
            let query = self.state().replica.poll_store_query();
            let Some(query) = query else { break };
            self.query(slot.as_ref().ok_or(ClientError::Closed)?, &query)?;
        }
        drop(slot);
        self.publish(None);
        Ok(())
    }

    /// Makes everything durable that the replica holds back, and passes on what it has to tell. For what the person does:
    /// nothing that a server has sent makes it fail.
    pub(crate) fn save(&self) -> Result<(), ClientError> {
        self.store(&mut self.lock_store())?;
        self.publish(None);
        Ok(())
    }

    fn store(&self, slot: &mut Option<Store>) -> Result<(), ClientError> {
        while let Some((ops, spaces)) = self.unstored() {
            let store = slot.as_mut().ok_or(ClientError::Closed)?;
            fail::point("store.before");
            if let Err(error) = store.apply(&ops, &spaces) {
                tracing::warn!(%error, "a batch could not be stored");
                self.reload(slot);
                return Err(error.into());
            }
            fail::point("store.after");
            self.state().replica.handle_stored();
        }
        Ok(())
    }

    /// Keeps what is known about the time, where that is more than a little else than what the file says.
    pub(crate) fn keep_time(&self) -> Result<(), ClientError> {
        let heard = self.http.take_time();
        let (clock, kept) = {
            let mut state = self.state();
            if let Some(Heard { server, here }) = heard {
                state.replica.hear_time(server, here);
            }
            let clock = state.replica.clock();
            (clock, mem::replace(&mut state.kept_clock, clock))
        };
        let has_moved = |one: i64, other: i64| one.abs_diff(other) >= WORTH_KEEPING;
        if !has_moved(clock.ahead, kept.ahead) && !has_moved(clock.server_time.millis(), kept.server_time.millis()) {
            self.state().kept_clock = kept;
            return Ok(());
        }
        self.with_store(|store| store.put_clock(clock))
    }

    /// Queues what the replica has to tell, and `event` behind it.
    pub(crate) fn publish(&self, event: Option<Event>) {
        let mut state = self.state();
        while let Some(events_ready) = state.replica.poll_event() {
            events::from_replica(events_ready).into_iter().for_each(|event| state.events.push(event));
        }
        event.into_iter().for_each(|event| state.events.push(event));
        drop(state);
        self.events_ready.notify_waiters();
    }

    pub(crate) fn set_connection(&self, connection: Connection) {
        let before = mem::replace(&mut self.state().connection, connection);
        if before != connection {
            self.publish(Some(Event::ConnectionChanged(connection)));
        }
    }

    /// Lets go of the file; every handle answers `Closed` from now on.
    pub(crate) fn close(&self) {
        self.lock_store().take();
        let mut state = self.state();
        state.is_closed = true;
        state.credentials = None;
        state.events.clear();
        drop(state);
        self.events_ready.notify_waiters();
        self.work.notify_one();
        self.wake.notify_one();
    }

    /// Hands the replica what it asks of the file.
    fn query(&self, store: &Store, query: &StoreQuery) -> Result<(), ClientError> {
        match *query {
            StoreQuery::Entries { document, after, bytes } => {
                let entries = store.entries_after(document, after, bytes)?;
                self.state().replica.handle_entries(document, entries);
                Ok(())
            }
            StoreQuery::Own { document } => {
                let own = store.shared_edits(document)?;
                let handled = self.state().replica.handle_own(document, own);
                handled.map_err(|error| ClientError::Server(error.to_string()))
            }
        }
    }

    fn unstored(&self) -> Option<(Vec<kring_sync::StoreOp>, Vec<LocalSpace>)> {
        let mut state = self.state();
        let ops = state.replica.poll_store();
        let spaces = mem::take(&mut state.new_spaces);
        (ops.is_some() || !spaces.is_empty()).then(|| (ops.unwrap_or_default(), spaces))
    }

    /// Goes back to what the file holds, after it did not take a batch.
    fn reload(&self, slot: &mut Option<Store>) {
        let mut state = self.state();
        state.reloads += 1;
        state.new_spaces.clear();
        match slot.as_ref().map(|store| replica(store, &state.account)) {
            Some(Ok(replica)) => state.replica = replica,
            // A replica that cannot store must not take edits.
            _ => *slot = None,
        }
        drop(state);
        self.rejoin.notify_one();
    }

    fn lock_store(&self) -> MutexGuard<'_, Option<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the replica off the line when whoever spoke for it ends, however they do.
pub(crate) struct Disconnect<'a>(pub(crate) &'a Shared);

impl Drop for Disconnect<'_> {
    fn drop(&mut self) {
        self.0.state().replica.handle_disconnected();
    }
}

fn replica(store: &Store, account: &Account) -> Result<Replica, ClientError> {
    let restored = Replica::restore(account.identity, store.documents()?, store.members()?);
    let mut replica = restored.map_err(|_| ClientError::Damaged)?;
    replica.set_clock(store.clock()?);
    if account.is_copy {
        replica.catch_up_first();
    }
    Ok(replica)
}

#[cfg(test)]
mod tests {
    use kring_domain::DocumentKind;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::Kring;

    #[test]
    fn a_full_disk_refuses_edits_and_shows_what_is_stored() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kring.db");
        let kring = Kring::open(&path, Options::default()).unwrap();
        let space = kring.create_space("Rond Dennis").unwrap();
        let documents = kring.documents(space);
        let circle = documents.into_iter().find(|document| document.kind == DocumentKind::Circle).unwrap().id;
        let text = "x".repeat(2000);
        let propose = || {
            let idea = json!({"type": "propose_idea", "idea_id": Uuid::now_v7(), "text": text});
            kring.submit_json(circle, &idea.to_string())
        };
        let shown = |kring: &Kring| kring.read_json(circle).unwrap().matches(&text).count();
        kring.shared().with_store(|store| store.fill_disk(true)).unwrap();
        let mut saved = Vec::new();
        let error = loop {
            match propose() {
                Ok(receipt) => saved.push(receipt.id),
                Err(error) => break error,
            }
            assert!(saved.len() < 100, "the disk is full");
        };
        assert!(matches!(error, ClientError::Storage(_)), "{error:?}");
        assert_eq!(kring.waiting(), saved.len());
        assert_eq!(shown(&kring), saved.len());
        assert!(propose().is_err(), "still full");

        kring.shared().with_store(|store| store.fill_disk(false)).unwrap();
        saved.push(propose().unwrap().id);
        kring.close();
        let kring = Kring::open(&path, Options::default()).unwrap();
        let edits: Vec<_> = kring.edits(circle).unwrap().into_iter().map(|edit| edit.id).collect();
        assert_eq!(edits, saved);
        assert_eq!(shown(&kring), saved.len());
    }
}
