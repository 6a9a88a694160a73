//! The access log: who looked at what, who came and who went.

use kring_domain::{DocumentId, DocumentKind, Language, PersonId, Role, SpaceId, Timestamp};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::AccountError;

/// Reading the same document again within this time makes no new line, in milliseconds: 10 minutes.
const SAME_READING: i64 = 10 * 60_000;

/// The most lines of one answer.
pub const MAX_LINES: u32 = 1_000;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Started the space.
    Created,
    /// Made an invitation.
    Invited,
    /// Came in.
    Joined,
    /// Sent somebody away.
    Removed,
    /// Went.
    Left,
    /// Looked at a document.
    Read,
    /// Looked at how it goes.
    Status,
    /// Took a copy of everything they may read.
    Exported,
}

/// Something somebody did, to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// In which space.
    pub space: SpaceId,
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// What they did.
    pub action: Action,
    /// To which document.
    pub document: Option<DocumentId>,
}

/// A line as it is read.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// Its place in the log of the whole server; later lines have higher numbers.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: PersonId,
    /// What they are called; nothing when their name is gone.
    pub name: Option<String>,
    /// As what.
    pub role: Role,
    /// What they did, as a word of the protocol.
    pub action: String,
    /// To which document.
    pub document: Option<DocumentId>,
    /// Of which kind that is.
    pub kind: Option<DocumentKind>,
}

/// Keeps a line; looking at the same thing again soon after makes none.
///
/// # Errors
///
/// When the database refuses.
pub fn record(connection: &Connection, line: &Line) -> Result<(), AccountError> {
    let document = line.document.map(DocumentId::uuid);
    let since = match line.action {
        Action::Read | Action::Status => line.at.millis() - SAME_READING,
        _ => i64::MAX,
    };
    let sql = "INSERT INTO access_log (at, space_id, person_id, role, action, document_id)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (
                   SELECT 1 FROM access_log WHERE space_id = ?2 AND person_id = ?3 AND document_id IS ?6
                   AND at > ?7 AND action = ?5)";
    let (space, person) = (line.space.uuid(), line.person.uuid());
    let values = params![line.at.millis(), space, person, line.role.name(), line.action.name(), document, since];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The lines of a space before a number, the latest first; with `only`, those of one person.
///
/// # Errors
///
/// When the database refuses.
pub fn lines(
    connection: &Connection,
    space: SpaceId,
    only: Option<PersonId>,
    before: Option<i64>,
) -> Result<Vec<LogLine>, AccountError> {
    let sql = "SELECT number, at, person_id, persons.name, role, action, document_id, kind
               FROM access_log LEFT JOIN persons USING (person_id) LEFT JOIN documents USING (document_id)
               WHERE access_log.space_id = ?1 AND (?2 IS NULL OR person_id = ?2) AND number < ?3
               ORDER BY number DESC LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let before = before.unwrap_or(i64::MAX);
    let rows = statement.query_map(params![space.uuid(), only.map(PersonId::uuid), before, MAX_LINES], line)?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

impl Action {
    /// The action as a word of the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Invited => "invited",
            Self::Joined => "joined",
            Self::Removed => "removed",
            Self::Left => "left",
            Self::Read => "read",
            Self::Status => "status",
            Self::Exported => "exported",
        }
    }
}

impl LogLine {
    /// The line as a sentence.
    pub fn text(&self, language: Language) -> String {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        let name = name.unwrap_or(language.pick("Iemand", "Somebody"));
        let kind = match self.kind {
            Some(DocumentKind::Network) => language.pick("het netwerk", "the network"),
            Some(DocumentKind::Plan) => language.pick("het actieplan", "the action plan"),
            Some(DocumentKind::Circle) => language.pick("de steuncirkel", "the support circle"),
            #[expect(unreachable_patterns, reason = "kinds are added in the domain, one line each")]
            Some(_) | None => language.pick("een document", "a document"),
        };
        let did = match (self.action.as_str(), language) {
            ("read", Language::Dutch) => format!("heeft {kind} bekeken"),
            ("read", Language::English) => format!("looked at {kind}"),
            (other, language) => words(other, language).to_owned(),
        };
        format!("{name} ({}) {did}", self.role.label(language))
    }
}

fn words(action: &str, language: Language) -> &'static str {
    match action {
        "created" => language.pick("heeft de omgeving gemaakt", "started the space"),
        "invited" => language.pick("heeft iemand uitgenodigd", "invited somebody"),
        "joined" => language.pick("is erbij gekomen", "joined"),
        "removed" => language.pick("heeft iemand verwijderd", "removed somebody"),
        "left" => language.pick("is weggegaan", "left"),
        "status" => language.pick("heeft bekeken hoe het gaat", "looked at how it goes"),
        "exported" => language.pick("heeft een kopie gemaakt", "made a copy"),
        _ => language.pick("heeft iets gedaan", "did something"),
    }
}

fn line(row: &Row<'_>) -> rusqlite::Result<Option<LogLine>> {
    let role: String = row.get(4)?;
    let Some(role) = Role::from_name(&role) else { return Ok(None) };
    Ok(Some(LogLine {
        number: row.get(0)?,
        at: Timestamp::from_millis(row.get(1)?),
        person: PersonId::new(row.get(2)?),
        name: row.get(3)?,
        role,
        action: row.get(5)?,
        document: row.get::<_, Option<Uuid>>(6)?.map(DocumentId::new),
        kind: row.get::<_, Option<String>>(7)?.and_then(|kind| DocumentKind::from_name(&kind)),
    }))
}
