//! What a program without a phone asks of the server.

use kring_client::Language;
use serde_json::Value;

use super::Failure;

/// Gets a thing as JSON, as whoever holds the token.
pub(super) fn get(url: &str, token: &str, language: Language) -> Result<Value, Failure> {
    let answer = ureq::get(url)
        .header("authorization", &format!("Bearer {token}"))
        .header("accept-language", language.pick("nl", "en"))
        .call()
        .map_err(|error| format!("{url}: {error}"))?;
    Ok(serde_json::from_reader(answer.into_body().into_reader())?)
}
