//! The steps of a chore: numbered, timed, and counted where they were skipped.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{Failure, say};

/// A chore that is under way.
pub(crate) struct Run {
    began: Instant,
    steps: usize,
    skipped: Vec<Skipped>,
}

/// A part that did not run, and the reason.
struct Skipped {
    part: &'static str,
    reason: String,
}

impl Run {
    /// Begins a chore.
    pub(crate) fn begin() -> Self {
        Self { began: Instant::now(), steps: 0, skipped: Vec::new() }
    }

    /// Runs a command to its end, with its output on the terminal.
    pub(crate) fn step(&mut self, title: &str, command: &mut Command) -> Result<(), Failure> {
        self.work(title, || {
            let status = command.status().map_err(|error| error.to_string())?;
            if status.success() { Ok(()) } else { Err(status.to_string()) }
        })
    }

    /// Does a piece of work as a step: says its number and name before, and its time after.
    pub(crate) fn work(&mut self, title: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        self.steps += 1;
        let number = self.steps;
        say(&format!("\n── {number}. {title}"));
        let began = Instant::now();
        let ended = work();
        let took = in_words(began.elapsed());
        match ended {
            Ok(()) => {
                say(&format!("── {number}. {title}: done in {took}"));
                Ok(())
            }
            Err(error) => Err(format!("step {number}, {title}: {error}, after {took}")),
        }
    }

    /// Leaves a part out, and says so now and at the end.
    pub(crate) fn skip(&mut self, part: &'static str, reason: impl Into<String>) {
        let reason = reason.into();
        say(&format!("\n── {part}: skipped, {reason}"));
        self.skipped.push(Skipped { part, reason });
    }

    /// The last lines of a chore that went well: its steps, its time, and every part that was skipped.
    pub(crate) fn summary(&self) -> String {
        let steps = if self.steps == 1 { "1 step".to_owned() } else { format!("{} steps", self.steps) };
        let took = in_words(self.began.elapsed());
        let skipped = match self.skipped.len() {
            0 => "no part skipped".to_owned(),
            1 => "1 part skipped:".to_owned(),
            count => format!("{count} parts skipped:"),
        };
        let parts = self.skipped.iter().map(|Skipped { part, reason }| format!("\n   {part}: {reason}"));
        format!("\n── {steps} done in {took}; {skipped}{}", parts.collect::<String>())
    }

    /// The number of steps so far.
    pub(crate) const fn steps(&self) -> usize {
        self.steps
    }
}

/// A duration as a person says it.
fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_steps_and_skipped_parts() {
        let mut run = Run::begin();
        run.work("one", || Ok(())).unwrap();
        assert_eq!(run.summary(), "\n── 1 step done in 0 s; no part skipped");
        run.work("two", || Ok(())).unwrap();
        run.skip("python", "there is no python3");
        assert_eq!(run.summary(), "\n── 2 steps done in 0 s; 1 part skipped:\n   python: there is no python3");
        run.skip("protocol", "there is no python3");
        assert!(run.summary().contains("2 parts skipped:\n   python"), "{}", run.summary());
    }

    #[test]
    fn a_failure_names_the_step_by_its_number() {
        let mut run = Run::begin();
        run.work("one", || Ok(())).unwrap();
        let failed = run.work("two", || Err("exit status: 101".to_owned()));
        assert_eq!(failed.unwrap_err(), "step 2, two: exit status: 101, after 0 s");
    }

    #[test]
    fn durations_read_like_words() {
        let words = [0, 59, 60, 3599, 3600, 7325].map(|seconds| in_words(Duration::from_secs(seconds)));
        assert_eq!(words, ["0 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "2 h 2 min"]);
    }
}
