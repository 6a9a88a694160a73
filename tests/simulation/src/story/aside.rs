//! What happens between the steps of a history, in some of them: people come in with codes, and reword the same texts.
//!
//! It draws from numbers of its own, so that the other histories stay what they were.

use fastrand::Rng;
use kring_domain::{DocumentKind, Role};
use serde_json::{Value, json};

use super::{Loss, Step};
use crate::bytes::word;
use crate::vocabulary::text_thing;

/// New phones on which somebody tries codes.
const PHONES: usize = 4;

/// Texts that several people reword.
const TEXTS: u64 = 3;

/// Draws what happens beside the steps of one history.
pub(super) struct Aside {
    rng: Rng,
    /// The number of the next step; the others have those before.
    next: u64,
    devices: usize,
    enters: bool,
    rewords: bool,
}

impl Aside {
    pub(super) fn new(seed: u64, steps: u64, devices: usize) -> Self {
        let rng = Rng::with_seed(seed.rotate_left(32) ^ 0x5eed);
        // A third of the histories has both, a third has neither.
        Self { rng, next: steps + 1, devices, enters: !seed.is_multiple_of(3), rewords: seed % 3 > 1 || seed % 6 == 1 }
    }

    /// Returns what happens behind a step.
    pub(super) fn next(&mut self, number: u64) -> Vec<(u64, Step)> {
        match self.rng.u8(..) {
            0..24 if self.enters => vec![self.enter(number)],
            24..29 if self.rewords => self.reword(number),
            _ => Vec::new(),
        }
    }

    fn enter(&mut self, number: u64) -> (u64, Step) {
        let device = self.rng.usize(..self.devices);
        let phone = self.rng.usize(..PHONES);
        let loss = self.loss();
        let step = match self.rng.u8(..16) {
            0..2 => {
                let roles = [Role::Member, Role::Carer, Role::Professional, Role::Backup];
                Step::Invite { role: roles[self.rng.usize(..roles.len())] }
            }
            2..7 => Step::Enter { phone, code: self.rng.usize(..3), loss },
            7..12 => Step::Exchange { device, loss },
            12 => Step::SignOut { device },
            13 => Step::ComeBack { device, loss },
            _ => {
                // What is made has a number of its own.
                let number = self.next;
                self.next += 1;
                return (number, Step::Greet { phone, text: word(DocumentKind::Circle, number) });
            }
        };
        (number, step)
    }

    /// A text is there on all devices of its people; then each words it anew, from the same words.
    fn reword(&mut self, number: u64) -> Vec<(u64, Step)> {
        let thing = self.rng.u64(1..=TEXTS);
        // The devices of the client, and that of a member whose idea it is.
        let (kind, make, edit, field, editors) = match self.rng.u8(..4) {
            0 => (DocumentKind::Private, "note_privately", "edit_private_note", "note_id", vec![0, 1]),
            1 => (DocumentKind::WorkNotes, "write_work_note", "edit_work_note", "note_id", vec![5, 6]),
            _ => (DocumentKind::Circle, "propose_idea", "edit_idea", "idea_id", vec![2, 0, 1]),
        };
        let id = text_thing(field, thing);
        let mut told: Vec<(u64, Step)> =
            editors.iter().map(|device| (number, Step::Connect { device: *device })).collect();
        told.push((number, Step::Calm));
        told.push(self.edit(editors[0], kind, |text| json!({"type": make, field: id, "text": text})));
        told.push((number, Step::Calm));
        for device in editors {
            told.push(self.edit(device, kind, |text| json!({"type": edit, field: id, "text": text})));
        }
        told
    }

    fn edit(&mut self, device: usize, kind: DocumentKind, command: impl Fn(String) -> Value) -> (u64, Step) {
        let number = self.next;
        self.next += 1;
        let word = word(kind, number);
        let text = match self.rng.u8(..4) {
            0 => format!("samen {word}"),
            1 => format!("{word} om 10:00"),
            2 => format!("samen {word} met Henk"),
            _ => word,
        };
        (number, Step::Edit { device, kind, command: command(text), crash: None })
    }

    fn loss(&mut self) -> Loss {
        match self.rng.u8(..8) {
            0..3 => Loss::Answer,
            3 => Loss::Request,
            4 => Loss::Memory,
            5 => Loss::Secrecy,
            _ => Loss::Nothing,
        }
    }
}
