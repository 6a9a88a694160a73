//! `kring admin restore`: a backup in the place of the database.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::super::serve::only_one;
use super::{CliError, ConfigFile, Options, erased, print};
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::auth;
use crate::clock;
use crate::documents::erased::erase_again;
use crate::documents::recovery::mark_restored;
use crate::documents::verify::{LogHead, log_heads, verify_logs};
use crate::store::{FILE, StoreError, backup, swap};

#[derive(Args)]
#[command(
    after_help = "The copy is checked first: its pages, and every log under the server's own signature. Then every \
    session and every code in it is ended, because it does not know who was removed since: people sign in anew (kring \
    admin sign-in-codes). When the server starts, phones bring what the copy lacks; meanwhile a document takes nothing \
    new, until somebody has brought something or the time is over.\n\nWhat was erased for good since the copy was made is \
    erased again: spaces at once, things in documents by the server as soon as the wait is over. Which that is, is read \
    from the database that is replaced, and from a list of kring admin erased where one is given.\n\nExample:\n  kring admin restore --from /var/backups/kring-2026-03-02.db --data /var/lib/kring --replace"
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
    /// The time that a document waits at most for what phones have; 0 takes new edits at once [default: 600]
    #[arg(long, value_name = "SECONDS", default_value_t = 600, hide_default_value = true)]
    recover_for: u32,
    /// What was erased since, as kring admin erased printed it, besides what the database that is replaced says
    #[arg(long, value_name = "FILE")]
    erased: Option<PathBuf>,
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
    /// `null` where nobody knows.
    erased_again: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<PathBuf>,
}

impl Restore {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let config = Options::of(self.data.clone(), None).complete(self.config.read()?);
        let _only_one = only_one(&config.data)?;
        // One that was cut off comes first: what it knows to be erased is in its copy.
        swap::finish(&config.data)?;
        let database = config.data.join(FILE);
        if database.exists() && !self.replace {
            let there = format!("{} is there already; --replace sets it aside", database.display());
            return Err(CliError::Options(there));
        }
        let prepared = self.prepare(&config.data);
        if prepared.is_err() {
            swap::remove_copy(&config.data)?;
        }
        let Prepared { heads, sessions_ended, erased_again } = prepared?;
        swap::ready(&config.data, clock::now().millis())?;
        let set_aside = swap::finish(&config.data)?.flatten();
        let entries = heads.iter().map(LogHead::entries).sum();
        let documents = heads.len();
        let recover_for = self.recover_for;
        if erased_again.is_none() {
            let warning = "nobody says what was erased since the backup, so it is back: erase it by hand";
            writeln!(std::io::stderr(), "warning: {warning}")?;
        }
        print(&Restored { documents, entries, sessions_ended, recover_for, erased_again, set_aside })
    }
}

/// A copy that a server can start on.
struct Prepared {
    heads: Vec<LogHead>,
    sessions_ended: usize,
    erased_again: Option<usize>,
}

impl Restore {
    /// Copies the backup, checks it and makes it ready for a server to start on.
    fn prepare(&self, directory: &Path) -> Result<Prepared, CliError> {
        swap::remove_copy(directory)?;
        let copy = &swap::copy(directory);
        let mut new = backup::new_private(copy)?;
        std::io::copy(&mut File::open(&self.from)?, &mut new)?;
        drop(new);
        let mut connection = backup::open_copy(copy)?;
        verify_logs(&connection)?;
        let list = self.erased.as_deref().map(erased::read).transpose()?;
        let replaced = erased::of_replaced(&directory.join(FILE), &connection);
        let is_known = list.is_some() || replaced.is_some();
        let list: Vec<_> = list.into_iter().chain(replaced).flatten().collect();
        let transaction = connection.transaction().map_err(StoreError::from)?;
        let sessions_ended = mark(&transaction, self.recover_for)?;
        let erased_again = erase_again(&transaction, &list)?;
        transaction.commit().map_err(StoreError::from)?;
        let heads = log_heads(&connection)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(StoreError::from)?;
        connection.close().map_err(|(_, error)| StoreError::from(error))?;
        backup::sync(copy)?;
        Ok(Prepared { heads, sessions_ended, erased_again: is_known.then_some(erased_again) })
    }
}

/// Marks the documents as restored, and ends all sign-ins and codes; how many sign-ins there were.
fn mark(transaction: &Connection, recover_for: u32) -> Result<usize, CliError> {
    let now = clock::now();
    mark_restored(transaction, recover_for)?;
    let ended = transaction
        .execute("UPDATE families SET ended_at = ?1 WHERE ended_at IS NULL", params![now.millis()])
        .and_then(|ended| transaction.execute_batch("DELETE FROM codes; DELETE FROM sign_ins;").map(|_| ended))
        .map_err(StoreError::from)?;
    // A key may have been given up since, and nobody has a token that is still worth something.
    auth::rotate_keys(transaction, now, true)?;
    record(transaction, &AuditEntry::of_server(now, Action::Restored))?;
    Ok(ended)
}
