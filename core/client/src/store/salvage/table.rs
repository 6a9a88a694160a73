//! The edits in a damaged file, with a way around pages that cannot be read.

use rusqlite::Connection;

use super::{DatabaseFile, Found, connect, edit};

/// The most queries on a damaged table; each finds rows, or halves where they are looked for.
const QUERIES: usize = 10_000;

/// The table of edits in a damaged file.
pub(super) struct Table<'a> {
    pub(super) connection: Connection,
    pub(super) file: DatabaseFile<'a>,
}

impl Table<'_> {
    pub(super) fn edits(mut self) -> Vec<Found> {
        let mut found = Vec::new();
        let mut from = i64::MIN;
        let mut queries = 0;
        while queries < QUERIES {
            queries += 1;
            let Some(after) = self.scan(from, &mut found) else { break };
            // Somewhere behind here a page is damaged: look for the first place behind it that can be read.
            let mut low = after;
            let mut step = 1_i64;
            let mut high = loop {
                queries += 1;
                let number = low.saturating_add(step);
                if number == i64::MAX || queries >= QUERIES {
                    break None;
                }
                match self.begins(number) {
                    true => break Some(number),
                    false => (low, step) = (number, step.saturating_mul(2)),
                }
            };
            while let Some(number) = high.filter(|number| number.saturating_sub(low) > 1) {
                queries += 1;
                let middle = low + (number - low) / 2;
                if self.begins(middle) { high = Some(middle) } else { low = middle }
            }
            match high {
                Some(number) => from = number,
                None => break,
            }
        }
        found
    }

    /// Returns whether the rows from here on can be read, or there are none.
    fn begins(&mut self, from: i64) -> bool {
        let begins = begins(&self.connection, from);
        if !begins {
            self.renew();
        }
        begins
    }

    /// Reads rows from here on; the number behind the last where it stops at one that cannot be read.
    fn scan(&mut self, from: i64, found: &mut Vec<Found>) -> Option<i64> {
        let after = scan(&self.connection, from, found);
        if after.is_some() {
            self.renew();
        }
        after
    }

    /// Opens an encrypted file again: behind one page that cannot be decrypted a connection gives no other any more.
    fn renew(&mut self) {
        if !self.file.is_locked() {
            return;
        }
        // The file is open once at a time, so the former connection goes first.
        if let Ok(nothing) = Connection::open_in_memory() {
            self.connection = nothing;
        }
        if let Ok(Some(connection)) = connect(self.file) {
            self.connection = connection;
        }
    }
}

fn begins(connection: &Connection, from: i64) -> bool {
    let sql = "SELECT command FROM edits WHERE number >= ?1 ORDER BY number LIMIT 1";
    let Ok(mut query) = connection.prepare_cached(sql) else { return false };
    query.query([from]).is_ok_and(|mut rows| rows.next().is_ok())
}

fn scan(connection: &Connection, from: i64, found: &mut Vec<Found>) -> Option<i64> {
    let sql =
        "SELECT number, document_id, command_id, generation, sequence, heads, made_at, command, state, code, field
        FROM edits WHERE number >= ?1 ORDER BY number";
    let mut query = connection.prepare_cached(sql).ok()?;
    let mut rows = query.query([from]).ok()?;
    let mut after = from;
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                after = row.get::<_, i64>(0).ok()?.saturating_add(1);
                found.extend(edit(row));
            }
            Ok(None) => return None,
            Err(_) => return Some(after.max(0)),
        }
    }
}
