//! Where a request comes from: the socket's address, or what a trusted proxy says.

use std::net::IpAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use crate::app::App;
use crate::config::Network;
use crate::http::Problem;

/// The address that a request comes from.
pub struct Address(pub IpAddr);

impl FromRequestParts<App> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let ConnectInfo(socket) = parts.extensions.get::<ConnectInfo<IpAddr>>().ok_or(Problem::internal())?;
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
        Ok(Self(source(*socket, &hops, &app.config.trusted_proxies)))
    }
}

/// The address of a request that does not have to say who makes it, and has not asked too often.
pub struct Stranger(pub IpAddr);

impl FromRequestParts<App> for Stranger {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Address(address) = Address::from_request_parts(parts, app).await?;
        let wait = |wait: std::time::Duration| Problem::rate_limited(wait.as_secs().saturating_add(1));
        app.request_limit.check_stranger(address).map_err(wait)?;
        Ok(Self(address))
    }
}

/// The last hop that no trusted proxy stands for: whatever is before it, anybody can have written.
fn source(socket: IpAddr, hops: &[&str], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut source = socket;
    for hop in hops.iter().rev() {
        match hop.trim().parse() {
            Ok(address) if is_trusted(source) => source = address,
            _ => break,
        }
    }
    source.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        for (socket, hops, expected) in [
            ("192.0.2.1", vec!["198.51.100.7"], "192.0.2.1"),
            ("10.0.0.1", vec!["198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", vec!["1.2.3.4", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", vec!["198.51.100.7", " 10.0.0.2"], "198.51.100.7"),
            ("10.0.0.1", vec!["nonsense"], "10.0.0.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
        ] {
            assert_eq!(source(socket.parse().unwrap(), &hops, &trusted), expected.parse::<IpAddr>().unwrap());
        }
    }
}
