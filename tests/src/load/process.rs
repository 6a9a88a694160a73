//! Another program, watched while it runs and ended, by its own id, when the load is done with it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{Failure, Outcome};

/// The time that a program may take until it is ready.
const START: Duration = Duration::from_secs(60);

/// A running program; it is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
}

/// What a process has taken until a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sample {
    /// Processor time, of all threads; the kernel counts it in steps of 10 ms.
    pub(crate) cpu: Duration,
    /// Memory that is resident now, in KiB.
    pub(crate) rss_kib: f64,
    /// The most memory that ever was resident, in KiB.
    pub(crate) peak_kib: f64,
}

impl Process {
    /// Starts a program and waits for the line on standard error in which `ready` finds what is needed to go on.
    ///
    /// Lines of trouble are passed on to whoever runs the load, the others are read and dropped.
    pub(crate) fn start<T: Send + 'static>(
        command: &mut Command,
        ready: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Outcome<(Self, T)> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let mut process = Self { child };
        let lines = BufReader::new(process.child.stderr.take().ok_or("no standard error")?).lines();
        let (found, finding) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                match ready(&line) {
                    Some(value) => drop(found.send(value)),
                    None if is_trouble(&line) => say(&line),
                    None => {}
                }
            }
        });
        let value = finding.recv_timeout(START).map_err(|_| format!("{name} does not get ready"))?;
        Ok((process, value))
    }

    /// Ends the program at once: nothing it holds in memory survives.
    pub(crate) fn kill(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    pub(crate) fn sample(&self) -> Outcome<Sample> {
        Sample::of(&self.child.id().to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill();
    }
}

impl Sample {
    /// Returns what this process itself has taken.
    pub(crate) fn own() -> Outcome<Self> {
        Self::of("self")
    }

    /// The processor time from an earlier sample to this one, in seconds.
    pub(crate) fn cpu_since(&self, before: &Self) -> f64 {
        self.cpu.saturating_sub(before.cpu).as_secs_f64()
    }

    fn of(process: &str) -> Outcome<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        parse(&stat, &status).ok_or_else(|| Failure::from("/proc has another form than expected"))
    }
}

/// Reads proc(5): user and system time are fields 14 and 15 of `stat`, in hundredths of a second.
fn parse(stat: &str, status: &str) -> Option<Sample> {
    let mut times = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let ticks = times.next()?.parse::<u64>().ok()? + times.next()?.parse::<u64>().ok()?;
    let kib = |name: &str| -> Option<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(Sample { cpu: Duration::from_millis(ticks * 10), rss_kib: kib("VmRSS:")?, peak_kib: kib("VmHWM:")? })
}

fn is_trouble(line: &str) -> bool {
    line.contains("ERROR") || line.contains("WARN") || line.contains("panicked")
}

/// Says how far the load is.
#[expect(clippy::print_stderr, reason = "progress is for a person at a terminal; results go to standard output")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_and_its_ready_line_found() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo early >&2; echo ready 7 >&2; exec sleep 60"]);
        let ready = |line: &str| line.strip_prefix("ready ").and_then(|number| number.parse::<u32>().ok());
        let (process, number) = Process::start(&mut command, ready).unwrap();
        assert_eq!(number, 7);
        assert!(process.sample().unwrap().rss_kib > 0.0);
        let stat = "1 (a (b) c) S 0 0 0 0 0 0 0 0 0 0 150 50 0 0";
        let sample = parse(stat, "VmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n").unwrap();
        assert_eq!((sample.cpu, sample.rss_kib, sample.peak_kib), (Duration::from_secs(2), 1024.0, 2048.0));
    }
}
