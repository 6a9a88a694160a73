//! Everything that went wrong, as the caller hears it: `application/problem+json` with a stable code (RFC 9457).

use std::any::Any;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use kring_domain::{ProblemCode, ServerId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::AccountError;
use crate::auth::{AuthError, Blocked, Unproved};
use crate::clock;
use crate::store::StoreError;

/// The media type of every problem.
pub(super) const CONTENT_TYPE: &str = "application/problem+json";

/// A request that was not carried out.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: ProblemCode,
    title: &'static str,
    detail: Option<String>,
    field: Option<String>,
    retry_after: Option<u64>,
    server_time: Option<Timestamp>,
    server: Option<ServerId>,
}

/// The body of an answer that says what went wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody<'a> {
    /// A URI that stands for the code.
    r#type: String,
    /// The code in words, the same for every occurrence.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// A stable word for the reason.
    code: &'a str,
    /// This occurrence in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// The server's clock, where the caller's is too far from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    server_time: Option<Timestamp>,
    /// The identity of the server, where it says that a sign-in is over: a phone believes only its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    server_id: Option<ServerId>,
}

impl Problem {
    const fn new(status: StatusCode, code: ProblemCode, title: &'static str) -> Self {
        Self { status, code, title, detail: None, field: None, retry_after: None, server_time: None, server: None }
    }

