//! The path of the binary `kring`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The binary beside this test, as the sources are now.
///
/// # Panics
///
/// Where it does not build.
pub fn path() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows where it is");
        let folder = test.parent().expect("tests are in target/PROFILE/deps, programs above it");
        let profile = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
        build(profile);
        let binary = profile.join(format!("kring{}", std::env::consts::EXE_SUFFIX));
        assert!(binary.exists(), "cargo test --workspace makes {}", binary.display());
        binary
    })
}

/// Cargo builds the binary for the server's own tests only. So it is asked for one of those, in the way in which
/// `cargo test --workspace` asks: most of the time nothing is to be done.
fn build(profile: &Path) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--quiet", "--workspace", "--test", "http", "--no-run"]);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    // What cargo tells a test about its package is not for the packages that are built: some would be built anew.
    let is_told = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|own| name.starts_with(own));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_told)) {
        cargo.env_remove(name);
    }
    if let Some(target) = profile.parent() {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo runs");
    assert!(built.success(), "the server builds");
}
