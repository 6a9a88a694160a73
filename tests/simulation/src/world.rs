//! One history as it is played: a server, some devices, and everything that happens between them.

mod check;
mod copies;
mod entering;
mod line;
mod report;
mod texts;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{CommandId, DeviceId, DocumentId, DocumentKind, PersonId, Role, SpaceId, Timestamp};
use kring_sync::{ChainHash, DeviceFrame, DeviceIdentity, Position, RawCommand, Submission};
use serde_json::Value;
use uuid::Uuid;

pub use report::Report;

use crate::device::{Device, Session, Store};
use crate::failure::{Check, caught};
use crate::link::Link;
use crate::model::{History, Model};
use crate::point::Point;
use crate::server::{Kept, Server};
use crate::sight::Sight;
use crate::story::{Commit, Crash, Fate, Step};
use crate::vocabulary;
use crate::{Broken, Failure, Story};
use entering::Ledger;
use texts::Written;

/// Plays a story to its end, lets everything come to rest, and checks all the way.
///
/// # Errors
///
/// The first thing that was not as it must be.
pub fn play(story: &Story, broken: Broken) -> Result<Report, Failure> {
    let mut at = None;
    let mut world = World::new(story, broken);
    let played = caught(|| {
        for (number, step) in &story.steps {
            at = Some(*number);
            world.now = Timestamp::from_millis(world.now.millis() + 2_000);
            world.step(*number, step)?;
        }
        at = None;
        world.rest()
    });
    match played {
        Ok(()) => Ok(world.report()),
        Err(what) => Err(Failure { step: at, what }),
    }
}

/// A device's store, and the edits that it has promised.
type File = (Store, BTreeMap<(DocumentId, CommandId), Value>);

struct World {
    now: Timestamp,
    space: SpaceId,
    server: Server,
    devices: Vec<Device>,
    links: Vec<Link>,
    /// Files of devices that were put aside, with what those had promised then.
    kept_files: BTreeMap<usize, File>,
    /// The phones that go on from a copy of each device's file.
    copies: BTreeMap<usize, Vec<usize>>,
    /// The phones that have become another device than they were.
    others: BTreeSet<usize>,
    ledger: Ledger,
    /// Devices without coverage.
    apart: BTreeSet<usize>,
    /// The last backup, with what was so then.
    backup: Option<(Kept, History)>,
    /// People who cannot sign in to a restored server that does not know them, until they are let in again.
    strangers: BTreeMap<PersonId, Role>,
    model: Model,
    written: Written,
    report: Report,
    broken: Broken,
}

impl World {
    fn new(story: &Story, broken: Broken) -> Self {
        let space = SpaceId::new(Uuid::from_u128(1));
        let roster: BTreeMap<PersonId, Role> = story
            .memberships
            .iter()
            .map(|membership| (PersonId::new(vocabulary::person(membership.person)), membership.role))
            .collect();
        let now = Timestamp::from_millis(1_772_452_800_000);
        let mut server = Server::new(space, roster.clone(), broken);
        let devices: Vec<Device> = (0..)
            .zip(&story.memberships)
            .map(|(number, membership)| {
                let device = DeviceId::new(Uuid::from_u64_pair(2, number));
                let identity = DeviceIdentity { device, person: PersonId::new(vocabulary::person(membership.person)) };
                let token = server.accounts.enrol(identity, number, now);
                Device::new(Session::signed_in(identity, number, token, now), membership.skew, broken)
            })
            .collect();
        let mut model = Model::default();
        model.roster.clone_from(&roster);
        for &kind in DocumentKind::ALL {
            let document = DocumentId::derive(space, kind);
            model.kinds.insert(document, kind);
            let start = ChainHash::start(document, Position::GENESIS.generation);
            model.comes_to(document, Position::GENESIS, Point::of(&kring_domain::genesis(kind), Some(start)));
        }
        let mut world = Self {
            now,
            space,
            server,
            links: story.memberships.iter().map(|_| Link::default()).collect(),
            devices,
            kept_files: BTreeMap::new(),
            copies: BTreeMap::new(),
            others: BTreeSet::new(),
            ledger: Ledger::default(),
            apart: BTreeSet::new(),
            backup: None,
            strangers: BTreeMap::new(),
            model,
            written: Written::default(),
            report: Report::default(),
            broken,
        };
        // The client has made the space on the first device, before there was a server.
        if let (Some(membership), Some(first)) = (story.memberships.first(), world.devices.first_mut()) {
            first.create_space(space, membership.role);
        }
        world
    }

