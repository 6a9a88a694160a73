//! HTTP, version 1: this router is the table of contents.

mod access_log;
mod consents;
mod copies;
mod cors;
mod description;
mod device_read_log;
mod devices;
mod documents;
mod drain;
mod erasures;
mod export;
pub mod extract;
mod held;
mod history;
mod invitations;
mod join;
mod limits;
mod members;
mod observe;
mod one_shot;
mod operations;
pub mod problem;
mod refused;
mod safety;
mod serve;
mod shapes;
mod sign_in;
mod socket;
mod spaces;
mod spelling;
mod status;
mod sync;
mod token;
mod zip;

use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::{Router, middleware};
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use access_log::AuditContext;
pub use problem::Problem;
pub use serve::serve;

use crate::app::App;

/// What `/openapi.json` says about the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(title = "Kring", description = "Offline-first work on a person's social network"),
    components(schemas(problem::ProblemBody))
)]
struct Api;

/// Every route of the server.
pub fn router(app: App) -> Router {
    let (router, api) = OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(token::refresh))
        .routes(routes!(devices::make_code))
        .routes(routes!(copies::copy))
        .routes(routes!(devices::list))
        .routes(routes!(devices::revoke))
        .routes(routes!(device_read_log::take))
        .routes(routes!(spaces::create, spaces::list))
        .routes(routes!(spaces::delete))
        .routes(routes!(invitations::invite))
        .routes(routes!(members::list))
        .routes(routes!(members::remove))
        .routes(routes!(members::make_code))
        .routes(routes!(held::list))
        .routes(routes!(held::judge))
        .routes(routes!(consents::list))
        .routes(routes!(status::read))
        .routes(routes!(access_log::list))
        .routes(routes!(erasures::list))
        .routes(routes!(export::export))
        .routes(routes!(documents::read))
        .routes(routes!(documents::submit))
        .routes(routes!(history::list))
        .routes(routes!(sync::ticket))
        .routes(routes!(socket::open, one_shot::sync))
        .routes(routes!(operations::commands_schema))
        .routes(routes!(operations::read_models_schema))
        .routes(routes!(operations::vocabulary))
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics))
        .split_for_parts();
    router
        .route("/openapi.json", operations::document(&description::complete(api)))
        .merge(join::routes())
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::max(app.config.limits.body_bytes))
        .layer(middleware::from_fn_with_state(app.clone(), refused::note))
        .layer(middleware::from_fn_with_state(app.clone(), limits::enforce))
        .layer(middleware::map_response(problem::in_form))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(SetResponseHeaderLayer::if_not_present(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(option_layer(cors::layer(&app.config.allowed_origins)))
        .layer(middleware::from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}
