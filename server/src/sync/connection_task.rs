//! One WebSocket of one device, from the first frame to the close.

mod auditing;
mod ending;
mod presence;
mod reading;
mod recovering;
mod socket;
mod submitting;

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use kring_domain::{Access, DocumentId};
use kring_sync::{
    Claim, Cursor, DecodeError, Delivery, DeliveryState, DeviceFrame, PROTOCOL, Position, ServerFrame, Spellings,
    decode_device_message, encode, field_at_fault,
};
use tokio::time::Instant;

use super::connection::{Broadcast, Item};
use super::directory::{self, DocumentAccess, Window};
use super::hub::Connected;
use crate::app::App;
use crate::auth::Caller;
use crate::documents::queries::LoadError;
use crate::metrics::Counted;
use crate::shutdown::ShutdownGuard;
use auditing::Subscription;
use ending::Ending;
use reading::{CHUNK_BYTES, Reading, claimed};
use socket::Socket;

/// After this long without a sign of life a device is pinged.
const PING_AFTER: Duration = Duration::from_secs(30);

/// After this long without a sign of life a device is gone.
const GONE_AFTER: Duration = Duration::from_secs(45);

/// A connected device and what it has been sent.
struct ConnectionTask {
    app: App,
    connected: Connected,
    socket: Socket,
    /// The documents that the person may read, in order of their ids; `None` until they were looked up.
    subscriptions: Option<Vec<Subscription>>,
    presence_at: Option<Instant>,
    /// When an attempt that was refused was last kept in the access log.
    refused_at: Option<Instant>,
    /// True when something is about to be sent that the access log does not tell of yet.
    is_unlogged: bool,
    /// True when the device takes its welcome in pages.
    is_paged: bool,
    /// The ids of commands under way that the device writes in another way.
    spellings: Spellings,
    /// The field of a malformed frame, where one was the end.
    fault: Option<String>,
    /// It is counted, and the server waits for it when it shuts down.
    _here: (Counted, ShutdownGuard),
}

/// Serves a device until either side closes.
///
/// The connection is boxed, and so is below what happens seldom: a device at rest keeps room for nothing else.
pub(crate) fn run(app: App, caller: Caller, socket: WebSocket) -> impl Future<Output = ()> + Send {
    let connected = app.hub.connect(caller.person, caller.device, caller.sign_in);
    let here = (app.metrics.socket(), app.shutdown.guard());
    let socket = Socket::new(socket);
    let subscriptions = None;
    let presence_at = None;
    let refused_at = None;
    let is_unlogged = false;
    let is_paged = false;
    let task = ConnectionTask {
        app,
        connected,
        socket,
        subscriptions,
        presence_at,
        refused_at,
        is_unlogged,
        is_paged,
        spellings: Spellings::default(),
        fault: None,
        _here: here,
    };
    let mut task = Box::new(task);
    async move {
        let ending = task.serve().await;
        Box::pin(task.end(ending)).await;
    }
}

impl ConnectionTask {
    async fn serve(&mut self) -> Ending {
        let mut heard = Instant::now();
        let mut is_pinged = false;
        loop {
            if let Err(ending) = self.send_waiting().await {
                return ending;
            }
            let connection = &self.connected.connection;
            let received = tokio::select! {
                biased;
                () = connection.woken() => continue,
                received = self.socket.receive() => Some(received),
                () = tokio::time::sleep_until(heard + if is_pinged { GONE_AFTER } else { PING_AFTER }) => None,
            };
            let result = match received {
                Some(Ok(message)) => {
                    heard = Instant::now();
                    is_pinged = false;
                    self.handle(message).await
                }
                Some(Err(ending)) => Err(ending),
                None if is_pinged => Err(Ending::GONE),
                None => {
                    is_pinged = true;
                    self.socket.write(connection, [Message::Ping(Bytes::new())].into_iter()).await
                }
            };
            if let Err(ending) = result {
                return ending;
            }
        }
    }

    /// Tells the device why it is closed; the rest of the server has nothing to do with it any more.
    async fn end(&mut self, ending: Ending) {
        self.connected.end();
        let left = self.connected.connection.take().left;
        let subscriptions = self.subscriptions.take().unwrap_or_default();
        let gone = subscriptions.iter().filter(|subscription| left.contains(&subscription.access.space));
        let gone = gone.map(|subscription| access_gone(subscription.access.document)).collect();
        self.socket.end(ending, self.fault.as_deref(), gone).await;
    }

