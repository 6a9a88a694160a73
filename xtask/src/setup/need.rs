//! The programs and libraries that chores need, the Debian packages they come in, and the reason for each.

use std::fmt;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::process::{exists, program};

/// A program or library.
pub(crate) struct Need {
    /// The name in messages.
    pub(super) name: &'static str,
    /// The use of it.
    reason: &'static str,
    /// The Debian packages that bring it.
    pub(super) packages: &'static [&'static str],
    /// Without it the chore stops; otherwise the parts that need it are skipped.
    pub(super) is_required: bool,
    /// Tells whether it is there.
    pub(super) is_there: fn() -> bool,
}

/// The C compiler: Rust links with it, and SQLite is compiled with it.
pub(crate) const COMPILER: Need = Need {
    name: "a C compiler",
    reason: "it compiles SQLite and links every program",
    packages: &["gcc", "libc6-dev"],
    is_required: true,
    is_there: || exists("cc"),
};

/// Python, which runs three parts of the tests.
pub(crate) const PYTHON: Need = Need {
    name: "python3",
    reason: "it tests the Python package, the protocol by a second client, and the description of the API",
    packages: &["python3"],
    is_required: false,
    is_there: || exists("python3"),
};

/// Python's environments, into which Schemathesis is installed.
pub(crate) const VENV: Need = Need {
    name: "python3-venv",
    reason: "Schemathesis, which tests the description of the API, gets an environment of its own",
    packages: &["python3-venv"],
    is_required: false,
    is_there: has_venv,
};

/// The cryptography under SQLCipher.
pub(crate) const LIBCRYPTO: Need = Need {
    name: "libcrypto with its headers",
    reason: "the encrypted file of a phone (SQLCipher) is built with it",
    packages: &["libssl-dev"],
    is_required: false,
    is_there: has_libcrypto,
};

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

impl Need {
    /// Tells whether it is on this machine.
    pub(crate) fn is_there(&self) -> bool {
        (self.is_there)()
    }

    /// The words of a part that is skipped for the lack of it.
    pub(crate) fn is_missing(&self) -> String {
        format!("{} is missing (on Debian: {})", self.name, self.packages.join(" "))
    }
}

fn has_venv() -> bool {
    let mut python = program("python3", &["-c", "import ensurepip, venv"]);
    python.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Tells whether SQLCipher can be built: Apple's systems have what it needs, others a libcrypto or the name of one.
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
