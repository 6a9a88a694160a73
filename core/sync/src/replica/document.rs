//! One document on a device: base, pending and view.

use std::cell::OnceCell;
use std::collections::VecDeque;

use automerge::{Automerge, ChangeHash};
use kring_domain::{Access, Author, Command, CommandId, DocumentId, DocumentKind, Role, SpaceId, Timestamp, genesis};
use uuid::Uuid;

use super::execute::{Here, execute_all};
use super::{DeviceIdentity, OwnEdit, Pending, Replacement, ReplicaError, StoreOp, StoredDocument};
use crate::{ChainHash, Cursor, Entry, MAX_COMMANDS, Position, RawCommand, Submission, dating, guard};

/// The most bytes of commands in one frame, well below what a server takes.
const FRAME_BYTES: usize = 256 * 1024;

/// After this many entries the stored tail is folded into a snapshot.
const FOLD_AFTER_ENTRIES: usize = 512;

pub(super) struct LocalDocument {
    pub(super) kind: DocumentKind,
    pub(super) space: SpaceId,
    pub(super) role: Role,
    pub(super) access: Access,
    pub(super) known: bool,
    /// True when the space has a client, as far as the server has told.
    has_client: bool,
    position: Position,
    /// The chain hash of the last entry in the base; `None` where it came in a snapshot without one.
    chain_hash: Option<ChainHash>,
    /// The generation that the server is at; nothing is sent before it is here. It is an older one than the base's where
    /// the server was restored from a backup, and then comes in the base's place.
    awaited: u64,
    /// The entry of that generation before which nothing is sent.
    awaited_entry: u64,
    /// Made when it is first looked at: somebody in thousands of spaces has seen few of them.
    admitted: OnceCell<Automerge>,
    tail: usize,
    /// What is to come in the place of the base when the person's own edits are at hand.
    pub(super) replacement: Option<Replacement>,
    /// The change of this device's last admitted entry.
    own_last: Option<ChangeHash>,
    pending: VecDeque<Waiting>,
    /// The view with the last change this device made in it; `None` where it must be made anew.
    view: Option<(Automerge, Option<ChangeHash>)>,
}

struct Waiting {
    pending: Pending,
    sent: bool,
    /// The position that the server says it has, while it has not come from there yet.
    admitted: Option<Position>,
    /// True when the person was told that it is there.
    notified: bool,
}

impl LocalDocument {
    pub(super) fn new(
        document: DocumentId,
        (kind, space): (DocumentKind, SpaceId),
        (role, access): (Role, Access),
        known: bool,
    ) -> Self {
        Self {
            kind,
            space,
            role,
            access,
            known,
            has_client: false,
            position: Position::GENESIS,
            chain_hash: Some(ChainHash::start(document, Position::GENESIS.generation)),
            awaited: Position::GENESIS.generation,
            awaited_entry: 0,
            admitted: OnceCell::new(),
            tail: 0,
            replacement: None,
            own_last: None,
            pending: VecDeque::new(),
            view: None,
        }
    }

    pub(super) fn restore(identity: &DeviceIdentity, stored: StoredDocument) -> Result<Self, ReplicaError> {
        let kind_and_space = (stored.kind, stored.space);
        let mut local = Self::new(stored.document, kind_and_space, (stored.role, stored.access), stored.known);
        if let Some(snapshot) = stored.snapshot {
            local.admitted = guard::load_own(&snapshot).map_err(|_| ReplicaError::Damaged)?.into();
        }
        if !stored.tail.is_empty() {
            guard::apply_own(local.admitted_mut(), stored.tail.iter().map(Vec::as_slice))
                .map_err(|_| ReplicaError::Damaged)?;
        }
        if stored.position != Position::GENESIS {
            local.chain_hash = stored.chain_hash;
        }
        local.position = stored.position;
        local.tail = stored.tail.len();
        if local.admitted.get().is_some() {
            local.own_last = local.last_change_of(&local.author(identity));
        }
        local.pending = stored
            .pending
            .into_iter()
            .map(|pending| Waiting { pending, sent: false, admitted: None, notified: false })
            .collect();
        Ok(local)
    }

