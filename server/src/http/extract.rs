//! Extractors of handlers: the caller, ids, bodies and the address of the request; each parsed, or a problem.

mod address;
mod bytes;
mod caller;
mod json;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use kring_domain::Language;
use serde::de::DeserializeOwned;

pub use address::{Address, AnonymousCaller};
pub use bytes::Bytes;
pub use caller::SocketCaller;
pub use json::Json;

use super::Problem;

/// The ids in the path.
pub struct Ids<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ids = <Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await;
        ids.map(|Path(ids)| Self(ids)).map_err(|_| Problem::malformed().detail("an id in the path is not a UUID"))
    }
}

/// The parameters after the question mark.
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|_| Problem::malformed().detail("a parameter is malformed"))
    }
}

/// The language that the caller reads.
pub struct AcceptLanguage(pub Language);

impl<S: Send + Sync> FromRequestParts<S> for AcceptLanguage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // A list may be spread over several headers.
        let tags: Vec<&str> =
            parts.headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|tags| tags.to_str().ok()).collect();
        Ok(Self(Language::from_tags(&tags.join(","))))
    }
}
