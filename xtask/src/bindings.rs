//! The language packages, made from the shared core.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;
use crate::setup::PYTHON;

/// A language that a package can be made for here.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Python,
}

/// Options of `bindings`.
#[derive(Args)]
pub(crate) struct Options {
    /// The language.
    #[arg(value_enum, default_value = "python")]
    language: Language,
    /// With the encrypted file (SQLCipher); needs a libcrypto to build with.
    #[arg(long)]
    encrypted: bool,
}

/// What the file of a phone is kept in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    Plain,
    Encrypted,
}

impl File {
    const fn part(self) -> &'static str {
        match self {
            Self::Plain => "python",
            Self::Encrypted => "python with an encrypted file",
        }
    }
}

/// Makes the package of a language.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    match options.language {
        Language::Python => python(run, if options.encrypted { File::Encrypted } else { File::Plain }),
    }
}

/// Makes the Python package and runs its tests against a real server.
pub(crate) fn test(run: &mut Run) -> Result<(), Failure> {
    tested(run, File::Plain, "python: a member's phone against the server", "test_member*.py")
}

/// Makes the package with the encrypted file and tests that.
pub(crate) fn test_encrypted(run: &mut Run) -> Result<(), Failure> {
    tested(run, File::Encrypted, "python: an encrypted file", "test_encrypted*.py")
}

fn tested(run: &mut Run, file: File, title: &str, which: &str) -> Result<(), Failure> {
    if !PYTHON.is_there() {
        run.skip(file.part(), PYTHON.is_missing());
        return Ok(());
    }
    python(run, file)?;
    let arguments = ["-m", "unittest", "discover", "--start-directory", "bindings/python/tests", "--pattern", which];
    let mut tests = program("python3", &arguments);
    tests.env("PYTHONPATH", package()).env("KRING_BINARY", root().join("target/debug/kring"));
    run.step(title, &mut tests)
}

fn python(run: &mut Run, file: File) -> Result<(), Failure> {
    // Just what the tests build: with fewer packages or targets cargo chooses other features and builds all again.
    let mut build = cargo(&["build", "--quiet", "--workspace", "--all-targets"]);
    if file == File::Encrypted {
        // No binary: the server keeps the SQLite that it was built with.
        build = cargo(&[
            "build",
            "--quiet",
            "--workspace",
            "--lib",
            "--bin",
            "uniffi-bindgen",
            "--features",
            "kring-ffi/sqlcipher",
        ]);
    }
    run.step("python: build", &mut build)?;
    let library = root().join("target/debug").join(library_name());
    let bindgen = root().join("target/debug/uniffi-bindgen");
    let package = package().join("kring");
    let out = package.to_string_lossy();
    let library_text = library.to_string_lossy();
    let arguments = ["generate", "--language", "python", "--no-format", "--out-dir", &out, &library_text];
    run.step("python: generate", &mut program(&bindgen.to_string_lossy(), &arguments))?;
    std::fs::copy(&library, package.join(library_name())).map_err(|error| format!("python: {error}"))?;
    Ok(())
}

fn package() -> PathBuf {
    root().join("bindings/python/src")
}

fn library_name() -> &'static str {
    if cfg!(target_os = "macos") { "libkring.dylib" } else { "libkring.so" }
}
