//! One binary for every target; `KRING_FUZZ_TARGET` names the one to drive.

#![no_main]

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

thread_local! {
    /// The last panic, to be told where nobody caught it.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    // The engine's own hook ends the process at every panic, also at one that is caught as it should be.
    set_hook(Box::new(|panic| LAST.set(panic.to_string())));
    let name = std::env::var("KRING_FUZZ_TARGET").expect("KRING_FUZZ_TARGET names a target");
    kring_hostile::target(&name)
});

fuzz_target!(|data: &[u8]| {
    let target = *TARGET;
    if catch_unwind(AssertUnwindSafe(|| target(data))).is_err() {
        eprintln!("{}", LAST.take());
        std::process::abort();
    }
});
