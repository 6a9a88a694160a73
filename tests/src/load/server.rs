//! A real server: `kring serve` on a directory of its own.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::http::Api;
use super::people::{Person, sign_in};
use super::process::{Process, Sample};
use super::{Outcome, Settings};

/// A running server and its data.
pub(crate) struct Server {
    process: Process,
    kring: std::path::PathBuf,
    directory: TempDir,
    pub(crate) api: Api,
}

impl Server {
    /// Starts a server with nothing in it.
    pub(crate) fn start(settings: &Settings) -> Outcome<Self> {
        std::fs::create_dir_all(&settings.directory)?;
        let directory = TempDir::with_prefix_in("server-", &settings.directory)?;
        let (process, address) = serve(&settings.kring, &directory)?;
        Ok(Self { process, kring: settings.kring.clone(), directory, api: Api::new(address) })
    }

    /// Ends the server as a power cut would, for the process.
    pub(crate) fn kill(&mut self) -> Outcome<()> {
        self.process.kill()
    }

    /// Starts it again on the same data, at another address.
    pub(crate) fn restart(&mut self) -> Outcome<()> {
        self.process.kill()?;
        let (process, address) = serve(&self.kring, &self.directory)?;
        (self.process, self.api) = (process, Api::new(address));
        Ok(())
    }

    /// A professional, invited by the operator and signed in.
    pub(crate) fn professional(&self) -> Outcome<Person> {
        let mut command = Command::new(&self.kring);
        command.args(["admin", "invite-professional", "--name", "Load", "--data"]).arg(self.directory.path());
        let output = command.output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        let invited: Value = serde_json::from_slice(&output.stdout).map_err(|_| format!("no invitation: {error}"))?;
        let code = invited.get("code").and_then(Value::as_str).ok_or("no code")?;
        sign_in(&self.api, code, "professional")
    }

    pub(crate) fn sample(&self) -> Outcome<Sample> {
        self.process.sample()
    }
}

/// The limits are the usual ones; only the tokens live longer than a workload takes to set up.
fn serve(kring: &std::path::Path, directory: &TempDir) -> Outcome<(Process, SocketAddr)> {
    let mut command = Command::new(kring);
    command.args(["serve", "--listen", "127.0.0.1:0", "--access-token-ttl", "86400"]);
    command.args(["--log-format", "json", "--data"]).arg(directory.path());
    Process::start(&mut command, ready)
}

/// The address in the line that a server logs when it is ready.
fn ready(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line.get("message")?.as_str()? == "ready").then(|| line.get("address")?.as_str()?.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_tells_the_address() {
        let line = r#"{"level":"INFO","message":"ready","address":"127.0.0.1:4711"}"#;
        assert_eq!(ready(line), "127.0.0.1:4711".parse().ok());
        assert_eq!(ready(r#"{"message":"stopping","address":"127.0.0.1:4711"}"#), None);
        assert_eq!(ready("ready"), None);
    }
}
