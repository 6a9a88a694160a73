//! How phones come in: codes, exchanges and copies over a line that loses requests and answers.
//!
//! What must be so: a code lets one phone in, and that one surely; nobody is signed out because an answer was lost or a
//! file was put back; whoever only listened gets nothing; and no two phones are one device.

use std::collections::{BTreeMap, BTreeSet};

use kring_domain::{DeviceId, DocumentKind, PersonId, Role, Timestamp};
use kring_sync::DeviceIdentity;
use serde_json::json;
use uuid::Uuid;

use super::{World, person_id};
use crate::device::{Device, Session};
use crate::failure::{Check, ensure};
use crate::link::Link;
use crate::server::{Answer, Grant, Request, UsedCode};
use crate::story::Loss;

/// The most requests of a device in one go: an exchange, a copy, and each once more with the server's time.
const MOST: usize = 4;

/// For so long, in milliseconds, an answer that was lost is given again.
const DAY: i64 = 86_400_000;

/// Newcomers have numbers from here on.
const NEWCOMERS: u64 = 100;

/// What happened to codes and sign-ins, as the model knows it.
#[derive(Default)]
pub(super) struct Ledger {
    /// The codes that were made.
    codes: Vec<u64>,
    /// The first use of each, and when it was.
    used: BTreeMap<u64, (UsedCode, Timestamp)>,
    /// The new phones, by number.
    phones: BTreeMap<usize, usize>,
    /// The phones whose sign-in somebody ended.
    ended: BTreeSet<DeviceId>,
    /// Requests that reached the server, and whose answer did not arrive.
    unanswered: BTreeSet<usize>,
    /// The last number that a phone drew.
    last: u64,
}

impl World {
    /// A device has its token exchanged while it is not connected.
    pub(super) fn exchange(&mut self, device: usize, loss: Loss) -> Check {
        if self.devices[device].is_connected || self.apart.contains(&device) {
            return Ok(());
        }
        self.devices[device].store.session.expire();
        self.be_let_in(device, loss)
    }

    /// Somebody ends the sign-in of a device.
    pub(super) fn sign_out(&mut self, device: usize) {
        let id = self.devices[device].identity().device;
        self.server.accounts.end(id);
        self.ledger.ended.insert(id);
        self.cut(device);
        self.devices[device].store.session.expire();
    }

    /// The person of a device that was signed out gets a code and signs in with it.
    pub(super) fn come_back(&mut self, device: usize, loss: Loss) -> Check {
        let session = &self.devices[device].store.session;
        if session.is_signed_in() || session.code().is_some() || self.apart.contains(&device) {
            return Ok(());
        }
        let grant = Grant::Device(self.devices[device].identity().person);
        let code = self.make_code(grant);
        let fresh = self.draw();
        self.devices[device].store.session.begin(code, fresh);
        self.report.came_back += 1;
        self.be_let_in(device, loss)
    }

    /// Somebody new is invited.
    pub(super) fn invite(&mut self, role: Role) {
        let person = person_id(NEWCOMERS + self.ledger.codes.len() as u64);
        let code = self.make_code(Grant::Membership(person, role));
        self.ledger.codes.push(code);
    }

    /// Somebody tries a code on a new phone.
    pub(super) fn enter(&mut self, phone: usize, code: usize, loss: Loss) -> Check {
        let Some(code) = self.ledger.codes.get(code % self.ledger.codes.len().max(1)).copied() else { return Ok(()) };
        let number = self.devices.len();
        let device = *self.ledger.phones.entry(phone).or_insert(number);
        if device == number {
            let draw = |kind| Uuid::from_u64_pair(kind, phone as u64);
            let identity = DeviceIdentity { device: DeviceId::new(draw(8)), person: PersonId::new(draw(9)) };
            self.devices.push(Device::new(Session::fresh(identity), 0, self.broken));
            self.links.push(Link::default());
        }
        let fresh = self.draw();
        let session = &mut self.devices[device].store.session;
        if !session.is_signed_in() && session.code().is_none() {
            session.begin(code, fresh);
        }
        self.be_let_in(device, loss)
    }

    /// Somebody who came in on a new phone writes to the circle.
    pub(super) fn greet(&mut self, phone: usize, number: u64, text: &str) -> Check {
        let Some(device) = self.ledger.phones.get(&phone).copied() else { return Ok(()) };
        let command = json!({"type": "propose_idea", "idea_id": Uuid::from_u64_pair(6, number), "text": text});
        self.edit(device, DocumentKind::Circle, number, &command, None)?;
        self.look_behind(device)
    }

