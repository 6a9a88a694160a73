//! The façade: everything an app on the phone does, in one handle.

mod copied;
mod edits;
mod rescue;
mod server;
mod sign_in;
mod spaces;
mod sync;
mod tokens;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use kring_domain::{DeviceId, Language, PersonId};
use kring_sync::DeviceIdentity;
use uuid::Uuid;

use crate::driver::Driver;
use crate::shared::Shared;
use crate::store::{DatabaseFile, Store, file_id, swap};
use crate::{ClientError, Connection, Event, Options};

pub use edits::{DocumentState, Receipt};
pub use rescue::Rescue;
pub use sign_in::SignedIn;
pub use spaces::{Document, Space};
pub use sync::SyncReport;
pub use tokens::{Identity, Invitation};

/// One person's Kring on one phone; clones share it, and it may be used from any thread.
///
/// Everything works without a server. What is saved here is sent by [`Kring::connect`] in the background, or by
/// [`Kring::sync_once`] in a moment the system gives.
///
/// ```
/// use kring_client::{Kring, Options};
/// use serde_json::json;
///
/// let directory = tempfile::tempdir()?;
/// let kring = Kring::open(directory.path().join("anna.kring"), Options::default())?;
/// let space = kring.create_space("Rond Dennis")?;
/// let plan = kring.documents(space).into_iter().find(|document| document.kind.name() == "plan").unwrap();
/// let goal = json!({
///     "type": "add_goal",
///     "goal_id": "0195f3a0-0000-7000-8000-000000000001",
///     "text": "Vaker naar buiten",
/// });
/// kring.submit_json(plan.id, &goal.to_string())?;
/// assert!(kring.read_json(plan.id)?.contains("Vaker naar buiten"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Kring {
    handle: Arc<Handle>,
}

/// What ends with the last clone.
struct Handle {
    shared: Arc<Shared>,
    driver: Mutex<Option<Driver>>,
}

impl Kring {
    /// Opens the person's file, making it where it does not exist.
    ///
    /// One file belongs to one person, and is open once at a time.
    ///
    /// # Errors
    ///
    /// [`ClientError::InUse`], [`ClientError::Damaged`] (then [`Kring::rescue`] helps), [`ClientError::Newer`] or
    /// [`ClientError::Storage`].
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, ClientError> {
        Self::of(path.as_ref().into(), options)
    }

    /// Opens the person's file, which is encrypted with a key that the app keeps in the phone's key store.
    ///
    /// A file is encrypted from its beginning or not at all.
    ///
    /// # Errors
    ///
    /// As [`Kring::open`], and [`ClientError::WrongKey`], which is also what a file with a damaged beginning gives:
    /// the two cannot be told apart. For other damage there is [`Kring::rescue_encrypted`].
    #[cfg(feature = "sqlcipher")]
    pub fn open_encrypted(path: impl AsRef<Path>, key: &crate::FileKey, options: Options) -> Result<Self, ClientError> {
        Self::of(DatabaseFile::locked(path.as_ref(), key), options)
    }

    fn of(file: DatabaseFile<'_>, options: Options) -> Result<Self, ClientError> {
        // A rescue that was cut off when only names were left to change.
        swap::finish_interrupted(file.path())?;
        let mut store = Store::open(file)?;
        let account = store.account(new_identity)?;
        let file_id = file_id::of(file.path());
        let is_suspect = store.is_from_elsewhere(file_id.as_deref())?;
        let shared = Arc::new(Shared::new(options, store, account, file_id, is_suspect)?);
        Ok(Self { handle: Arc::new(Handle { shared, driver: Mutex::default() }) })
    }

    /// Returns who uses this file, as the app that runs here knows them.
    pub fn identity(&self) -> Identity {
        let state = self.shared().state();
        let DeviceIdentity { person, device } = state.account.identity;
        Identity { person, device, server: state.account.server.clone(), is_signed_in: state.credentials.is_some() }
    }

    /// The language of what is read.
    pub fn language(&self) -> Language {
        self.shared().options.language
    }

    /// Starts to share in the background, and goes on until [`Kring::disconnect`], whatever the network does. It first
    /// finishes a sign-in whose answer was lost.
    ///
    /// # Errors
    ///
    /// [`ClientError::SignedOut`] where there is no sign-in, [`ClientError::Closed`] after [`Kring::close`].
    pub fn connect(&self) -> Result<(), ClientError> {
        let state = self.shared().state();
        if state.is_closed {
            return Err(ClientError::Closed);
        }
        let is_signed_in = state.credentials.is_some();
        drop(state);
        // A sign-in that was begun is finished by the connection.
        if !is_signed_in && self.shared().with_store(|store| store.pending_sign_in())?.is_none() {
            return Err(ClientError::SignedOut);
        }
        let mut driver = self.driver();
        if driver.as_ref().is_none_or(Driver::has_ended) {
            *driver = Some(Driver::start(Arc::clone(self.shared()))?);
        }
        Ok(())
    }

    /// Stops sharing in the background; edits are saved here meanwhile.
    pub fn disconnect(&self) {
        self.driver().take();
    }

    /// Tries to connect now instead of after the present wait: the app came to the front, or the network is back.
    pub fn wake(&self) {
        self.shared().wake.notify_one();
    }

    /// Returns how the phone stands with the server.
    pub fn connection(&self) -> Connection {
        self.shared().state().connection
    }

    /// The next thing the app may want to show; `None` after [`Kring::close`].
    ///
    /// An event is a hint to ask again, so one that was missed does no harm: of those nobody reads only the last
    /// thousand wait. Where several tasks wait, each event goes to one of them.
    pub async fn next_event(&self) -> Option<Event> {
        loop {
            let events_ready = self.shared().events_ready.notified();
            let mut events_ready = std::pin::pin!(events_ready);
            events_ready.as_mut().enable();
            {
                let mut state = self.shared().state();
                if state.is_closed {
                    return None;
                }
                if let Some(event) = state.events.pop() {
                    return Some(event);
                }
            }
            events_ready.await;
        }
    }

    /// Stops everything and lets go of the file; all clones answer [`ClientError::Closed`] from now on.
    pub fn close(&self) {
        self.disconnect();
        self.shared().close();
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }

    fn driver(&self) -> std::sync::MutexGuard<'_, Option<Driver>> {
        self.handle.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.driver.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        self.shared.close();
    }
}

/// A person and a device that no server knows yet.
fn new_identity() -> DeviceIdentity {
    DeviceIdentity { device: DeviceId::new(Uuid::now_v7()), person: PersonId::new(Uuid::now_v7()) }
}

/// Runs something that blocks beside the task that waits for it, whatever runtime that task is on.
async fn run_blocking<T: Send + 'static>(
    shared: &Arc<Shared>,
    run: impl FnOnce(&Shared) -> Result<T, ClientError> + Send + 'static,
) -> Result<T, ClientError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("kring-call".into());
    thread
        .spawn(move || {
            // Who asked may have gone away; what was done stands.
            let _ = answer.send(run(&shared));
        })
        .map_err(|error| ClientError::Storage(error.to_string()))?;
    answered.await.unwrap_or(Err(ClientError::Closed))
}
