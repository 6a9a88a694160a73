//! What `/openapi.json` says, held against a real server in every role (Schemathesis, in `tests/description`).

use std::path::PathBuf;
use std::process::Stdio;

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;
use crate::setup::{PYTHON, VENV};

/// Builds the server and drives it.
pub(crate) fn run(run: &mut Run) -> Result<(), Failure> {
    run.step("build", &mut cargo(&["build", "--package", "kring-server", "--bin", "kring", "--quiet"]))?;
    test(run)
}

/// Drives the server that is built already.
pub(crate) fn test(run: &mut Run) -> Result<(), Failure> {
    let Some(schemathesis) = installed(run)? else { return Ok(()) };
    let binary = root().join("target/debug/kring");
    let schemathesis = schemathesis.to_string_lossy().into_owned();
    let arguments = ["tests/description/run.py", &binary.to_string_lossy(), &schemathesis];
    run.step("description: /openapi.json against the server, in every role", &mut program("python3", &arguments))
}

/// Schemathesis in the pinned version, in an environment of its own; nothing where it cannot be had.
fn installed(run: &mut Run) -> Result<Option<PathBuf>, Failure> {
    if !PYTHON.is_there() {
        return Ok(skipped(run, PYTHON.is_missing()));
    }
    let requirements = root().join("tests/description/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements).map_err(|error| format!("description: {error}"))?;
    let environment = root().join("target/schemathesis");
    let stamp = environment.join("requirements.txt");
    let script = environment.join("bin/schemathesis");
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(Some(script));
    }
    let path = environment.to_string_lossy();
    if !succeeds("python3", &["-m", "venv", "--clear", &path]) {
        return Ok(skipped(run, VENV.is_missing()));
    }
    let pip = environment.join("bin/pip").to_string_lossy().into_owned();
    if !succeeds(&pip, &["download", "--quiet", "--no-deps", "--dest", &path, "schemathesis"]) {
        return Ok(skipped(run, "PyPI cannot be reached"));
    }
    let install = ["install", "--quiet", "--requirement", &requirements.to_string_lossy()];
    run.step("description: install Schemathesis", &mut program(&pip, &install))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("description: {error}"))?;
    Ok(Some(script))
}

fn succeeds(name: &str, arguments: &[&str]) -> bool {
    let mut command = program(name, arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn skipped(run: &mut Run, reason: impl Into<String>) -> Option<PathBuf> {
    run.skip("description of the API", reason);
    None
}