    pub(super) fn put(&self, document: DocumentId) -> StoreOp {
        let Self { kind, space, role, access, known, .. } = *self;
        StoreOp::PutDocument { document, kind, space, role, access, known }
    }

    pub(super) fn author(&self, identity: &DeviceIdentity) -> Author {
        let Self { role, has_client, .. } = *self;
        Author { device: identity.device, person: identity.person, role, has_client }.beside_client(has_client)
    }

    /// Notes whether the space has a client: what waits may then be a suggestion, or no longer one.
    pub(super) fn note_client(&mut self, has_client: bool) {
        if self.has_client != has_client {
            self.has_client = has_client;
            self.view = None;
        }
    }

    pub(super) fn cursor(&self, document: DocumentId) -> Cursor {
        Cursor {
            document,
            generation: self.position.generation,
            sequence: self.position.sequence,
            chain_hash: self.chain_hash,
        }
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    pub(super) fn chain_hash(&self) -> Option<ChainHash> {
        self.chain_hash
    }

    pub(super) fn admitted(&self) -> &Automerge {
        self.admitted.get_or_init(|| genesis(self.kind))
    }

    fn admitted_mut(&mut self) -> &mut Automerge {
        self.admitted();
        #[expect(clippy::expect_used, reason = "it was made in the line before")]
        self.admitted.get_mut().expect("a document that was looked at is made")
    }

    /// The ids of what was erased from the document.
    pub(super) fn erased_things(&self) -> Vec<Uuid> {
        match self.admitted.get() {
            Some(admitted) => self.kind.erased_things(admitted),
            None => Vec::new(),
        }
    }

    pub(super) fn pending(&self) -> impl Iterator<Item = &Pending> + '_ {
        self.pending.iter().map(|waiting| &waiting.pending)
    }

    /// Returns whether what was here is gone, and the person's own edits are awaited to join the document anew.
    pub(super) fn begins_anew(&self) -> bool {
        self.replacement.as_ref().is_some_and(|replacement| replacement.begins_anew)
    }

    pub(super) fn forget_view(&mut self) {
        self.view = None;
    }

    /// The admitted document with the waiting edits executed on top, each where it was made, and none dated before `known`
    /// by a clock that was never set.
    pub(super) fn view(&mut self, identity: &DeviceIdentity, known: Timestamp) -> &Automerge {
        if self.pending.is_empty() {
            return self.admitted();
        }
        let author = self.author(identity);
        let admitted = self.admitted.get_or_init(|| genesis(self.kind));
        let own_last = self.own_last;
        let pending = &self.pending;
        let here = Here { generation: self.position.generation, known };
        let (view, _) = self.view.get_or_insert_with(|| {
            let mut view = admitted.clone();
            let waiting = pending.iter().map(|waiting| &waiting.pending);
            let own = execute_all(&mut view, &author, waiting, own_last, here);
            (view, own)
        });
        view
    }

    /// Adds an edit of this device at the end.
    pub(super) fn push(
        &mut self,
        identity: &DeviceIdentity,
        id: CommandId,
        command: &Command,
        now: Timestamp,
        known: Timestamp,
    ) -> Pending {
        let submission =
            Submission { id, base: Some(self.position), made_at: Some(now), command: RawCommand::from(command) };
        let heads = self.admitted().get_heads().iter().map(|hash| hash.0).collect();
        let pending = Pending { submission, heads };
        let author = self.author(identity);
        let (mut view, own) = self.view.take().unwrap_or_else(|| (self.admitted().clone(), self.own_last));
        let here = Here { generation: self.position.generation, known };
        let own = execute_all(&mut view, &author, std::iter::once(&pending), own, here);
        self.view = Some((view, own));
        self.pending.push_back(Waiting { pending: pending.clone(), sent: false, admitted: None, notified: false });
        pending
    }

