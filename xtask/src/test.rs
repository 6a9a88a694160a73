//! Everything that proves Kring, in one run.

use std::io::Write;
use std::process::{Command, Stdio};

use clap::Args;

use crate::process::{Failure, cargo, exists, program, root, say, step};
use crate::{bindings, description, lint, setup};

/// Options of `test`.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave out formatting and lints.
    #[arg(long)]
    no_lint: bool,
}

/// Runs every test there is; the first failure ends it.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    setup::ensure()?;
    // The server's binary is what the end-to-end tests start.
    step("build", &mut cargo(&["build", "--workspace", "--all-targets", "--quiet"]))?;
    let mut tests = cargo(&["test", "--workspace", "--quiet"]);
    // The same histories every time; `cargo test` alone looks at new ones.
    tests.env("PROPTEST_RNG_SEED", "34");
    step("tests", &mut tests)?;
    description::test()?;
    encrypted_file()?;
    // After the encrypted one, so that the package that is left is the one for a build with the server.
    bindings::test()?;
    protocol()?;
    if !options.no_lint {
        lint::run()?;
    }
    say("\neverything passes");
    Ok(())
}

/// A phone that was written from docs/protocol.md alone, against the server.
fn protocol() -> Result<(), Failure> {
    if !exists("python3") {
        say("── protocol: skipped, there is no python3");
        return Ok(());
    }
    let mut member = program("python3", &["tests/protocol/member.py"]);
    member.current_dir(root()).env("KRING_BINARY", root().join("target/debug/kring"));
    step("protocol: a member written from docs/protocol.md", &mut member)
}

/// The encrypted file of a phone, in a build of its own: SQLCipher takes the place of SQLite in all of it.
fn encrypted_file() -> Result<(), Failure> {
    if !has_libcrypto() {
        say("── encrypted file: skipped, there is no libcrypto with its headers (on Debian: libssl-dev)");
        return Ok(());
    }
    // Of the whole workspace, with whose features the rest is built already.
    let arguments = ["test", "--workspace", "--features", "kring-ffi/sqlcipher", "--test", "encrypted", "--quiet"];
    step("encrypted file", &mut cargo(&arguments))?;
    bindings::test_encrypted()
}

/// Whether SQLCipher can be built here: Apple's systems have what it needs, others a libcrypto or the name of one.
fn has_libcrypto() -> bool {
    if cfg!(target_vendor = "apple") || std::env::var_os("OPENSSL_DIR").is_some() {
        return true;
    }
    let mut compiler = program("cc", &["-x", "c", "-", "-fsyntax-only"]);
    let mut linker = program("cc", &["-x", "c", "-", "-o", "/dev/null", "-lcrypto"]);
    compiles(&mut compiler, "#include <openssl/evp.h>\n") && compiles(&mut linker, "int main(void) { return 0; }\n")
}

fn compiles(compiler: &mut Command, source: &str) -> bool {
    let child = compiler.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else { return false };
    let is_written = child.stdin.take().is_some_and(|mut input| input.write_all(source.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && is_written
}
