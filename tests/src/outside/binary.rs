//! Where the binary `kring` is.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The binary beside this test, built once where there is none yet.
///
/// # Panics
///
/// Where there is none and it does not build.
pub fn path() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows where it is");
        let folder = test.parent().expect("tests are in target/PROFILE/deps, programs above it");
        let profile = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
        let binary = profile.join(format!("kring{}", std::env::consts::EXE_SUFFIX));
        if !binary.exists() {
            build(profile.ends_with("release"));
        }
        assert!(binary.exists(), "cargo build -p kring-server makes {}", binary.display());
        binary
    })
}

fn build(is_release: bool) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "-p", "kring-server", "--features", "fail-points"]);
    if is_release {
        cargo.arg("--release");
    }
    let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo runs");
    assert!(built.success(), "the server builds");
}
