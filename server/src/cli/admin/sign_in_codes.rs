//! `kring admin sign-in-codes`: how people come back after a restore, which ends every sign-in.

use std::path::PathBuf;

use clap::Args;
use kring_domain::{PersonId, Timestamp};
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use super::{CliError, ConfigFile, LOCK_FILE, Options, block_on, print};
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, CODE_TTL_MS, CodePurpose};
use crate::auth::OneTimeCode;
use crate::clock;
use crate::store::Store;

#[derive(Args)]
#[command(
    after_help = "Give each code only to the person it is for, and to nobody who was removed since the backup: whom \
    the copy still knows is listed. A code works once, for 14 days."
)]
pub(in crate::cli) struct SignInCodes {
    /// Only for this person; for everybody who is in a space where it is left out
    #[arg(long, value_name = "ID")]
    person: Option<Uuid>,
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// How people reach the server, for the links [default: what the server was last started with]
    #[arg(long, env = "KRING_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

/// A line of what is printed.
#[derive(Serialize)]
struct SignInCode {
    person_id: PersonId,
    name: String,
    code: String,
    url: String,
    expires_at: Timestamp,
}

impl SignInCodes {
    pub(in crate::cli) fn run(self) -> Result<(), CliError> {
        let mut config = Options::of(self.data, self.public_url).complete(self.config.read()?);
        if config.public_url.is_none() {
            config.public_url = std::fs::read_to_string(config.data.join(LOCK_FILE)).ok().filter(|url| !url.is_empty());
        }
        let public_url = config.public_url();
        let wanted = self.person;
        let codes = block_on(async {
            let store = Store::open(&config.data)?;
            Ok(store.write(move |connection| codes(connection, wanted, &public_url)).await?)
        })?;
        if codes.is_empty() {
            return Err(CliError::Options("there is nobody like that".to_owned()));
        }
        codes.iter().try_for_each(print)
    }
}

fn codes(connection: &Connection, wanted: Option<Uuid>, url: &str) -> Result<Vec<SignInCode>, AccountError> {
    let sql = "SELECT person_id, name FROM persons
        WHERE ?1 IS NULL AND person_id IN (SELECT person_id FROM members) OR person_id = ?1 ORDER BY name, person_id";
    let mut query = connection.prepare(sql)?;
    let people = query.query_map([wanted], |row| Ok((PersonId::new(row.get(0)?), row.get(1)?)))?;
    let people: Vec<(PersonId, String)> = people.collect::<Result<_, _>>()?;
    let now = clock::now();
    let expires_at = Timestamp::from_millis(now.millis() + CODE_TTL_MS);
    let mut codes = Vec::with_capacity(people.len());
    for (person, name) in people {
        let code = OneTimeCode::random();
        accounts::keep_code(connection, code.hash(), &CodePurpose::Device { person }, now, expires_at)?;
        record(connection, &AuditEntry::of_server(now, Action::Invited).with("device").about(person.uuid()))?;
        let text = code.text();
        let url = code.url(url);
        codes.push(SignInCode { person_id: person, name, code: text, url, expires_at });
    }
    Ok(codes)
}