    fn document(&self, kind: DocumentKind) -> DocumentId {
        DocumentId::derive(self.space, kind)
    }

    fn step(&mut self, number: u64, step: &Step) -> Check {
        match step {
            Step::Edit { device, kind, command, crash } => {
                let device = self.one_of(*device, number);
                self.edit(device, *kind, number, command, *crash)?;
                return self.look_behind(device);
            }
            Step::Post { device, kind, command, again, base } => {
                self.post(*device, *kind, command, again.unwrap_or(number), number, *base);
            }
            Step::Up { device, fate } => {
                let device = self.next(*device, |link| !link.up.is_empty());
                self.arrive_up(device, *fate)?;
                return self.look_behind(device);
            }
            Step::Down { device, fate } => {
                let device = self.next(*device, |link| link.is_closing || !link.down.is_empty());
                self.arrive_down(device, *fate);
                return self.look_behind(device);
            }
            Step::Commit(commit) => self.commit(*commit)?,
            Step::Connect { device } => self.connect(*device)?,
            Step::Morning => {
                for device in 0..self.devices.len() {
                    self.connect(device)?;
                    self.look_behind(device)?;
                }
            }
            Step::Calm => self.settle(0, false)?,
            Step::Cut { device } => self.cut(*device),
            Step::CrashDevice { device } => {
                self.report.device_crashes += 1;
                self.cut(*device);
                self.devices[*device].crash();
            }
            Step::CrashServer => self.crash_server(),
            Step::Fold { kind } => self.server.fold(self.document(*kind)),
            Step::Compact { kind } => self.server.compact(self.document(*kind), self.now),
            Step::Backup => self.backup = Some((self.server.kept(), self.model.now.clone())),
            Step::Restore { seconds } => self.restore(*seconds)?,
            Step::Newer { device, kind } => self.newer(*device, *kind, number),
            Step::ServerOfTomorrow { kind } => self.server_of_tomorrow(*kind, number)?,
            Step::Rush { device, commands } => self.server.limit(self.devices[*device].identity(), *commands),
            Step::Wait { hours } => self.now = Timestamp::from_millis(self.now.millis() + hours * 3_600_000),
            Step::Keep { device } => {
                let kept = self.file(*device);
                self.kept_files.insert(*device, kept);
            }
            Step::Copy { device } => self.copy(*device),
            Step::Clock { device, skew } => self.devices[*device].skew = *skew,
            Step::Partition { devices } => {
                self.apart = devices.iter().copied().collect();
                devices.iter().for_each(|device| self.cut(*device));
            }
            Step::Depart { device, kind, command } => {
                let person = self.devices[*device].identity().person;
                self.cut(*device);
                self.edit(*device, *kind, number, command, None)?;
                // The client stays: a space without its client is deleted, which is another story.
                if person != person_id(0) {
                    self.membership(person, None)?;
                }
            }
            Step::Judge { judge, pick, lets_in } => {
                self.judge(person_id(*judge), *pick, *lets_in);
            }
            Step::Exchange { device, loss } => self.exchange(*device, *loss)?,
            Step::SignOut { device } => self.sign_out(*device),
            Step::ComeBack { device, loss } => self.come_back(*device, *loss)?,
            Step::Invite { role } => self.invite(*role),
            Step::Enter { phone, code, loss } => self.enter(*phone, *code, *loss)?,
            Step::Greet { phone, text } => return self.greet(*phone, number, text),
            Step::Remove { person } => self.membership(person_id(*person), None)?,
            Step::Return { person, role } => self.membership(person_id(*person), Some(*role))?,
        }
        match step.device() {
            Some(device) => self.look_behind(device),
            None => self.look_at_logs().and_then(|()| self.look_at_texts(None)),
        }
    }

