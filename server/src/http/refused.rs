//! Attempts that were not let are kept in the access log of the space they were at.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use kring_domain::{DocumentId, SpaceId};

use crate::accounts::access_log::{Action, Target, record_refused};
use crate::app::App;
use crate::auth::Caller;
use crate::clock;

/// The slot in which the extractor of the caller leaves the person.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<OnceLock<Caller>>);

impl Seen {
    /// Leaves who it was.
    pub(super) fn leave(&self, caller: Caller) {
        // A request is asked for its caller more than once, and it is always the same.
        let _ = self.0.set(caller);
    }
}

/// Notes that somebody who is signed in was refused something of a space or a document.
pub(super) async fn note(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some((target, action)) = attempt(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let seen = Seen::default();
    request.extensions_mut().insert(seen.clone());
    let response = next.run(request).await;
    let is_refused = matches!(response.status(), StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
    if let Some(&caller) = seen.0.get().filter(|_| is_refused) {
        let noted = app.store.write(move |connection| record_refused(connection, target, caller, action, clock::now()));
        if let Err(error) = noted.await {
            tracing::error!(%error, "a refused attempt could not be kept");
        }
    }
    response
}

/// Returns what is asked, of which space or document.
fn attempt(method: &Method, path: &str) -> Option<(Target, Action)> {
    let mut parts = path.strip_prefix("/v1/")?.split('/');
    let kind = parts.next()?;
    let id = parts.next()?;
    let rest = parts.next();
    let target = match kind {
        "spaces" => Target::Space(SpaceId::new(id.parse().ok()?)),
        "documents" => Target::Document(DocumentId::new(id.parse().ok()?)),
        _ => return None,
    };
    let action = match (method.as_str(), rest) {
        ("DELETE", None) => Action::Erased,
        ("DELETE", Some("members")) => Action::Removed,
        ("POST", Some("invitations")) => Action::Invited,
        ("POST", Some("members")) => Action::InvitedBack,
        ("POST" | "PUT" | "PATCH" | "DELETE", _) => Action::Wrote,
        (_, Some("export")) => Action::Exported,
        (_, Some("access-log")) => Action::ReadLog,
        (_, Some("status")) => Action::Status,
        _ => Action::Read,
    };
    Some((target, action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tried_is_read_off_the_request() {
        let id = "0190a5d0-0000-7000-8000-000000000000";
        for (method, path, action) in [
            (Method::GET, format!("/v1/documents/{id}"), Some(Action::Read)),
            (Method::POST, format!("/v1/documents/{id}/commands"), Some(Action::Wrote)),
            (Method::POST, format!("/v1/spaces/{id}/members/{id}/codes"), Some(Action::InvitedBack)),
            (Method::GET, format!("/v1/spaces/{id}/export"), Some(Action::Exported)),
            (Method::DELETE, format!("/v1/spaces/{id}"), Some(Action::Erased)),
            (Method::GET, "/v1/spaces/nonsense".into(), None),
            (Method::GET, "/v1/spaces".into(), None),
            (Method::GET, "/healthz".into(), None),
        ] {
            assert_eq!(attempt(&method, &path).map(|(_, action)| action), action, "{path}");
        }
    }
}
