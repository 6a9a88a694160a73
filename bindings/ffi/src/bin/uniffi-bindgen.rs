//! The generator of the language packages, at exactly the version that the library is built with.

fn main() {
    uniffi::uniffi_bindgen_main();
}