    /// Dates what waits, and cannot be dated as it is, by what this device's clock is `ahead` of the server's, which says
    /// `now`; whether anything changed.
    pub(super) fn correct_dates(&mut self, ahead: i64, now: Timestamp) -> bool {
        let mut is_corrected = false;
        if self.pending.is_empty() {
            return false;
        }
        let admitted = self.admitted.get_or_init(|| genesis(self.kind));
        for waiting in self.pending.iter_mut().filter(|waiting| !waiting.sent) {
            let heads: Vec<ChangeHash> = waiting.pending.heads.iter().copied().map(ChangeHash).collect();
            let seen = dating::seen(admitted, &heads);
            let Some(made_at) = waiting.pending.submission.made_at else { continue };
            if dating::clamp(made_at, seen, now) != made_at {
                let corrected = Timestamp::from_millis(made_at.millis().saturating_sub(ahead));
                waiting.pending.submission.made_at = Some(dating::clamp(corrected, seen, now));
                is_corrected = true;
            }
        }
        if is_corrected {
            self.view = None;
        }
        is_corrected
    }

    /// Everything waits to be sent again. What a server said on another connection it may have lost since.
    pub(super) fn unsend(&mut self) {
        for waiting in &mut self.pending {
            (waiting.sent, waiting.admitted) = (false, None);
        }
    }

    /// What waits from this edit on must be sent again, in order.
    pub(super) fn unsend_from(&mut self, id: CommandId) {
        let behind = self.pending.iter_mut().skip_while(|waiting| waiting.pending.submission.id != id);
        behind.for_each(|waiting| waiting.sent = false);
    }

    /// Sends nothing before the generation of a place is here, and where `is_exact` not before its last entry is.
    pub(super) fn awaits(&mut self, position: Position, is_exact: bool) {
        self.awaited = position.generation;
        self.awaited_entry = if is_exact { position.sequence } else { 0 };
    }

    /// Has everything that waits build on the base as it is.
    pub(super) fn wait_behind(&mut self) {
        let heads: Vec<[u8; 32]> = self.admitted().get_heads().iter().map(|hash| hash.0).collect();
        for waiting in &mut self.pending {
            waiting.pending.submission.base = Some(self.position);
            waiting.pending.heads.clone_from(&heads);
        }
        self.view = None;
    }

    /// The next edits to send, marked as sent.
    pub(super) fn take_unsent(&mut self) -> Vec<Submission> {
        let is_behind = self.position.sequence < self.awaited_entry;
        if !self.known || self.awaited != self.position.generation || is_behind {
            return Vec::new();
        }
        let mut bytes = 0;
        let mut commands = Vec::new();
        for waiting in self.pending.iter_mut().filter(|waiting| !waiting.sent).take(MAX_COMMANDS) {
            bytes += waiting.pending.submission.command.json().len() + 200;
            if bytes > FRAME_BYTES && !commands.is_empty() {
                break;
            }
            waiting.sent = true;
            commands.push(waiting.pending.submission.clone());
        }
        commands
    }

    /// Takes a waiting edit out, with whether its end was told before; `None` where it waits no longer.
    pub(super) fn settle(&mut self, id: CommandId) -> Option<(Pending, bool)> {
        let index = self.pending.iter().position(|waiting| waiting.pending.submission.id == id)?;
        let waiting = self.pending.remove(index)?;
        self.view = None;
        Some((waiting.pending, waiting.notified))
    }

    /// Notes where an edit was admitted; false where that was known, or it waits no longer.
    pub(super) fn admit(&mut self, id: CommandId, position: Position) -> bool {
        let waiting = self.pending.iter_mut().find(|waiting| waiting.pending.submission.id == id);
        waiting.is_some_and(|waiting| {
            waiting.admitted = Some(position);
            !std::mem::replace(&mut waiting.notified, true)
        })
    }

