//! Many stories, on as many threads as there are cores.

use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::{Broken, Failure, Report, Story, play, shrink};

/// The interval at which a story is played to shrink it.
const SHRINKING: usize = 3_000;

/// The stories to play.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// Their seeds.
    pub seeds: Range<u64>,
    /// The number of steps each has.
    pub steps: usize,
    /// The number of threads play.
    pub threads: usize,
}

/// A story that fails, as short as it could be made.
#[derive(Clone, Debug)]
pub struct Prey {
    /// What is left of the story.
    pub story: Story,
    /// The way in which it fails.
    pub failure: Failure,
}

/// Plays stories until one fails, and tells now and then how many were played.
///
/// # Errors
///
/// The first story that fails, shrunk.
pub fn hunt(hunt: &Hunt, progress: impl Fn(u64) + Sync) -> Result<Report, Box<Prey>> {
    let next = AtomicU64::new(hunt.seeds.start);
    let total = Mutex::new(Ok(Report::default()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= hunt.seeds.end {
                return;
            }
            let story = Story::tell(seed, hunt.steps);
            let played = play(&story, Broken::Nothing);
            let mut total = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match (played, &mut *total) {
                (Ok(report), Ok(total)) => {
                    total.add(&report);
                    progress(total.stories);
                }
                (Ok(_), Err(_)) | (Err(_), Err(_)) => return,
                (Err(failure), found) => {
                    next.store(hunt.seeds.end, Ordering::Relaxed);
                    *found = Err((story, failure));
                    return;
                }
            }
        }
    };
    thread::scope(|scope| (0..hunt.threads.max(1)).for_each(|_| drop(scope.spawn(work))));
    total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_err(|(story, failure)| {
        let (story, failure) = shrink(story, failure, Broken::Nothing, SHRINKING);
        Box::new(Prey { story, failure })
    })
}

impl fmt::Display for Prey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} fails {}", self.story.seed, self.failure)?;
        writeln!(f, "\nThe story, with what it does not need left out:")?;
        for (device, membership) in self.story.memberships.iter().enumerate() {
            let clock = membership.skew / 1000;
            writeln!(
                f,
                "      device {device}: person {}, {}, clock {clock} s ahead",
                membership.person,
                membership.role.name()
            )?;
        }
        self.story.steps.iter().try_for_each(|(number, step)| writeln!(f, "{number:5} {step}"))
    }
}