    /// A device asks for what it needs before it can speak with the server; of the first request something may be lost.
    pub(super) fn be_let_in(&mut self, device: usize, loss: Loss) -> Check {
        let mut loss = loss;
        for _ in 0..MOST {
            let session = &self.devices[device].store.session;
            if session.code().is_none() && session.is_open(self.now) {
                return Ok(());
            }
            let fresh = self.draw();
            let now = self.now;
            let Some((request, clock)) = self.devices[device].request(fresh, now) else { return Ok(()) };
            if !self.ask(device, request, clock, std::mem::replace(&mut loss, Loss::Nothing))? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One request; whether its answer arrived and is not the last word.
    fn ask(&mut self, device: usize, request: Request, clock: Timestamp, loss: Loss) -> Result<bool, String> {
        if loss == Loss::Request {
            return Ok(false);
        }
        let mut signed_at = clock;
        let mut answer = self.answer(request, signed_at)?;
        if answer == Answer::Clock {
            // The server has told what time it is.
            signed_at = self.now;
            answer = self.answer(request, signed_at)?;
        }
        if loss == Loss::Secrecy {
            let overheard = self.answer(request, signed_at)?;
            let is_nothing = !matches!(overheard, Answer::Session(..));
            ensure(is_nothing, || format!("whoever has listened to {request:?} gets {overheard:?}"))?;
        }
        if matches!(loss, Loss::Answer | Loss::Memory) {
            self.ledger.unanswered.insert(device);
            if loss == Loss::Memory {
                self.report.device_crashes += 1;
                self.devices[device].crash();
            }
            return Ok(false);
        }
        self.hear(device, request, answer)
    }

    fn answer(&mut self, request: Request, signed_at: Timestamp) -> Result<Answer, String> {
        self.now = Timestamp::from_millis(self.now.millis() + 1);
        let answer = self.server.accounts.answer(request, signed_at, self.now);
        for used in self.server.accounts.take_entries() {
            let before = self.ledger.used.insert(used.code, (used, self.now));
            ensure(before.is_none(), || format!("code {} was used by {before:?} and by {used:?}", used.code))?;
            if let Grant::Membership(person, role) = used.grant {
                self.report.joined += 1;
                self.membership(person, Some(role))?;
            }
        }
        Ok(answer)
    }

    /// An answer arrives.
    fn hear(&mut self, device: usize, request: Request, answer: Answer) -> Result<bool, String> {
        let before = self.devices[device].identity();
        self.look_at_answer(before, request, answer)?;
        let token = self.devices[device].store.session.token();
        if matches!(answer, Answer::Session(..)) && self.ledger.unanswered.remove(&device) {
            self.report.lost_answers += 1;
        }
        self.report.declined_codes += usize::from(answer == Answer::InvalidCode);
        let now = self.now;
        self.devices[device].answered(request, answer, now);
        if self.devices[device].identity() != before {
            let id = self.devices[device].identity();
            let other =
                self.devices.iter().enumerate().find(|(number, other)| *number != device && other.identity() == id);
            ensure(other.is_none(), || format!("phones {device} and {:?} are one device", other.map(|other| other.0)))?;
            // What waits may be executed behind what the device that it was has shared.
            let waiting: Vec<_> = self.devices[device].waiting().into_keys().collect();
            waiting.iter().for_each(|key| _ = self.model.bases.remove(key));
            self.others.insert(device);
        } else if matches!((request, answer), (Request::Copy { .. }, Answer::Session(..))) {
            return Err(format!("phone {device} was put back from a copy, and is still the device {before:?}"));
        }
        let is_out = answer == Answer::SignedOut;
        let is_expired = token.is_some_and(|token| self.server.accounts.is_expired(token, self.now));
        let is_fine = !is_out || is_expired || self.ledger.ended.contains(&before.device);
        ensure(is_fine, || format!("phone {device} is signed out, and nobody has ended its sign-in"))?;
        Ok(answer == Answer::Copied || matches!(answer, Answer::InvalidCode | Answer::OtherPerson))
    }

    /// Returns what somebody gets for a code is what it was made for; who used it first is not sent away.
    fn look_at_answer(&self, phone: DeviceIdentity, request: Request, answer: Answer) -> Check {
        let Request::SignIn { code, key, .. } = request else { return Ok(()) };
        let Some((used, at)) = self.ledger.used.get(&code) else { return Ok(()) };
        match answer {
            Answer::Session(got, _) => {
                let is_theirs = used.key == key && used.device == got.device;
                ensure(is_theirs, || format!("code {code} was used by {used:?}, and lets {phone:?} in as {got:?}"))
            }
            Answer::InvalidCode => {
                let is_late = self.now.millis() - at.millis() > DAY || self.ledger.ended.contains(&used.device);
                ensure(used.key != key || is_late, || format!("code {code} was used by the phone that is sent away"))
            }
            _ => Ok(()),
        }
    }

    /// Everybody who is out comes back: those who were asked once more get their answers, others a code.
    pub(super) fn everybody_is_let_in(&mut self) -> Check {
        for device in 0..self.devices.len() {
            for _ in 0..MOST {
                // A request that was signed by a clock ahead is answered again when that time has come.
                self.now = Timestamp::from_millis(self.now.millis() + 1_000);
                self.be_let_in(device, Loss::Nothing)?;
                // Somebody who was removed has a code for their phone too: it hears then that its documents are gone.
                if self.devices[device].store.session.is_known() {
                    self.come_back(device, Loss::Nothing)?;
                }
            }
        }
        Ok(())
    }

    /// At rest whoever came in with a code has a phone, and is on the roster once.
    pub(super) fn everybody_is_in(&self) -> Check {
        let held: BTreeSet<PersonId> = self.devices.iter().map(|device| device.identity().person).collect();
        for (used, at) in self.ledger.used.values() {
            let Grant::Membership(person, _) = used.grant else { continue };
            let is_late = self.now.millis() - at.millis() > DAY;
            ensure(held.contains(&person) || is_late, || format!("{person} came in with a code, and has no phone"))?;
        }
        let roster = self.server.roster();
        let expected = &self.model.roster;
        ensure(roster == expected, || format!("the roster is {roster:?}, not {expected:?}"))
    }

    fn make_code(&mut self, grant: Grant) -> u64 {
        let code = self.draw();
        self.server.accounts.invite(code, grant);
        code
    }

    /// A number that nobody else has.
    fn draw(&mut self) -> u64 {
        self.ledger.last += 1;
        1_000_000 + self.ledger.last
    }
}
