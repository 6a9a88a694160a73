//! The server of the story: `kring demo` in a process of its own, which ends with this one.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kring_server::demo::LoadedStory;

use super::Failure;

/// A running server.
pub(super) struct Server {
    process: Child,
    /// The location, and who is there.
    pub(super) loaded: LoadedStory,
}

impl Server {
    /// Starts it, with the network of the client on the map.
    pub(super) fn start(program: &Path) -> Result<Self, Failure> {
        let mut process = Command::new(program)
            .args(["demo", "--listen", "127.0.0.1:0", "--until", "mapped", "--json", "--stop-on-eof"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let mut line = String::new();
        if let Some(out) = process.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let loaded = serde_json::from_str(&line);
        if loaded.is_err() {
            process.wait()?;
        }
        Ok(Self { process, loaded: loaded.map_err(|_| "the server did not start")? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input is the end of the server, which then removes what it kept.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The program `kring` of the same build: beside this program, or above it where this is a test.
pub fn beside(program: &Path) -> Option<PathBuf> {
    let name = format!("kring{}", std::env::consts::EXE_SUFFIX);
    program.ancestors().skip(1).take(2).map(|directory| directory.join(&name)).find(|path| path.is_file())
}
