//! A newer server has been here and gone: it left an entry in a log that this version can only carry along.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ObjType, ROOT, ReadDoc};
use kring_domain::{Author, CommandId, DocumentId, Timestamp};
use kring_sync::{Entry, EntryMeta, Position, Verdict};

use super::{Committed, Server};
use crate::point::Point;

impl Server {
    /// Commits an entry with a section, fields and values in it that this version does not know.
    pub(crate) fn write_of_tomorrow(
        &mut self,
        document: DocumentId,
        author: &Author,
        id: CommandId,
        word: &str,
        now: Timestamp,
    ) -> Option<Committed> {
        if self.has_uncommitted() || self.is_waiting(document, now) {
            return None;
        }
        let mut live = self.admission(document).document().clone();
        live.set_actor(author.actor());
        let mut transaction = live.transaction();
        fill(&mut transaction, word).expect("a map takes any value under any key");
        let hash = transaction.commit_with(CommitOptions::default().with_time(now.millis() / 1000)).0?;
        let change = live.get_change_by_hash(&hash)?.raw_bytes().to_vec();
        let at = Position { sequence: self.admission(document).head().sequence + 1, ..self.admission(document).head() };
        let entry = Entry {
            sequence: at.sequence,
            change,
            command_id: id,
            person: author.person,
            device: author.device,
            at: now,
            role: author.role.name().to_owned(),
            command: "of_tomorrow".to_owned(),
            base: at.sequence - 1,
            suggestion: false,
            signature: Vec::new(),
        };
        let chain_hash = self.admission(document).chain_hash().next(&entry);
        let meta = EntryMeta { hash, device: author.device, base: at.sequence - 1, heads: vec![at.sequence] };
        let durable = self.kept.document(document);
        durable.append(entry, meta, chain_hash);
        durable.sign();
        durable.log.verdicts.push(Verdict::admitted(id, at, false));
        // This version starts anew from what the newer one left.
        self.live.remove(&document);
        let id = Some(id);
        let by = Some(author.person);
        let point = Point::of(&live, Some(chain_hash));
        Some(Committed { document, at, id, by, point, base: None, is_back: false, is_suggestion: false })
    }
}

fn fill(transaction: &mut impl Transactable, word: &str) -> Result<(), automerge::AutomergeError> {
    let dreams = transaction.put_object(ROOT, "dreams", ObjType::Map)?;
    transaction.put(&dreams, "first", word)?;
    let sections: Vec<String> = transaction.keys(ROOT).collect();
    for section in sections {
        let Some((_, section)) = transaction.get(ROOT, section)? else { continue };
        let things: Vec<String> = transaction.keys(&section).collect();
        for thing in things {
            let Some((value, thing)) = transaction.get(&section, thing)? else { continue };
            if value.is_object() {
                transaction.put(&thing, "hologram", word)?;
                transaction.put(&thing, "status", "of_tomorrow")?;
                transaction.put(&thing, "ring", 99)?;
            }
        }
    }
    Ok(())
}
