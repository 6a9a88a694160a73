//! The whole access log as a file, sent page by page: however long it is, one page of it is in memory.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kring_domain::{Language, PersonId, SpaceId};

use super::AuditContext;
use crate::accounts::access_log::{AuditRow, Filter, rows};
use crate::app::App;
use crate::store::StoreError;

/// How lines are put into words: in which language, and what people are called.
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) called: BTreeMap<PersonId, String>,
}

const HEAD: &str = "at,person_id,person,role,action,outcome,document,kind,device_id,about,detail,text\r\n";

/// A table, for a spreadsheet (RFC 4180).
pub(super) fn csv(app: App, space: SpaceId, filter: Filter, words: Words) -> Response {
    let body = pages(app, space, filter, HEAD, move |line| row(line, &words));
    file(body, "text/csv; charset=utf-8", "access-log.csv")
}

/// One JSON object a line, with the fields of NEN 7513.
pub(super) fn ndjson(app: App, space: SpaceId, filter: Filter, context: AuditContext) -> Response {
    let body = pages(app, space, filter, "", move |line| format!("{}\n", context.event(line)));
    file(body, "application/x-ndjson", "access-log.ndjson")
}

fn file(body: Body, content_type: &'static str, name: &str) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, content_type.to_owned()), (CONTENT_DISPOSITION, disposition)], body).into_response()
}

fn pages(
    app: App,
    space: SpaceId,
    filter: Filter,
    head: &'static str,
    put: impl Fn(&AuditRow) -> String + Send + 'static,
) -> Body {
    let first = (app, Some(filter), head, put);
    Body::from_stream(stream::unfold(first, move |(app, filter, head, put)| async move {
        let mut filter = filter?;
        let page = app.store.read(move |connection| rows(connection, Some(space), &filter)).await;
        let page: Result<Vec<AuditRow>, StoreError> = page;
        Some(match page {
            Ok(page) => {
                let text: String = std::iter::once(head.to_owned()).chain(page.iter().map(&put)).collect();
                filter.before = page.last().map(|line| line.position);
                let next = filter.before.is_some().then_some(filter);
                (Ok(text), (app, next, "", put))
            }
            // The file breaks off, which whoever downloads it notices.
            Err(error) => (Err(error), (app, None, "", put)),
        })
    }))
}

fn row(line: &AuditRow, words: &Words) -> String {
    let text = |value: Option<String>| value.unwrap_or_default();
    let fields = [
        line.at.to_string(),
        text(line.person.map(|id| id.to_string())),
        text(line.name.clone()),
        text(line.role.map(|role| role.name().to_owned())),
        line.action.clone(),
        line.outcome.clone(),
        text(line.document.map(|id| id.to_string())),
        text(line.kind.map(|kind| kind.to_string())),
        text(line.device.map(|id| id.to_string())),
        text(line.about.map(|id| id.to_string())),
        text(line.detail.clone()),
        line.text(words.language, &words.called),
    ];
    let cells: Vec<String> = fields.iter().map(|field| cell(field)).collect();
    cells.join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula: a name can begin with `=`.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_formula_or_a_second_cell() {
        for (text, expected) in [
            ("Emine", "\"Emine\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("a\",\"b\r\nc", "\"a\"\",\"\"b\r\nc\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
