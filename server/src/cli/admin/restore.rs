//! `kring admin restore`: a backup in the place of the database.

use std::path::{Path, PathBuf};

use clap::Args;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::super::serve::only_one;
use super::{CliError, ConfigFile, Options, print};
use crate::accounts::access_log::{Action, Line, record};
use crate::clock;
use crate::documents::recovery::mark_restored;
use crate::documents::verify::{LogHead, verify_logs};
use crate::store::{FILE, StoreError, backup};

#[derive(Args)]
#[command(
    after_help = "The copy is checked first: its pages, and every log under the server's own signature. Then every \
    session and every code in it is ended, because it does not know who was removed since: people sign in anew (kring \
    admin sign-in-codes). When the server starts, phones bring what the copy lacks; meanwhile a document takes nothing \
    new, until somebody has brought something or the time is over.\n\nExample:\n  kring admin restore --from /var/backups/kring-2026-03-02.db --data /var/lib/kring --replace"
)]
pub(in crate::cli) struct Restore {
    /// The copy that `kring admin backup` made
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// There is a database: set it aside, in the same directory
    #[arg(long)]
    replace: bool,
    /// How long a document waits at most for what phones have; 0 takes new edits at once [default: 600]
    #[arg(long, value_name = "SECONDS", default_value_t = 600, hide_default_value = true)]
    recover_for: u32,
    #[command(flatten)]
    config: ConfigFile,
}

/// What is printed.
#[derive(Serialize)]
struct Restored {
    documents: usize,
    entries: u64,
    sessions_ended: usize,
    recover_for: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<PathBuf>,
}

impl Restore {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data, None).complete(self.config.read()?);
        let _only_one = only_one(&config.data)?;
        let database = config.data.join(FILE);
        if database.exists() && !self.replace {
            let there = format!("{} is there already; --replace sets it aside", database.display());
            return Err(CliError::Options(there));
        }
        let copy = config.data.join("kring.db.restoring");
        remove(&copy)?;
        let mut new = backup::new_private(&copy)?;
        std::io::copy(&mut std::fs::File::open(&self.from)?, &mut new)?;
        drop(new);
        let prepared = prepare(&copy, self.recover_for);
        if prepared.is_err() {
            remove(&copy)?;
        }
        let (heads, sessions_ended) = prepared?;
        let set_aside = if database.exists() { Some(set_aside(&database)?) } else { None };
        std::fs::rename(&copy, &database)?;
        backup::sync(&database)?;
        let entries = heads.iter().map(LogHead::entries).sum();
        let (documents, recover_for) = (heads.len(), self.recover_for);
        print(&Restored { documents, entries, sessions_ended, recover_for, set_aside })
    }
}

/// Checks the copy and makes it ready for a server to start on; how many sessions it had.
fn prepare(copy: &Path, recover_for: u32) -> Result<(Vec<LogHead>, usize), CliError> {
    let mut connection = backup::open_copy(copy)?;
    let heads = verify_logs(&connection)?;
    let sessions_ended = mark(&mut connection, recover_for)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(StoreError::from)?;
    connection.close().map_err(|(_, error)| StoreError::from(error))?;
    backup::sync(copy)?;
    Ok((heads, sessions_ended))
}

fn mark(connection: &mut Connection, recover_for: u32) -> Result<usize, CliError> {
    let now = clock::now();
    let transaction = connection.transaction().map_err(StoreError::from)?;
    mark_restored(&transaction, recover_for)?;
    let ended = transaction
        .execute("UPDATE families SET ended_at = ?1 WHERE ended_at IS NULL", params![now.millis()])
        .and_then(|ended| transaction.execute("DELETE FROM codes", []).map(|_| ended))
        .map_err(StoreError::from)?;
    record(&transaction, &Line::of_server(now, Action::Restored))?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(ended)
}

/// Gives the database that was there another name, with what belongs to it.
fn set_aside(database: &Path) -> Result<PathBuf, CliError> {
    let aside = database.with_file_name(format!("{FILE}.replaced-{}", clock::now().millis()));
    std::fs::rename(database, &aside)?;
    for ending in ["-wal", "-shm"] {
        let with = |path: &Path| PathBuf::from(format!("{}{ending}", path.display()));
        if with(database).exists() {
            std::fs::rename(with(database), with(&aside))?;
        }
    }
    Ok(aside)
}

/// Removes what an earlier attempt left.
fn remove(copy: &Path) -> Result<(), CliError> {
    for ending in ["", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{ending}", copy.display()));
        if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}
