//! Automerge alone, in this process, on the same documents: no frames, no policy, no log, no disk.

use std::hint::black_box;
use std::time::{Duration, Instant};

use automerge::patches::PatchLog;
use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc};

use crate::load::content::IDEAS;
use crate::load::stats::{median, ms};
use crate::load::{Failure, Outcome};

/// The cost of Automerge.
pub(crate) struct Automerges {
    /// An edit at the heads the device had, and its bytes; median, in microseconds.
    pub(crate) execute_us: f64,
    /// A change read from bytes and applied; median, in microseconds.
    pub(crate) apply_us: f64,
    pub(crate) save_ms: f64,
    pub(crate) load_ms: f64,
    pub(crate) saved_bytes: f64,
    pub(crate) change_bytes: f64,
}

/// A document with its ideas, and how it was made.
struct Circle {
    document: Automerge,
    texts: Vec<(ObjId, String)>,
    edits: usize,
}

/// Measures `edits` edits of a document that has had `history` of them, with a pause before each.
pub(crate) fn measure(history: usize, edits: usize, pause: Duration) -> Outcome<Automerges> {
    let mut circle = Circle::new()?;
    for _ in 0..history {
        circle.edit(None)?;
    }
    let mut replica = circle.document.clone();
    let mut execute = Vec::new();
    let mut apply = Vec::new();
    let mut bytes = 0;
    for _ in 0..edits.max(1) {
        std::thread::sleep(pause);
        let heads = circle.document.get_heads();
        let began = Instant::now();
        let change = circle.edit(Some(&heads))?;
        execute.push(ms(began.elapsed()) * 1000.0);
        bytes += change.len();
        let began = Instant::now();
        replica.apply_changes([Change::from_bytes(change)?])?;
        apply.push(ms(began.elapsed()) * 1000.0);
    }
    let saved = circle.document.save();
    let timed = |run: &dyn Fn()| {
        let times = (0..10).map(|_| {
            let began = Instant::now();
            run();
            ms(began.elapsed())
        });
        median(&times.collect::<Vec<_>>())
    };
    Ok(Automerges {
        execute_us: median(&execute),
        apply_us: median(&apply),
        save_ms: timed(&|| drop(black_box(circle.document.save()))),
        load_ms: timed(&|| drop(black_box(Automerge::load(&saved)))),
        saved_bytes: saved.len() as f64,
        change_bytes: bytes as f64 / execute.len() as f64,
    })
}

/// W5 without anything but Automerge: a server that has `count` edits executes as many that were made beside them, and
/// the device applies them all; in milliseconds.
pub(crate) fn offline_merge_ms(count: usize) -> Outcome<f64> {
    let mut server = Circle::new()?;
    let start = server.document.get_heads();
    let mut device = server.document.clone();
    let mut changes = Vec::with_capacity(count * 2);
    for _ in 0..count {
        changes.push(server.edit(None)?);
    }
    let began = Instant::now();
    server.document.set_actor(ActorId::from([9; 33]));
    let mut heads = start;
    for _ in 0..count {
        let change = server.edit(Some(&heads))?;
        heads = vec![Change::from_bytes(change.clone())?.hash()];
        changes.push(change);
    }
    let changes: Result<Vec<Change>, _> = changes.into_iter().map(Change::from_bytes).collect();
    device.apply_changes(changes?)?;
    let took = ms(began.elapsed());
    if device.get_heads() == server.document.get_heads() { Ok(took) } else { Err("Automerge did not converge".into()) }
}

impl Circle {
    fn new() -> Outcome<Self> {
        // Kring's authors are 33 bytes long, so these are.
        let mut document = Automerge::new().with_actor(ActorId::from([7; 33]));
        let mut transaction = document.transaction();
        let ideas = transaction.put_object(ROOT, "ideas", ObjType::Map)?;
        let mut texts = Vec::new();
        for number in 0..IDEAS {
            let idea = transaction.put_object(&ideas, uuid::Uuid::now_v7().to_string(), ObjType::Map)?;
            let text = format!("Idea {number}: a walk in the park, and soup afterwards");
            let object = transaction.put_object(&idea, "text", ObjType::Text)?;
            transaction.update_text(&object, &text)?;
            texts.push((object, text));
        }
        transaction.commit();
        Ok(Self { document, texts, edits: 0 })
    }

    /// Adds three characters to an idea, at `heads` or now; the change as bytes.
    fn edit(&mut self, heads: Option<&[ChangeHash]>) -> Outcome<Vec<u8>> {
        self.edits += 1;
        let index = self.edits % self.texts.len().max(1);
        let (object, text) = self.texts.get_mut(index).ok_or("no ideas")?;
        let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
        text.extend([' ', letter(self.edits), letter(self.edits / 26)]);
        let mut transaction = match heads {
            Some(heads) => self.document.transaction_at(PatchLog::null(), heads)?,
            None => self.document.transaction(),
        };
        transaction.update_text(object, &*text)?;
        let hash = transaction.commit().0.ok_or("an edit without a change")?;
        let change = self.document.get_change_by_hash(&hash).ok_or_else(|| Failure::from("a change is gone"))?;
        Ok(change.raw_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_one_small_change_and_both_sides_converge() {
        let measured = measure(5, 10, Duration::ZERO).unwrap();
        assert!((60.0..300.0).contains(&measured.change_bytes), "{}", measured.change_bytes);
        assert!(measured.execute_us > 0.0 && measured.apply_us > 0.0 && measured.load_ms > 0.0);
        assert!(offline_merge_ms(10).unwrap() > 0.0);
    }
}
