//! Looks for what a chore needs on this machine, says what is missing and why, and installs it where it may.

use clap::Args;

use crate::process::{Failure, exists, program, say};
use crate::run::Run;

mod need;

pub(crate) use need::{COMPILER, LIBCRYPTO, Need, PYTHON, VENV};

/// Options about setting up.
#[derive(Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Install nothing: stop with the line to type where something is missing.
    #[arg(long)]
    no_install: bool,
    /// Install nothing: go on without the parts that need what is missing.
    #[arg(long, conflicts_with = "no_install")]
    skip_missing: bool,
}

/// Makes sure that everything is there that a chore cannot do without, and the rest where that can be had.
///
/// On Debian and Ubuntu missing packages are installed for root, after they were named. Everybody else is told the
/// line to type.
pub(crate) fn ensure(run: &mut Run, options: &Options, needs: &[Need]) -> Result<(), Failure> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    say("this machine lacks:");
    missing.iter().for_each(|need| say(&format!("   {need}")));
    let machine = Machine::here();
    if machine.may_install && !options.no_install && !options.skip_missing {
        say(&format!("it is installed now (--no-install would leave it): {}", machine.line(&missing)));
        let installed = install(run, &missing);
        if installed.is_err() && missing.iter().all(|need| !need.is_required) {
            say("── it could not be installed; what needs it is skipped");
            return Ok(());
        }
        installed?;
        return match self::missing(needs).iter().find(|need| need.is_required) {
            Some(need) => Err(format!("{} is still not there", need.name)),
            None => Ok(()),
        };
    }
    let can_go_on = missing.iter().all(|need| !need.is_required) && !(options.no_install && machine.has_apt);
    if can_go_on {
        say(&format!("what needs it is skipped; to have it, type: {}", machine.line(&missing)));
        return Ok(());
    }
    Err(format!("nothing was installed; type this, and try again: {}", machine.line(&missing)))
}

fn missing(needs: &[Need]) -> Vec<&Need> {
    needs.iter().filter(|need| !(need.is_there)()).collect()
}

fn install(run: &mut Run, missing: &[&Need]) -> Result<(), Failure> {
    run.step("update the package lists", &mut program("apt-get", &["update", "-q"]))?;
    let mut arguments = INSTALL.to_vec();
    arguments.extend(missing.iter().flat_map(|need| need.packages));
    run.step("install what is missing", &mut program("apt-get", &arguments))
}

const INSTALL: [&str; 4] = ["install", "--yes", "-q", "--no-install-recommends"];

/// The ways in which software comes to a machine.
struct Machine {
    has_apt: bool,
    may_install: bool,
}

impl Machine {
    fn here() -> Self {
        let has_apt = exists("apt-get");
        Self { has_apt, may_install: has_apt && is_root() }
    }

    /// The line that installs these.
    fn line(&self, needs: &[&Need]) -> String {
        if !self.has_apt {
            let names: Vec<&str> = needs.iter().map(|need| need.name).collect();
            return format!("(the installation of {} on your system)", names.join(", "));
        }
        let packages: Vec<&str> = needs.iter().flat_map(|need| need.packages).copied().collect();
        let sudo = if self.may_install { "" } else { "sudo " };
        let install = INSTALL.join(" ");
        format!("{sudo}apt-get update -q && {sudo}apt-get {install} {}", packages.join(" "))
    }
}

/// Tells whether this process may install packages without being asked for a password.
#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
const fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_type_installs_the_missing_and_nothing_else() {
        let line = |has_apt, may_install| Machine { has_apt, may_install }.line(&[&COMPILER, &VENV]);
        let install = "apt-get install --yes -q --no-install-recommends gcc libc6-dev python3-venv";
        assert_eq!(line(true, true), format!("apt-get update -q && {install}"));
        assert_eq!(line(true, false), format!("sudo apt-get update -q && sudo {install}"));
        assert_eq!(line(false, false), "(the installation of a C compiler, python3-venv on your system)");
    }
}