    /// The waiting edits that are in the base already, which came without their entries: in a snapshot.
    pub(super) fn included(&self) -> Vec<(CommandId, Position)> {
        let included = self.pending.iter().filter_map(|waiting| {
            let position = waiting.admitted.filter(|position| *position <= self.position)?;
            Some((waiting.pending.submission.id, position))
        });
        included.collect()
    }

    /// Puts a snapshot from the server in the place of what was admitted so far.
    pub(super) fn replace(&mut self, identity: &DeviceIdentity, with: &Replacement) -> Result<(), ReplicaError> {
        self.admitted = guard::load(&with.bytes).map_err(|_| ReplicaError::Unreadable)?.into();
        self.position = with.position;
        self.chain_hash = with.chain_hash;
        if with.position.generation > self.awaited {
            self.awaits(with.position, false);
        }
        self.tail = 0;
        self.own_last = self.last_change_of(&self.author(identity));
        self.view = None;
        Ok(())
    }

    /// Has edits wait on the base as it is now, in this order; none was sent.
    pub(super) fn wait_again(&mut self, edits: impl Iterator<Item = OwnEdit>) {
        let heads: Vec<[u8; 32]> = self.admitted().get_heads().iter().map(|hash| hash.0).collect();
        let wait = |OwnEdit { id, command, made_at }| {
            let submission = Submission { id, base: Some(self.position), made_at, command };
            Waiting {
                pending: Pending { submission, heads: heads.clone() },
                sent: false,
                admitted: None,
                notified: false,
            }
        };
        self.pending = edits.map(wait).collect();
        self.view = None;
    }

    /// Adds entries that follow the base.
    ///
    /// After an error the document is back at genesis and has to be joined anew; what waits is kept.
    pub(super) fn extend(
        &mut self,
        document: DocumentId,
        identity: &DeviceIdentity,
        entries: &[Entry],
    ) -> Result<(), ReplicaError> {
        let changes = entries.iter().map(|entry| entry.change.as_slice());
        let Ok(applied) = guard::apply(self.admitted_mut(), changes) else {
            self.restart(document);
            return Err(ReplicaError::Unreadable);
        };
        self.position.sequence += entries.len() as u64;
        self.chain_hash = self.chain_hash.map(|chain_hash| entries.iter().fold(chain_hash, ChainHash::next));
        self.tail += entries.len();
        self.view = None;
        let own = entries.iter().zip(applied).rev().find(|(entry, _)| entry.device == identity.device);
        self.own_last = own.map(|(_, change)| change.hash).or(self.own_last);
        Ok(())
    }

    /// Back to an empty document, to be joined anew.
    pub(super) fn restart(&mut self, document: DocumentId) {
        self.admitted = OnceCell::new();
        self.position = Position::GENESIS;
        self.chain_hash = Some(ChainHash::start(document, Position::GENESIS.generation));
        self.tail = 0;
        self.own_last = None;
        self.view = None;
    }

    /// A snapshot for the store, where the stored tail has grown long.
    ///
    /// After an error the document is back at genesis, as in [`Self::extend`].
    pub(super) fn fold(&mut self, document: DocumentId) -> Result<Option<Vec<u8>>, ReplicaError> {
        if self.tail <= FOLD_AFTER_ENTRIES {
            return Ok(None);
        }
        let snapshot = guard::save(self.admitted());
        if snapshot.is_err() {
            self.restart(document);
        }
        self.tail = 0;
        snapshot.map(Some).map_err(|_| ReplicaError::Unreadable)
    }

    /// The last change of an author in what was admitted.
    fn last_change_of(&mut self, author: &Author) -> Option<ChangeHash> {
        let admitted = self.admitted_mut();
        admitted.set_actor(author.actor());
        admitted.get_last_local_change().map(|change| change.hash())
    }
}