    /// Sends everything that waits, and follows the orders that came with it.
    async fn send_waiting(&mut self) -> Result<(), Ending> {
        loop {
            let outbox = self.connected.connection.take();
            if let Some(closing) = outbox.closing {
                // What the person is to be told last is read off the connection when it ends.
                outbox.left.into_iter().for_each(|space| self.connected.connection.leave(space));
                return Err(closing.into());
            }
            if outbox.is_stale && self.subscriptions.is_some() {
                Box::pin(self.refresh_access()).await?;
            } else if outbox.items.is_empty() {
                return Ok(());
            }
            let mut frames = Vec::with_capacity(outbox.items.len());
            for item in outbox.items {
                match item {
                    Item::Frame(frame) => frames.push(frame),
                    Item::Broadcast(broadcast) => match self.next(&broadcast) {
                        Delivery::Send => frames.push(broadcast.frame(self.connected.connection.packs())),
                        Delivery::Skip => {}
                        Delivery::CatchUp => {
                            self.log_and_send(std::mem::take(&mut frames)).await?;
                            Box::pin(self.catch_up(broadcast.document)).await?;
                        }
                    },
                }
            }
            self.log_and_send(frames).await?;
        }
    }

    async fn handle(&mut self, message: Message) -> Result<(), Ending> {
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(_) => return Err(Ending::TEXT),
            Message::Close(_) => return Err(Ending::GONE),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        let message = decode_device_message(&bytes).map_err(|error| match error {
            DecodeError::TooLarge => Ending::TOO_LARGE,
            DecodeError::Malformed => {
                self.fault = field_at_fault(&bytes);
                Ending::MALFORMED
            }
        })?;
        if matches!(message.content, DeviceFrame::Submit { .. }) {
            message.frames_in(&bytes).for_each(|frame| self.spellings.read(frame));
        }
        let kring_sync::Message { content: frame, size, .. } = message;
        match frame {
            DeviceFrame::Hello { protocol, .. } if protocol != PROTOCOL => Err(Ending::PROTOCOL),
            // A greeting is answered with much; one that is not the first counts as a command.
            DeviceFrame::Hello { .. } if self.subscriptions.is_some() && !self.may_go_on() => Err(Ending::UNAVAILABLE),
            DeviceFrame::Hello { cursors, pages, after, through, packed, .. } => {
                if packed {
                    self.connected.connection.set_packs(true);
                    self.send(vec![encode(&ServerFrame::Packs).into()]).await?;
                }
                self.is_paged = pages;
                let window = Window { is_paged: pages, after, through };
                Box::pin(self.greet(window, cursors)).await
            }
            DeviceFrame::Submit { document, commands } => Box::pin(self.submit(document, commands, size)).await,
            DeviceFrame::Presence { document, state } => self.relay(document, &state),
            DeviceFrame::Ping { n } => self.send(vec![encode(&ServerFrame::Pong { n }).into()]).await,
            DeviceFrame::Pong { .. } => Ok(()),
            DeviceFrame::Entries { document, entries } => Box::pin(self.take_back(document, entries, size)).await,
            // What it holds was taken out of it.
            DeviceFrame::Packed { .. } => Err(Ending::MALFORMED),
        }
    }

    /// Returns whether the device may ask one thing more now.
    fn may_go_on(&self) -> bool {
        self.app.hub.allowance(self.connected.connection.device, 1) == 1
    }

    /// Answers `hello`: who is there and what there is, then what the device lacks.
    async fn greet(&mut self, window: Window, cursors: Vec<Cursor>) -> Result<(), Ending> {
        let mut cursors: Vec<_> = cursors.into_iter().map(|cursor| (cursor.document, Claim::from(cursor))).collect();
        cursors.sort_unstable_by_key(|(document, _)| *document);
        let claims = cursors.clone();
        let greeting = self.read(move |reading| reading.greet(window, &cursors)).await?;
        let subscriptions = greeting.chunks.iter().map(|(access, chunk)| {
            Subscription::new(*access, DeliveryState::greeted(claimed(&claims, access.document), chunk.delivered()))
        });
        let mut subscriptions: Vec<Subscription> = subscriptions.collect();
        subscriptions.extend(self.outside(window, greeting.through, &greeting.accesses));
        subscriptions.sort_unstable_by_key(|subscription| subscription.access.document);
        subscriptions
            .iter_mut()
            .filter(|subscription| greeting.logged.contains(&subscription.access.document))
            .for_each(Subscription::is_logged);
        self.subscriptions = Some(subscriptions);
        let sent = greeting.chunks.iter().filter(|(_, chunk)| !chunk.frames.is_empty());
        sent.for_each(|(access, _)| self.sending(access.document));
        let unfinished: Vec<DocumentId> =
            greeting.chunks.iter().filter(|(_, chunk)| !chunk.is_last).map(|(access, _)| access.document).collect();
        let frames = greeting.chunks.into_iter().flat_map(|(_, chunk)| chunk.frames);
        self.log_and_send(std::iter::once(greeting.welcome).chain(frames).collect()).await?;
        for document in unfinished {
            self.catch_up(document).await?;
        }
        Ok(())
    }

    /// Returns what stays as it is of what a page is not about, as far as the person may still read it.
    fn outside(
        &mut self,
        window: Window,
        through: Option<DocumentId>,
        accesses: &[DocumentAccess],
    ) -> Vec<Subscription> {
        let mut before = self.subscriptions.take().unwrap_or_default().into_iter().peekable();
        let outside = accesses.iter().filter(|access| !window.has(access.document, through));
        let stays = outside.map(|access| {
            while before.next_if(|subscription| subscription.access.document < access.document).is_some() {}
            match before.next_if(|subscription| subscription.access.document == access.document) {
                Some(subscription) => Subscription { access: *access, ..subscription },
                None => Subscription::new(*access, DeliveryState::default()),
            }
        });
        stays.collect()
    }

