//! `kring admin`: what an operator does, beside a server that may be running.

mod access_log;
mod backup;
mod erased;
mod restore;
mod rotate_keys;
mod sign_in_codes;
mod verify_log;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use kring_domain::{Name, Timestamp};
use serde::Serialize;

use super::options::{ConfigFile, Options};
use super::serve::LOCK_FILE;
use super::{CliError, block_on};
use crate::accounts::access_log::{Action, AuditEntry, record};
use crate::accounts::{self, AccountError, CODE_TTL_MS, CodePurpose};
use crate::auth::OneTimeCode;
use crate::clock;
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum Admin {
    /// Make a code with which a professional signs in; prints {"code", "url", "expires_at"} as JSON.
    InviteProfessional(InviteProfessional),
    /// Make a new key for access tokens; prints {"key_id"} as JSON.
    RotateKeys(rotate_keys::RotateKeys),
    /// Copy the database into a new file while the server runs; prints what is in the copy as JSON.
    Backup(backup::Backup),
    /// Put a copy in the place of the database, of a server that does not run; prints what was done as JSON.
    Restore(restore::Restore),
    /// Print what was erased for good, in ids only, for a restore without this database; one line of JSON each.
    Erased(erased::ListErased),
    /// Make codes with which people who are known sign in anew, after a restore; prints a line of JSON for each.
    SignInCodes(sign_in_codes::SignInCodes),
    /// Check that nobody has changed the access log; prints a line of JSON per chain and fails where one is not whole.
    VerifyLog(verify_log::VerifyLog),
    /// Print the access log of the server itself, one line of JSON each: sign-ins, devices, backups, erased spaces.
    AccessLog(access_log::AccessLog),
}

#[derive(Args)]
#[command(after_help = "Example:\n  kring admin invite-professional --name 'Jolanda de Wit' --data /var/lib/kring")]
pub(super) struct InviteProfessional {
    /// The name for the professional
    #[arg(long, value_parser = |text: &str| Name::new(text).map_err(str::to_owned))]
    name: Name,
    /// Directory of the database [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// How people reach the server, for the link [default: what the server was last started with]
    #[arg(long, env = "KRING_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

/// What is printed.
#[derive(Serialize)]
struct Invited {
    code: String,
    url: String,
    expires_at: Timestamp,
}

impl Admin {
    pub(super) fn run(self) -> Result<(), CliError> {
        match self {
            Self::InviteProfessional(invite) => invite.run(),
            Self::RotateKeys(rotate) => rotate.run(),
            Self::Backup(backup) => backup.run(),
            Self::Restore(restore) => restore.run(),
            Self::Erased(list) => list.run(),
            Self::SignInCodes(codes) => codes.run(),
            Self::VerifyLog(verify) => verify.run(),
            Self::AccessLog(log) => log.run(),
        }
    }
}

impl InviteProfessional {
    fn run(self) -> Result<(), CliError> {
        let mut config = Options::of(self.data, self.public_url).complete(self.config.read()?);
        if config.public_url.is_none() {
            config.public_url = std::fs::read_to_string(config.data.join(LOCK_FILE)).ok().filter(|url| !url.is_empty());
        }
        let code = OneTimeCode::random();
        let now = clock::now();
        let expires_at = Timestamp::from_millis(now.millis() + CODE_TTL_MS);
        let purpose = CodePurpose::Professional { name: Some(self.name.as_str().to_owned()) };
        let hash = code.hash();
        block_on(async {
            let store = Store::open(&config.data)?;
            let keep = store.write(move |connection| -> Result<(), AccountError> {
                accounts::keep_code(connection, hash, &purpose, now, expires_at)?;
                record(connection, &AuditEntry::of_server(now, Action::Invited).with("professional"))
            });
            Ok(keep.await?)
        })?;
        let invited = Invited { code: code.text(), url: code.url(&config.public_url()), expires_at };
        print(&invited)
    }
}

/// Prints a line of JSON, for programs.
fn print(answer: &impl Serialize) -> Result<(), CliError> {
    let line = serde_json::to_string(answer).map_err(std::io::Error::other)?;
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