    /// This device, or the next one whose link is as wanted.
    fn next(&self, device: usize, wanted: impl Fn(&Link) -> bool) -> usize {
        let count = self.links.len();
        (device..device + count).map(|place| place % count).find(|place| wanted(&self.links[*place])).unwrap_or(device)
    }

    /// A device sends what it has to send, and the model looks at it.
    fn look_behind(&mut self, device: usize) -> Check {
        self.flush(device);
        self.look(device)?;
        self.look_at_texts(Some(device))
    }

    fn edit(&mut self, device: usize, kind: DocumentKind, number: u64, command: &Value, crash: Option<Crash>) -> Check {
        let document = self.document(kind);
        let id = command_id(number);
        self.written.add(document, id, command);
        self.model.made.insert((document, id), command.clone());
        let cursor = self.devices[device].replica().cursor(document);
        let base = cursor.map(|cursor| Position { generation: cursor.generation, sequence: cursor.sequence });
        // What a copy makes may be executed behind what another phone has shared of what was made before it.
        let is_copy = self.others.contains(&device);
        self.model.bases.extend(base.filter(|_| !is_copy).map(|base| ((document, id), base)));
        let crash_at =
            if self.broken == Broken::PromisesTooSoon && crash.is_some() { Some(Crash::BeforeStoring) } else { crash };
        let saved = self.devices[device].submit(document, id, command, self.now, crash_at);
        if saved || (self.broken == Broken::PromisesTooSoon && crash.is_some()) {
            self.report.edits += 1;
            // What was saved is the command as this version writes it.
            let stored = self.devices[device].waiting().get(&(document, id)).map(|command| (*command).clone());
            let command = stored.unwrap_or_else(|| command.clone());
            self.promised(device, document, id, command);
        }
        if crash.is_some() {
            self.report.device_crashes += 1;
            self.cut(device);
        }
        Ok(())
    }

    fn post(&mut self, device: usize, kind: DocumentKind, command: &Value, id: u64, fresh: u64, base: Option<u64>) {
        let document = self.document(kind);
        // Nobody can know the id of a command that is under way from somebody else.
        let id = if self.model.now.answers.contains_key(&(document, command_id(id))) { id } else { fresh };
        self.model.made.entry((document, command_id(id))).or_insert_with(|| command.clone());
        self.written.add(document, command_id(id), command);
        let head = self.server.admission(document).head();
        let base = base.map(|number| Position { sequence: number % (head.sequence + 2), ..head });
        let submission =
            Submission { id: command_id(id), base, made_at: None, command: RawCommand::from_value(command.clone()) };
        self.server.submit(self.devices[device].identity(), document, submission, self.now);
    }

    /// Somebody judges an edit of who has left; says whether there was one.
    fn judge(&mut self, judge: PersonId, pick: u64, lets_in: bool) -> bool {
        let judged = self.server.judge(judge, pick, lets_in, self.now);
        self.report.judged += usize::from(judged.is_some());
        self.model.now.late.extend(judged.map(|edit| (edit, Some(lets_in))));
        judged.is_some()
    }

    /// A device has told its person that an edit is saved.
    fn promised(&mut self, device: usize, document: DocumentId, id: CommandId, command: Value) {
        self.model.promised.entry(device).or_default().insert((document, id), command);
    }

    fn arrive_up(&mut self, device: usize, fate: Fate) -> Check {
        let Some(bytes) = self.links[device].up.take(fate) else { return Ok(()) };
        let frame: DeviceFrame = kring_sync::decode_device_frame(&bytes).map_err(|error| error.to_string())?;
        let answers = self.server.receive(self.devices[device].identity(), frame, self.now);
        answers.into_iter().try_for_each(|answer| self.send(device, &answer))
    }