    /// Reads the person's memberships again, after they have changed.
    async fn refresh_access(&mut self) -> Result<(), Ending> {
        let before = self.subscriptions.take().unwrap_or_default();
        if before.iter().all(|subscription| subscription.delivery.claim().is_none()) && !before.is_empty() {
            // The device has not said hello, so it is not told of anything yet; its memberships are looked up when needed.
            return Ok(());
        }
        let cursor = |subscription: &Subscription| {
            let Claim { at, chain_hash } = subscription.delivery.claim()?;
            let Position { generation, sequence } = at;
            Some(Cursor { document: subscription.access.document, generation, sequence, chain_hash })
        };
        let cursors = before.iter().filter_map(cursor).collect();
        let known = before.iter();
        let known: Vec<DocumentId> = known.map(|subscription| subscription.access.document).collect();
        self.subscriptions = Some(before);
        let window = Window { is_paged: self.is_paged, ..Window::default() };
        self.greet(window, cursors).await?;
        let gone: Vec<DocumentId> = known.into_iter().filter(|document| self.find(*document).is_none()).collect();
        self.app.hub.unsubscribe(&self.connected.connection, gone.iter().copied());
        self.send(gone.into_iter().map(access_gone).collect()).await
    }

    /// Sends what the device lacks of one document.
    async fn catch_up(&mut self, document: DocumentId) -> Result<(), Ending> {
        loop {
            let Some(subscription) = self.find(document) else { return Ok(()) };
            let access = subscription.access;
            let cursor = subscription.delivery.claim();
            let answered = subscription.delivery.answered();
            let chunk = self.read(move |reading| reading.chunk(&access, cursor, answered, CHUNK_BYTES)).await?;
            // Where a consent has ended, the person is told when the connection looks again.
            let Some(mut chunk) = chunk else { return Ok(()) };
            let is_last = chunk.is_last;
            if self.find(document).is_some_and(|subscription| !subscription.delivery.take(chunk.delivered())) {
                chunk.frames.clear();
            }
            if !chunk.frames.is_empty() {
                self.sending(document);
            }
            self.log_and_send(chunk.frames).await?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Returns what to do with new entries of a document.
    fn next(&mut self, broadcast: &Broadcast) -> Delivery {
        let Some(subscription) = self.find(broadcast.document) else { return Delivery::Skip };
        let next = subscription.delivery.next(broadcast.first, broadcast.reached());
        if next == Delivery::Send {
            self.sending(broadcast.document);
        }
        next
    }

    fn find(&mut self, document: DocumentId) -> Option<&mut Subscription> {
        let subscriptions = self.subscriptions.as_mut()?;
        let index = subscriptions.binary_search_by_key(&document, |subscription| subscription.access.document).ok()?;
        subscriptions.get_mut(index)
    }

    async fn send(&mut self, frames: Vec<Bytes>) -> Result<(), Ending> {
        if frames.is_empty() {
            return Ok(());
        }
        let spellings = &mut self.spellings;
        let restored = frames.into_iter().map(|frame| match spellings.is_empty() {
            true => frame,
            false => spellings.restore(&frame).map_or(frame, Bytes::from),
        });
        self.socket.write(&self.connected.connection, restored.map(Message::Binary)).await
    }

    /// Reads from the database, not too many connections at once.
    async fn read<T: Send + 'static>(
        &mut self,
        query: impl FnOnce(&Reading<'_>) -> Result<T, LoadError> + Send + 'static,
    ) -> Result<T, Ending> {
        let hub = self.app.hub.clone();
        let connection = self.connected.connection.clone();
        let damaged = self.app.documents.damaged().clone();
        let server = self.app.server;
        let _permit = self.app.hub.read_permit().await;
        let read = Box::pin(self.app.store.read(move |database| -> Result<Option<T>, LoadError> {
            if !directory::is_signed_in(database, connection.sign_in)? {
                return Ok(None);
            }
            query(&Reading { database, hub: &hub, connection: &connection, damaged: &damaged, server }).map(Some)
        }));
        match read.await {
            Ok(read) => read.ok_or(Ending::ENDED),
            Err(error) => {
                tracing::error!(%error, "a device could not be brought up to date");
                Err(Ending::UNAVAILABLE)
            }
        }
    }
}

fn access_gone(document: DocumentId) -> Bytes {
    encode(&ServerFrame::Access { document, access: Access::None }).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every idle device keeps this much, beside the buffers of its socket.
    #[test]
    fn a_session_at_rest_is_small() {
        fn size_of_future<F: Future>(_: impl FnOnce(App, Caller, WebSocket) -> F) -> usize {
            size_of::<F>()
        }
        let size = size_of::<ConnectionTask>() + size_of_future(run);
        assert!(size <= 2 * 1024, "{size} bytes");
    }
}
