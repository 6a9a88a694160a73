//! `kring admin erased`: what was erased for good, in ids only; and how a restore learns of it.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rusqlite::Connection;

use super::{CliError, ConfigFile, Options};
use crate::documents::erased::{Erased, erased};
use crate::documents::verify::{LogError, are_of_one_server};
use crate::store::{FILE, backup};

#[derive(Args)]
#[command(
    after_help = "Nothing in it but ids and the names of commands. Keep it on another disk than the database, and newer \
    than the backups: where the database is lost, kring admin restore --erased FILE erases again what an older backup \
    still has. Where the database is there, restore --replace finds it there.\n\nExample:\n  kring admin erased --data /var/lib/kring --to /elsewhere/kring-erased.ndjson"
)]
pub(in crate::cli) struct ListErased {
    /// Write it into this file, in the place of what is there, once all of it could be read [default: print it]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

impl ListErased {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data, None).complete(self.config.read()?);
        let list = erased(&backup::open_replaced(&config.data.join(FILE))?).map_err(LogError::from)?;
        let Some(to) = self.to else { return write(&list, std::io::stdout().lock()) };
        // An older list is better than half of one.
        let mut new = to.clone().into_os_string();
        new.push(".new");
        write(&list, BufWriter::new(File::create(&new)?))?;
        std::fs::rename(&new, &to)?;
        Ok(backup::sync(&to)?)
    }
}

fn write(list: &[Erased], mut to: impl Write) -> Result<(), CliError> {
    for one in list {
        let line = serde_json::to_string(one).map_err(std::io::Error::other)?;
        writeln!(to, "{line}")?;
    }
    Ok(to.flush()?)
}

/// Reads a list.
pub(super) fn read(file: &Path) -> Result<Vec<Erased>, CliError> {
    let mut list = Vec::new();
    for (number, line) in BufReader::new(File::open(file)?).lines().enumerate() {
        let failed = |what: String| CliError::Options(format!("{}: line {}: {what}", file.display(), number + 1));
        let one: Erased = serde_json::from_str(&line?).map_err(|error| failed(error.to_string()))?;
        if !one.is_sound() {
            return Err(failed("it is not a command that erases".to_owned()));
        }
        list.push(one);
    }
    Ok(list)
}

/// Returns what a database that is to be replaced says; `None` where there is none, it cannot be read, or it is of another server
/// than the copy, and so knows nothing of what that has.
pub(super) fn of_replaced(database: &Path, copy: &Connection) -> Option<Vec<Erased>> {
    let database = backup::open_replaced(database).ok()?;
    if are_of_one_server(&database, copy).ok()? { erased(&database).ok() } else { None }
}
