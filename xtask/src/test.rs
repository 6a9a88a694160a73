//! Everything that proves Kring, in one run.

use clap::Args;

use crate::process::{Failure, cargo, program, root, say};
use crate::run::Run;
use crate::setup::{COMPILER, LIBCRYPTO, PYTHON, VENV};
use crate::{bindings, description, lint, setup};

/// Options of `test`.
#[derive(Args)]
pub(crate) struct Options {
    /// Leave out formatting and lints.
    #[arg(long)]
    no_lint: bool,
    #[command(flatten)]
    setup: setup::Options,
}

/// Runs every test there is; the first failure ends it.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    setup::ensure(run, &options.setup, &[COMPILER, PYTHON, VENV, LIBCRYPTO])?;
    // The server's binary is what the end-to-end tests start.
    run.step("build", &mut cargo(&["build", "--workspace", "--all-targets", "--quiet"]))?;
    let mut tests = cargo(&["test", "--workspace", "--quiet"]);
    // The same histories every time; `cargo test` alone looks at new ones.
    tests.env("PROPTEST_RNG_SEED", "34");
    run.step("tests", &mut tests)?;
    description::test(run)?;
    encrypted_file(run)?;
    // After the encrypted one, so that the package that is left is the one for a build with the server.
    bindings::test(run)?;
    protocol(run)?;
    if !options.no_lint {
        lint::run(run)?;
    }
    say("\n── everything that ran passes");
    Ok(())
}

/// Runs a phone that was written from docs/protocol.md alone, against the server.
fn protocol(run: &mut Run) -> Result<(), Failure> {
    if !PYTHON.is_there() {
        run.skip("protocol", PYTHON.is_missing());
        return Ok(());
    }
    let mut member = program("python3", &["tests/protocol/member.py"]);
    member.current_dir(root()).env("KRING_BINARY", root().join("target/debug/kring"));
    run.step("protocol: a member written from docs/protocol.md", &mut member)
}

/// Tests the encrypted file of a phone, in a build of its own: SQLCipher takes the place of SQLite in all of it.
fn encrypted_file(run: &mut Run) -> Result<(), Failure> {
    if !LIBCRYPTO.is_there() {
        run.skip("encrypted file", LIBCRYPTO.is_missing());
        return Ok(());
    }
    // Of the whole workspace, with whose features the rest is built already.
    let arguments = ["test", "--workspace", "--features", "kring-ffi/sqlcipher", "--test", "encrypted", "--quiet"];
    run.step("encrypted file", &mut cargo(&arguments))?;
    bindings::test_encrypted(run)
}
