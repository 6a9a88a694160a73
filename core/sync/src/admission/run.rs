//! Runs: consecutive commands of one author that become one change of the document.
//!
//! Each command of a run is an entry of its own, and all of them carry the same change. Whoever has one of them thus has
//! the whole run: a place inside a run and its end are the same state of the document.

use std::collections::{BTreeSet, VecDeque};

use kring_domain::{Author, CommandId, Timestamp, named_ids};
use uuid::Uuid;

use super::{Admission, Admitted, Outcome, RunCommand};
use crate::{Position, Submission, Verdict};

/// The most commands in a run.
const MAX_COMMANDS: usize = 32;

/// A run ends where its operations, as often as there are entries that carry them, would be more than this: a phone that
/// reads no packed frames is sent a run's change with each of its entries.
pub(super) const MAX_CARRIED_OPERATIONS: usize = 1024;

/// The same for the bytes of the commands, as JSON: a long text is few operations.
const MAX_CARRIED_BYTES: usize = 32 * 1024;

impl Admission {
    /// Decides about the next submissions of a queue, as many as can be executed in one change, and takes them out of it.
    ///
    /// The outcomes are those of [`Self::handle_submission`] for one after the other, in order.
    pub fn handle_next(&mut self, author: &Author, queue: &mut VecDeque<Submission>, now: Timestamp) -> Vec<Outcome> {
        let mut run = self.next_run(author, queue, now);
        while run.len() > 1 {
            match self.execute(author, &run, now) {
                Ok(executed) => {
                    run.truncate(executed.suggestions.len());
                    queue.drain(..run.len());
                    let admitted = self.append(author, run, &executed, now);
                    return admitted.into_iter().map(|admitted| self.outcome(admitted)).collect();
                }
                // The commands before it are a run without it; it is decided about behind them.
                Err(failed) => run.truncate(failed.index),
            }
        }
        queue.pop_front().map(|next| self.handle_submission(author, next, now)).into_iter().collect()
    }

    /// The commands at the front of a queue that can be executed in one change, if each of them is admitted.
    fn next_run(&self, author: &Author, queue: &VecDeque<Submission>, now: Timestamp) -> Vec<RunCommand> {
        let mut run: Vec<RunCommand> = Vec::new();
        let mut ids = BTreeSet::<CommandId>::new();
        let mut things = BTreeSet::<Uuid>::new();
        let mut bytes = 0;
        for submission in queue.iter().take(MAX_COMMANDS) {
            let is_answered = self.log.verdict(submission.id).is_some();
            let named = named_ids(submission.command.value());
            if is_answered || !ids.insert(submission.id) || named.iter().any(|thing| things.contains(thing)) {
                break;
            }
            bytes += submission.command.json().len();
            if !run.is_empty() && bytes * (run.len() + 1) > MAX_CARRIED_BYTES {
                break;
            }
            let Ok(next) = self.read_command(author, submission.clone(), &run, now) else { break };
            let has_news = run.last().is_some_and(|last| self.log.has_news(last.base, next.base, author.device));
            if has_news || next.command.stands_alone() {
                break;
            }
            things.extend(named);
            run.push(next);
        }
        run
    }

    fn outcome(&mut self, admitted: Admitted) -> Outcome {
        let at = Position { sequence: admitted.entry.sequence, ..self.head() };
        let verdict = Verdict::admitted(admitted.entry.command_id, at, admitted.entry.suggestion);
        self.log.record(verdict.clone());
        Outcome { verdict, admitted: Some(admitted), repeated: false, generation: None }
    }
}