    fn arrive_down(&mut self, device: usize, fate: Fate) {
        let crash = if let Fate::Crash(crash) = fate { Some(crash) } else { None };
        if let Some(bytes) = self.links[device].down.take(fate) {
            let frame = kring_sync::decode_server_frame(&bytes).expect("what was encoded decodes");
            self.report.device_crashes += usize::from(crash.is_some());
            if !self.devices[device].receive(frame, self.now, crash) {
                self.cut(device);
            }
        }
        if self.links[device].is_closing && self.links[device].down.is_empty() {
            self.cut(device);
        }
    }

    fn commit(&mut self, commit: Commit) -> Check {
        if matches!(commit, Commit::Fails | Commit::DiesBefore) {
            self.report.failed_commits += 1;
            if self.broken == Broken::TellsTooSoon {
                let kept = self.server.kept();
                self.tell(usize::MAX)?;
                self.server.put_back(kept);
            }
            self.crash_server();
            return Ok(());
        }
        self.tell(if commit == Commit::DiesBehind { 2 } else { usize::MAX })?;
        if commit == Commit::DiesBehind {
            self.crash_server();
        }
        Ok(())
    }

    /// Commits, and sends at most this many of the frames.
    fn tell(&mut self, most: usize) -> Check {
        let (committed, frames) = self.server.commit(self.now);
        self.report.brought_back += committed.iter().filter(|entry| entry.is_back).count();
        let consents = self.document(DocumentKind::Consents);
        self.report.consents += committed.iter().filter(|entry| entry.document == consents).count();
        committed.iter().for_each(|entry| self.written.committed(entry));
        committed.into_iter().try_for_each(|entry| self.model.committed(entry))?;
        for (identity, frame) in frames.into_iter().take(most) {
            let is_it = |device: &Device| device.is_connected && device.identity() == identity;
            let place = self.devices.iter().position(is_it);
            let place = place.or_else(|| self.devices.iter().position(|device| device.identity() == identity));
            // A phone that is another device by now has lost the connection over which this was to go.
            place.map_or(Ok(()), |place| self.send(place, &frame))?;
        }
        Ok(())
    }

    /// The backup takes the place of what the server has; all sessions end.
    fn restore(&mut self, seconds: i64) -> Check {
        let Some((kept, history)) = self.backup.clone() else { return Ok(()) };
        self.report.restores += 1;
        self.server.restore(kept, seconds, self.now);
        let before = self.model.roster.clone();
        let roster = self.server.roster().clone();
        self.strangers.extend(before.into_iter().filter(|(person, _)| !roster.contains_key(person)));
        self.model.restored(history, roster);
        for device in 0..self.devices.len() {
            self.cut(device);
            let sight = Sight::of(device, &mut self.devices[device]);
            self.model.device(&sight).map_err(|what| format!("device {device}: {what}"))?;
            self.model.holds(&sight);
        }
        Ok(())
    }

    fn membership(&mut self, person: PersonId, role: Option<Role>) -> Check {
        let before = self.model.roster.get(&person).copied();
        if before == role {
            return Ok(());
        }
        self.report.changes_of_rights += 1;
        // What is on its way to be durable counts only while its author is what they were; the round fails.
        if self.server.has_uncommitted_of(person) {
            self.crash_server();
        }
        let frames = self.server.membership(person, role, self.now);
        self.model.joined(person, role);
        self.strangers.remove(&person);
        let theirs = (0..self.devices.len()).filter(|device| self.devices[*device].identity().person == person);
        for device in theirs.collect::<Vec<_>>() {
            frames.iter().try_for_each(|frame| self.send(device, frame))?;
            self.close(device);
        }
        Ok(())
    }
}

fn command_id(number: u64) -> CommandId {
    CommandId::new(Uuid::from_u64_pair(vocabulary::COMMANDS, number))
}

fn person_id(number: u64) -> PersonId {
    PersonId::new(vocabulary::person(number))
}
