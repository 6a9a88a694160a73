//! `/v1/sync`: how a device gets in step.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Json;
use crate::app::App;
use crate::auth::{Caller, Secret, TICKET_TTL};

/// A ticket.
#[derive(Serialize, ToSchema)]
pub(super) struct TicketAnswer {
    /// For `GET /v1/sync?ticket=…`; works once.
    #[schema(value_type = String)]
    ticket: Secret,
    /// In how many seconds it expires.
    expires_in: u64,
}

/// A ticket for a browser's WebSocket, which cannot send a header.
#[utoipa::path(post, path = "/v1/sync/ticket", responses((status = 200, body = TicketAnswer)))]
pub(super) async fn ticket(State(app): State<App>, caller: Caller) -> Json<TicketAnswer> {
    Json(TicketAnswer { ticket: app.auth.ticket(caller), expires_in: TICKET_TTL.as_secs() })
}
