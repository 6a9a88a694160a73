//! A real server: the binary as a child process, with a data directory and a port of its own.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::{Http, binary};

/// The time that a test waits for something that must happen.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// A running server; ends with this value, as does its data.
pub struct Server {
    child: Child,
    address: SocketAddr,
    options: Vec<String>,
    environment: Vec<(String, String)>,
    home: TempDir,
}

impl Server {
    /// A server with the default settings.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A server with these options on its command line.
    pub fn with(options: &[&str]) -> Self {
        Self::under(options, &[])
    }

    /// A server with the default settings on a copy of a data directory.
    pub fn on(data: &Path) -> Self {
        Self::prepared(&[], &[], |home| {
            let copy = home.join("data");
            std::fs::create_dir(&copy).expect("there is room for a directory");
            for file in std::fs::read_dir(data).expect("the data can be listed") {
                let file = file.expect("the data can be listed");
                std::fs::copy(file.path(), copy.join(file.file_name())).expect("there is room for a copy");
            }
        })
    }

    /// A server with these options on its command line, in this environment.
    pub fn under(options: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::prepared(options, environment, |_| {})
    }

    /// A server whose home is prepared before it starts.
    fn prepared(options: &[&str], environment: &[(&str, &str)], prepare: impl Fn(&Path)) -> Self {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment: Vec<(String, String)> = environment.iter().map(pair).collect();
        let mut home = TempDir::new().expect("there is room for a directory");
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        // Between finding a free port and listening on it somebody else may take it.
        for _ in 0..5 {
            prepare(home.path());
            let address = free_address();
            let child = spawn(address, home.path(), &options, &environment);
            let options = options.clone();
            let environment = environment.clone();
            let mut server = Self { child, address, options, environment, home };
            if server.is_ready() {
                return server;
            }
            home = std::mem::replace(&mut server.home, TempDir::new().expect("there is room for a directory"));
        }
        panic!("the server does not start: {}", log(home.path()));
    }

    /// The server that tests share which leave each other alone; it ends with the last of them.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start());
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// HTTP to this server, with nobody signed in.
    pub fn http(&self) -> Http {
        Http::new(self.address)
    }

    /// Returns where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A code with which a professional signs in, from the command line beside the running server.
    pub fn invite_professional(&self, name: &str) -> String {
        let invited = Command::new(binary::path())
            .args(["admin", "invite-professional", "--name", name, "--data"])
            .arg(self.data())
            .output()
            .expect("the binary runs");
        assert!(invited.status.success(), "{}", String::from_utf8_lossy(&invited.stderr));
        let printed: Value = serde_json::from_slice(&invited.stdout).expect("it prints JSON and nothing else");
        assert!(printed["url"].is_string(), "{printed}");
        printed["code"].as_str().expect("a code").to_owned()
    }

    /// Ends the process as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts the process again on the same data and port.
    pub fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.address, self.home.path(), &self.options, &self.environment);
        assert!(self.is_ready(), "the server starts again: {}", self.log());
    }

    /// Starts the process again on the same data and port, to die at a place like `commit.before:17`; whether it was
    /// ready before it did.
    pub fn restart_failing_at(&mut self, place: &str) -> bool {
        self.kill();
        let mut environment = self.environment.clone();
        environment.push(("KRING_FAIL_AT".to_owned(), place.to_owned()));
        self.child = spawn(self.address, self.home.path(), &self.options, &environment);
        self.is_ready()
    }

    /// Runs `kring admin` with these arguments on the data of this server.
    pub fn admin(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary::path());
        command.arg("admin").args(arguments).arg("--data").arg(self.data()).output().expect("the binary runs")
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the process has ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        eventually("the server ends", || self.child.try_wait().expect("it is our child").is_some());
        self.child.wait().expect("it has ended")
    }

    /// Starts the process again, where it starts at all on what its data has become.
    pub fn try_restart(&mut self) -> bool {
        self.kill();
        self.child = spawn(self.address, self.home.path(), &self.options, &self.environment);
        let http = self.http();
        let deadline = Instant::now() + TIMEOUT;
        while Instant::now() < deadline && self.is_up() {
            if http.try_get("/healthz").is_some() {
                return true;
            }
            sleep(Duration::from_millis(5));
        }
        false
    }

    /// Asks the process to end (SIGTERM) and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("there is a kill").success());
        let mut ended = None;
        eventually("the server ends", || {
            ended = self.child.try_wait().expect("it is our child");
            ended.is_some()
        });
        ended.expect("it has ended")
    }

    /// The memory that the process holds, in bytes; `None` where the system does not say.
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// Returns whether the process has not ended.
    pub fn is_up(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_none()
    }

    /// Returns what the server has logged.
    pub fn log(&self) -> String {
        log(self.home.path())
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn is_ready(&mut self) -> bool {
        let http = self.http();
        let deadline = Instant::now() + TIMEOUT;
        while Instant::now() < deadline && self.is_up() {
            if http.try_get("/readyz").is_some_and(|answer| answer.status == 200) {
                return true;
            }
            sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Asks again until it is so, or the test fails.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !is_so() {
        assert!(Instant::now() < deadline, "not in {TIMEOUT:?}: {what}");
        sleep(Duration::from_millis(5));
    }
}

/// Asks again until it is so, while phones go on, or the test fails.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    // A phone that was refused waits longer and longer before it comes again.
    const TIMEOUT: Duration = Duration::from_secs(60);
    let deadline = Instant::now() + TIMEOUT;
    while !is_so() {
        assert!(Instant::now() < deadline, "not in {TIMEOUT:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it has an address")
}

fn spawn(address: SocketAddr, home: &Path, options: &[String], environment: &[(String, String)]) -> Child {
    let log = File::options().create(true).append(true).open(home.join("log")).expect("the log opens");
    Command::new(binary::path())
        .args(["serve", "--listen", &address.to_string(), "--data"])
        .arg(home.join("data"))
        .args(options)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::from(log.try_clone().expect("the log opens twice")))
        .stderr(Stdio::from(log))
        .spawn()
        .expect("the binary starts")
}

fn log(home: &Path) -> String {
    std::fs::read_to_string(home.join("log")).unwrap_or_default()
}
