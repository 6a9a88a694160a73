//! The chores on machines that lack something: a `PATH` with nothing in it but what a test puts there.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A machine whose programs are scripts.
struct Machine {
    programs: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { programs: TempDir::new().unwrap() }
    }

    /// Puts a program there that notes how it is called, and then does this.
    fn with(self, name: &str, script: &str) -> Self {
        let path = self.programs.path().join(name);
        let calls = self.calls_file();
        fs::write(&path, format!("#!/bin/sh\necho {name} \"$@\" >> {}\n{script}\n", calls.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn calls_file(&self) -> PathBuf {
        self.programs.path().join("calls")
    }

    /// The programs that were called, with their arguments.
    fn calls(&self) -> String {
        fs::read_to_string(self.calls_file()).unwrap_or_default()
    }

    fn xtask(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).env("PATH", self.programs.path()).env_remove("OPENSSL_DIR");
        Run::of(&command.env("CARGO", self.programs.path().join("cargo")).output().unwrap())
    }
}

/// What a chore said, and whether it went well.
struct Run {
    said: String,
    went_well: bool,
}

impl Run {
    fn of(output: &Output) -> Self {
        Self { said: String::from_utf8_lossy(&output.stderr).into_owned(), went_well: output.status.success() }
    }

    #[track_caller]
    fn says(&self, words: &str) -> &Self {
        assert!(self.said.contains(words), "{words:?} is not in:\n{}", self.said);
        self
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

const INSTALL: &str = "apt-get install --yes -q --no-install-recommends";

#[test]
fn without_a_compiler_nothing_is_begun() {
    for chore in ["demo", "test", "bench"] {
        let machine = Machine::new().with("cargo", "");
        let run = machine.xtask(&[chore]);
        assert!(!run.went_well);
        run.says("a C compiler: it compiles SQLite").says("nothing was installed").says("on your system");
        assert_eq!(machine.calls(), "", "{chore}");
    }
}

#[test]
fn no_install_stops_with_the_line_to_type() {
    for chore in ["demo", "test", "bench"] {
        let machine = Machine::new().with("cargo", "").with("apt-get", "");
        let run = machine.xtask(&[chore, "--no-install"]);
        assert!(!run.went_well);
        let line = format!("{INSTALL} gcc libc6-dev");
        assert_eq!(run.said.lines().filter(|said| said.contains(&line)).count(), 1, "{}", run.said);
        assert_eq!(machine.calls(), "", "{chore}");
    }
    // The same where only some parts could not run.
    let compiler = "exec /bin/cat > /dev/null";
    let machine = Machine::new().with("cargo", "").with("cc", compiler).with("apt-get", "");
    let run = machine.xtask(&["test", "--no-install"]);
    assert!(!run.went_well);
    run.says(&format!("{INSTALL} python3 python3-venv\n"));
    assert!(!machine.calls().contains("cargo"), "{}", machine.calls());
}

#[test]
fn a_package_is_named_before_it_is_installed() {
    let machine = Machine::new().with("cargo", "exit 3");
    let compiler = machine.programs.path().join("cc");
    let brings = format!("case \"$*\" in *gcc*) echo '#!/bin/sh' > {0}; /bin/chmod +x {0};; esac", compiler.display());
    let machine = machine.with("apt-get", &brings);
    let run = machine.xtask(&["demo", "--once"]);
    if !is_root() {
        assert!(!run.went_well);
        run.says(&format!("sudo {INSTALL} gcc libc6-dev"));
        return;
    }
    let at = |words: &str| run.said.find(words).unwrap_or_else(|| panic!("{words:?} is not in {}", run.said));
    assert!(at("it compiles SQLite") < at("--no-install would leave it"));
    assert!(at("--no-install would leave it") < at("install what is missing"));
    let expected = format!("apt-get update -q\n{INSTALL} gcc libc6-dev\ncargo build --workspace --bins\n");
    assert_eq!(machine.calls(), expected, "for the demo nothing else is installed");
}

#[test]
fn parts_that_cannot_run_are_counted_as_skipped() {
    let machine = Machine::new().with("cargo", "").with("cc", "exit 1");
    let run = machine.xtask(&["test", "--no-lint"]);
    assert!(run.went_well, "{}", run.said);
    run.says("python3: it tests the Python package").says("everything that ran passes");
    run.says("── 2 steps done in 0 s; 4 parts skipped:");
    let lines: Vec<&str> = run.said.lines().rev().take(4).collect();
    for part in ["description of the API", "encrypted file", "python", "protocol"] {
        assert!(lines.iter().any(|line| line.trim_start().starts_with(&format!("{part}: "))), "{part}: {lines:?}");
    }
}

#[test]
fn a_part_is_skipped_where_its_package_cannot_be_had() {
    let machine = Machine::new().with("cargo", "").with("cc", "exit 1").with("apt-get", "exit 100");
    for arguments in [&["test", "--no-lint"][..], &["test", "--no-lint", "--skip-missing"]] {
        let run = machine.xtask(arguments);
        assert!(run.went_well, "{}", run.said);
        run.says("4 parts skipped:").says("python3 python3-venv libssl-dev");
    }
    assert_eq!(machine.calls().contains("apt-get"), is_root(), "{}", machine.calls());
}

#[test]
fn steps_say_their_number_and_their_time() {
    let run = Machine::new().with("cargo", "").with("cc", "exit 1").xtask(&["test", "--no-lint"]);
    run.says("── 1. build\n").says("── 1. build: done in 0 s").says("── 2. tests: done in 0 s");
    let failed = Machine::new().with("cargo", "exit 3").with("cc", "exit 1").xtask(&["test", "--no-lint"]);
    assert!(!failed.went_well);
    failed.says("failed: step 1, build: exit status: 3, after 0 s");
}
