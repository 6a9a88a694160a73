//! The language packages, made from the shared core.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::process::{Failure, cargo, exists, program, root, say, step};

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
}

/// Makes the package of a language.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    match options.language {
        Language::Python => python(),
    }
}

/// Makes the Python package and runs its tests against a real server.
pub(crate) fn test() -> Result<(), Failure> {
    if !exists("python3") {
        say("── python: skipped, there is no python3");
        return Ok(());
    }
    python()?;
    let mut tests = program("python3", &["-m", "unittest", "discover", "--start-directory", "bindings/python/tests"]);
    tests.env("PYTHONPATH", package()).env("KRING_BINARY", root().join("target/debug/kring"));
    step("python: a member's phone against the server", &mut tests)
}

fn python() -> Result<(), Failure> {
    // Just what the tests build: with fewer packages or targets cargo chooses other features and builds all again.
    step("python: build", &mut cargo(&["build", "--quiet", "--workspace", "--all-targets"]))?;
    let library = root().join("target/debug").join(library_name());
    let bindgen = root().join("target/debug/uniffi-bindgen");
    let package = package().join("kring");
    let out = package.to_string_lossy();
    let library_text = library.to_string_lossy();
    let arguments = ["generate", "--language", "python", "--no-format", "--out-dir", &out, &library_text];
    step("python: generate", &mut program(&bindgen.to_string_lossy(), &arguments))?;
    std::fs::copy(&library, package.join(library_name())).map_err(|error| format!("python: {error}"))?;
    Ok(())
}

fn package() -> PathBuf {
    root().join("bindings/python/src")
}

fn library_name() -> &'static str {
    if cfg!(target_os = "macos") { "libkring.dylib" } else { "libkring.so" }
}