    /// It is not there, or not there for this person.
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, "Not found")
    }

    /// The person may know of it, but not do this.
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, ProblemCode::Forbidden, "Not allowed")
    }

    /// The client called this person unsafe.
    pub const fn not_safe() -> Self {
        Self::new(StatusCode::CONFLICT, ProblemCode::Unsafe, "The client called this person unsafe")
    }

    /// It does not go together with what there is.
    pub const fn conflict() -> Self {
        Self::new(StatusCode::CONFLICT, ProblemCode::Conflict, "Conflict")
    }

    /// The person is in as many spaces as one can be in; they leave one first.
    pub const fn too_many_spaces() -> Self {
        Self::new(StatusCode::CONFLICT, ProblemCode::TooManySpaces, "In as many spaces as one person can be in")
    }

    /// The path or query is malformed.
    pub const fn malformed() -> Self {
        Self::new(StatusCode::BAD_REQUEST, ProblemCode::Invalid, "Malformed request")
    }

    /// The body is understood, and something in it is wrong.
    pub const fn invalid() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::Invalid, "Something in the request is wrong")
    }

    /// A text in the body is longer than its bound.
    pub const fn too_long() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::TooLarge, "Too large")
    }

    /// The body is larger than its bound.
    pub const fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::TooLarge, "Too large")
    }

    /// The body is compressed, or coded in another way; `Accept-Encoding` of the answer says so too (RFC 9110, 15.5.16).
    pub const fn unsupported_encoding() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ProblemCode::UnsupportedEncoding,
            "The body has to be sent as it is",
        )
    }

    /// Too much, too fast; after `seconds` it may be tried again.
    pub const fn rate_limited(seconds: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, ProblemCode::RateLimited, "Too many requests");
        problem.retry_after = Some(seconds);
        problem
    }

    /// Nobody is signed in.
    pub const fn unauthenticated() -> Self {
        Self::unauthorized(ProblemCode::Unauthenticated, "Not signed in")
    }

    /// The refresh token was used before, and its sign-in has ended now.
    pub const fn token_reused() -> Self {
        Self::unauthorized(ProblemCode::TokenReused, "The refresh token was used before")
    }

    /// The refresh token was used before, by another phone from the same file.
    pub const fn device_copied() -> Self {
        Self::unauthorized(ProblemCode::DeviceCopied, "Another phone goes on from the same file")
    }

    /// So many phones go on from one file already that no other may.
    pub const fn too_many_copies() -> Self {
        Self::new(StatusCode::FORBIDDEN, ProblemCode::TooManyCopies, "Too many phones go on from the same file")
    }

    /// The refresh token is of a device with a key, and was not signed with it.
    pub const fn invalid_proof() -> Self {
        Self::unauthorized(ProblemCode::InvalidProof, "The device has to sign with its key")
    }

    /// The code is unknown, used or expired, or no code.
    pub const fn invalid_code() -> Self {
        Self::unauthorized(ProblemCode::InvalidCode, "The code is not valid")
    }

    /// The code signs in somebody else than who brings it.
    pub const fn other_person() -> Self {
        Self::new(StatusCode::CONFLICT, ProblemCode::OtherPerson, "The code is of another person")
    }

    /// Returns what the caller signed was not signed about now.
    pub const fn clock(now: Timestamp) -> Self {
        let mut problem = Self::unauthorized(ProblemCode::Clock, "Signed at another time than now");
        problem.server_time = Some(now);
        problem
    }

    /// Looks are missing between those that the device has told of and those it tells of now.
    pub const fn read_log_gap() -> Self {
        Self::new(StatusCode::CONFLICT, ProblemCode::ReadLogGap, "The list of what was looked at has a gap")
    }

    /// The device's list of what was looked at is another one than before.
    pub const fn read_log_broken() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            ProblemCode::ReadLogBroken,
            "The list of what was looked at is not the one told before",
        )
    }

    /// The request took too long.
    pub const fn timeout() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, ProblemCode::Timeout, "The request took too long")
    }

    /// Something is wrong with the server, not with the request.
    pub const fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ProblemCode::Internal, "The server failed")
    }

    /// The server cannot answer now.
    pub const fn unavailable() -> Self {
        let mut problem =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, ProblemCode::Unavailable, "The server cannot answer now");
        problem.retry_after = Some(1);
        problem
    }

    /// Says more about this occurrence; never names, texts, codes or tokens.
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Names the field that is wrong.
    pub fn field(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }

    /// Says which server this is.
    pub fn by(self, server: ServerId) -> Self {
        Self { server: Some(server), ..self }
    }

    const fn unauthorized(code: ProblemCode, title: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, title)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let body = ProblemBody {
            r#type: format!("urn:kring:problem:{}", self.code.word()),
            title: self.title,
            status: self.status.as_u16(),
            code: self.code.word(),
            detail: self.detail.as_deref(),
            field: self.field.as_deref(),
            server_time: self.server_time,
            server_id: self.server,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Closed | StoreError::Untrusted => Self::unavailable(),
            error if error.is_passing() => {
                tracing::error!(%error, "the database failed");
                Self::unavailable()
            }
            error => {
                tracing::error!(%error, "the database failed");
                Self::internal()
            }
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::NotFound => Self::not_found(),
            AccountError::Forbidden => Self::forbidden(),
            AccountError::TooManySpaces => Self::too_many_spaces(),
            AccountError::Conflict(why) => Self::conflict().detail(why),
            AccountError::InvalidCode => Self::invalid_code(),
            AccountError::NoCode => Self::invalid_code().detail("there is no code of 16 letters and digits in it"),
            AccountError::OtherPerson => Self::other_person(),
            AccountError::Unproved(Unproved::Wrong) => Self::invalid_proof(),
            AccountError::Unproved(Unproved::Clock) => Self::clock(clock::now()),
            AccountError::Blocked(Blocked { retry_after }) => Self::rate_limited(retry_after),
            AccountError::Store(error) => error.into(),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unauthenticated => Self::unauthenticated(),
            AuthError::Expired => Self::unauthorized(ProblemCode::TokenExpired, "The access token has expired"),
            AuthError::Ended => Self::unauthorized(ProblemCode::Revoked, "The session has ended"),
            AuthError::Store(error) => error.into(),
        }
    }
}

/// Gives the form of a problem to what the framework answers by itself.
pub(super) async fn in_form(response: Response<Body>) -> Response<Body> {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == CONTENT_TYPE) {
        return response;
    }
    match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        _ if status.is_server_error() => Problem::internal(),
        status => Problem::new(status, ProblemCode::Invalid, "Malformed request"),
    }
    .into_response()
}

/// Answers a path that there is not.
pub(super) async fn no_such_route() -> Problem {
    Problem::not_found()
}

/// Answers a method that the path does not have.
pub(super) async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, ProblemCode::MethodNotAllowed, "The path does not have this method")
}

/// Answers a request that hit a defect.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a request panicked");
    Problem::internal().into_response()
}
