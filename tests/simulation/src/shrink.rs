//! Leaves out of a story that fails whatever it does not need to fail.

use crate::{Broken, Failure, Story, play};

/// Leaves out what is told behind a step; numbers that were given to steps in between come in any order.
fn end_behind(story: &mut Story, last: u64) {
    let end = story.steps.iter().rposition(|(number, _)| *number == last);
    story.steps.truncate(end.map_or(story.steps.len(), |end| end + 1));
}

/// A story as short as can be found in `plays` plays that still fails, and how it does.
///
/// Another failure than the first counts as well: whatever is found first is worth a look.
pub fn shrink(mut story: Story, mut failure: Failure, broken: Broken, mut plays: usize) -> (Story, Failure) {
    // Nothing behind the step of the failure matters.
    if let Some(last) = failure.step {
        end_behind(&mut story, last);
    }
    let mut size = story.steps.len().div_ceil(2);
    while size > 0 && plays > 0 {
        let mut start = 0;
        let mut has_shrunk = false;
        while start < story.steps.len() && plays > 0 {
            plays -= 1;
            let end = (start + size).min(story.steps.len());
            let mut shorter = story.clone();
            shorter.steps.drain(start..end);
            match play(&shorter, broken) {
                Err(other) => {
                    if let Some(last) = other.step {
                        end_behind(&mut shorter, last);
                    }
                    (story, failure, has_shrunk) = (shorter, other, true);
                }
                Ok(_) => start = end,
            }
        }
        if !(has_shrunk && size == 1) {
            size /= 2;
        }
    }
    (story, failure)
}
