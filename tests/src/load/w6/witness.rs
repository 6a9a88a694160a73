//! A phone in a burst, which remembers what it was told until the server is gone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kring_domain::CommandId;
use kring_sync::{Entry, ServerFrame, Submission};

use crate::load::Outcome;
use crate::load::content::{Ideas, submission};
use crate::load::thin::Thin;

/// What a phone can testify.
#[derive(Default)]
pub(super) struct Witness {
    /// Its own commands of the burst.
    pub(super) sent: BTreeMap<CommandId, Submission>,
    /// Those of them that were answered as admitted, and as which entry.
    pub(super) answered: BTreeMap<CommandId, u64>,
    /// The entries it was sent, of anybody.
    pub(super) seen: BTreeMap<u64, Entry>,
}

/// The commands of one phone that are under way at a time, so that a burst takes many commits.
const WINDOW: usize = 16;

/// Sends a burst of single commands and reads until it is complete or the server is gone.
pub(super) async fn burst(
    mut phone: Thin,
    mut ideas: Ideas,
    count: usize,
    reached: Arc<AtomicU64>,
) -> Outcome<Witness> {
    let mut witness = Witness::default();
    let base = phone.at;
    for _ in 0..count {
        let command = submission(ideas.edit(), base);
        witness.sent.insert(command.id, command);
    }
    // In the order in which they were made: ids of version 7 sort by time.
    let mut next: VecDeque<Submission> = witness.sent.values().cloned().collect();
    let started = phone.admitted;
    while phone.admitted - started < count {
        let under_way = count - next.len() - (phone.admitted - started);
        let send: Vec<Submission> = next.drain(..(WINDOW - under_way).min(next.len())).collect();
        for command in send {
            if phone.send(vec![command]).await.is_err() {
                break;
            }
        }
        // A server that is gone is noticed when it is read from.
        let _ = phone.flush().await;
        match phone.receive().await {
            // That the server is gone is what this is about.
            Err(_) if phone.is_gone => break,
            Err(error) => return Err(error),
            Ok(frame) => witness.note(frame),
        }
        reached.fetch_max(phone.at.sequence, Ordering::Relaxed);
    }
    Ok(witness)
}

impl Witness {
    fn note(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Entries { entries, .. } => {
                self.seen.extend(entries.into_iter().map(|entry| (entry.sequence, entry)));
            }
            ServerFrame::Verdicts { verdicts, .. } => {
                let admitted = verdicts.iter().filter_map(|verdict| Some((verdict.id, verdict.sequence?)));
                self.answered.extend(admitted.filter(|(id, _)| self.sent.contains_key(id)));
            }
            _ => {}
        }
    }
}
