//! One binary for every target; `KRING_FUZZ_TARGET` names the one to drive.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("KRING_FUZZ_TARGET").expect("KRING_FUZZ_TARGET names a target");
    kring_hostile::target(&name)
});

fuzz_target!(|data: &[u8]| TARGET(data));
