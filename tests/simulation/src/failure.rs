//! How a story fails: by something that is not as it must be, or by a panic, caught with the place it came from.

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// Where and how a story failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The number of the step behind which it was seen; none once everything had come to rest.
    pub step: Option<u64>,
    /// The fault.
    pub what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Some(step) => write!(f, "behind step {step}: {}", self.what),
            None => write!(f, "at rest: {}", self.what),
        }
    }
}

thread_local! {
    /// The last panic of this thread, while panics are caught quietly.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
    static QUIET: RefCell<bool> = const { RefCell::new(false) };
}

/// Runs something; a panic in it becomes an error that names its place.
pub(crate) fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| match QUIET.with_borrow(|quiet| *quiet) {
            true => LAST.set(Some(panic.to_string())),
            false => loud(panic),
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    result.unwrap_or_else(|_| Err(LAST.take().unwrap_or_else(|| "panicked".to_owned())))
}

/// The fault, in a sentence.
pub(crate) type Check = Result<(), String>;

/// Says what is wrong, where it is.
pub(crate) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(otherwise()) }
}
