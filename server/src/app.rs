//! The parts of a server that every request has at hand.

use std::ops::Deref;
use std::sync::Arc;

use kring_domain::ServerId;
use tokio::sync::Mutex;

use crate::accounts::{self, AccountError, access_log};
use crate::auth::Auth;
use crate::config::Config;
use crate::documents::{Documents, begin_recovery, log_key, server_id};
use crate::metrics::Metrics;
use crate::request_limit::RequestLimit;
use crate::shutdown::Shutdown;
use crate::store::{Store, StoreError};
use crate::sync::hub::Hub;

/// One server; clones share its parts. Every layer of every request has a clone, so making one is one count.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of one server.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The identity of the server.
    pub server: ServerId,
    /// The person who is asking.
    pub auth: Auth,
    /// The writers of the documents.
    pub documents: Documents,
    /// The person who is connected.
    pub hub: Hub,
    /// The counters.
    pub metrics: Metrics,
    /// When it ends.
    pub shutdown: Shutdown,
    /// The settings of the operator.
    pub config: Arc<Config>,
    /// How much one device may ask.
    pub request_limit: RequestLimit,
    /// Held by whoever judges an edit, one at a time.
    pub judging: Arc<Mutex<()>>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the database and makes the parts.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened or the signing key cannot be read or made.
    pub async fn open(config: Config) -> Result<Self, StoreError> {
        let store = Store::open_to_serve(&config.data)?;
        store.write(access_log::adopt).await?;
        let completed = store.write(accounts::complete_spaces).await.map_err(|error| match error {
            AccountError::Store(error) => error,
            _ => StoreError::Closed,
        })?;
        if completed > 0 {
            tracing::info!(spaces = completed, "spaces of an older version got the documents they lacked");
        }
        let auth = Auth::open(&store, &config).await?;
        let limits = &config.limits;
        let hub = Hub::with_rate(limits.commands_per_second, limits.command_burst);
        let metrics = Metrics::new();
        begin_recovery(&store).await?;
        let key = log_key(&store).await?;
        let server = server_id(&key);
        let documents =
            Documents::start(&store, &hub, &metrics, key, limits.document_cache_bytes, limits.compact_after)?;
        Ok(Self(Arc::new(Parts {
            server,
            auth,
            documents,
            hub,
            metrics,
            shutdown: Shutdown::new(),
            request_limit: RequestLimit::new(&config.limits),
            judging: Arc::default(),
            config: Arc::new(config),
            store,
        })))
    }
}
