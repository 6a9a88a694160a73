//! What a bare machine lacks, installed where that can be done without asking.

use crate::process::{Failure, exists, program, say, step};

/// Programs the chores need, and the Debian packages they come in.
const NEEDS: &[(&str, &str)] = &[("cc", "gcc"), ("python3", "python3"), ("git", "git")];

/// Makes sure that everything the tests and the demo need is there.
///
/// On Debian and Ubuntu, as root, missing packages are installed; elsewhere the missing names are the error.
pub(crate) fn ensure() -> Result<(), Failure> {
    let missing: Vec<&str> = NEEDS.iter().filter(|(name, _)| !exists(name)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("this machine lacks: {}", missing.join(", ")));
    if !exists("apt-get") {
        return Err(format!("please install {}", missing.join(", ")));
    }
    step("update the package lists", &mut program("apt-get", &["update", "-q"]))?;
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(missing);
    step("install what is missing", &mut program("apt-get", &arguments))
}
