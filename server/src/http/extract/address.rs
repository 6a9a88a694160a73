//! The address that a request comes from: the socket's, or what a trusted proxy says.

mod hops;

use std::net::IpAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::FORWARDED;
use axum::http::request::Parts;

use crate::app::App;
use crate::config::{ForwardedHeader, Network};
use crate::http::Problem;

/// The header that is no standard and that most proxies write.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request comes from.
pub struct Address(pub IpAddr);

impl FromRequestParts<App> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let ConnectInfo(socket) = parts.extensions.get::<ConnectInfo<IpAddr>>().ok_or(Problem::internal())?;
        Ok(Self(address(*socket, &parts.headers, &app.config.trusted_proxies, app.config.forwarded_header)))
    }
}

/// The address of a request that does not have to say who makes it, and has not asked too often.
pub struct AnonymousCaller(pub IpAddr);

impl FromRequestParts<App> for AnonymousCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Address(address) = Address::from_request_parts(parts, app).await?;
        let wait = |wait: std::time::Duration| Problem::rate_limited(wait.as_secs().saturating_add(1));
        app.request_limit.check_anonymous(address).map_err(wait)?;
        Ok(Self(address))
    }
}

/// The address that a request comes from, by the headers that the operator believes.
///
/// A proxy writes one of the two headers, and a client can send the other through it. Which one that is cannot be seen, so
/// where both are there and differ, neither is believed: the request counts as the proxy's own.
fn address(socket: IpAddr, headers: &HeaderMap, trusted: &[Network], believed: ForwardedHeader) -> IpAddr {
    let socket = socket.to_canonical();
    if !is_trusted(socket, trusted) {
        return socket;
    }
    let by_list = || {
        let lines = headers.get_all(X_FORWARDED_FOR).iter().map(|line| line.as_bytes());
        source(socket, &hops::x_forwarded_for(lines), trusted)
    };
    let by_standard = || {
        let lines = headers.get_all(FORWARDED).iter().map(|line| line.as_bytes());
        source(socket, &hops::forwarded(lines), trusted)
    };
    match believed {
        ForwardedHeader::XForwardedFor => by_list(),
        ForwardedHeader::Forwarded => by_standard(),
        ForwardedHeader::Any => match (headers.contains_key(X_FORWARDED_FOR), headers.contains_key(FORWARDED)) {
            (true, true) => Some(by_list()).filter(|address| *address == by_standard()).unwrap_or(socket),
            (true, false) => by_list(),
            (false, true) => by_standard(),
            (false, false) => socket,
        },
    }
}

/// The last hop that no trusted proxy stands for: whatever is before it, anybody can have written.
///
/// Behind a hop that names nobody it is the proxy which wrote that: a hop before it may be the client's invention.
fn source(socket: IpAddr, hops: &[Option<IpAddr>], trusted: &[Network]) -> IpAddr {
    let mut source = socket;
    for hop in hops.iter().rev() {
        match hop {
            Some(address) if is_trusted(source, trusted) => source = *address,
            _ => break,
        }
    }
    source
}

fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    struct Case {
        socket: &'static str,
        /// The lines of `X-Forwarded-For`.
        list: &'static [&'static str],
        /// The lines of `Forwarded`.
        standard: &'static [&'static str],
        expected: &'static str,
    }

    fn case(socket: &'static str, list: &'static [&'static str], expected: &'static str) -> Case {
        Case { socket, list, standard: &[], expected }
    }

    fn check(believed: ForwardedHeader, case: &Case) {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in case.list {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        for line in case.standard {
            headers.append(FORWARDED, HeaderValue::from_str(line).unwrap());
        }
        let found = address(case.socket.parse().unwrap(), &headers, &trusted, believed);
        assert_eq!(found, case.expected.parse::<IpAddr>().unwrap(), "{:?} {:?}", case.list, case.standard);
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for case in [
            case("192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            case("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            case("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            case("fd00::1", &["198.51.100.7"], "198.51.100.7"),
            case("10.0.0.1", &["1.2.3.4", "198.51.100.7"], "198.51.100.7"),
            case("10.0.0.1", &["1.2.3.4, 198.51.100.7:99"], "198.51.100.7"),
            case("10.0.0.1", &["198.51.100.7", " 10.0.0.2"], "198.51.100.7"),
            case("10.0.0.1", &["1.2.3.4, [2001:db8::1]:443, \"10.0.0.2:80\", ,"], "2001:db8::1"),
            case("10.0.0.1", &["10.9.9.9, 10.0.0.2"], "10.9.9.9"),
            case("10.0.0.1", &[], "10.0.0.1"),
        ] {
            check(ForwardedHeader::Any, &case);
            check(ForwardedHeader::XForwardedFor, &case);
        }
    }

    #[test]
    fn a_proxy_that_names_nobody_stands_for_its_client() {
        for case in [
            case("10.0.0.1", &["nonsense"], "10.0.0.1"),
            case("10.0.0.1", &["1.2.3.4, unknown"], "10.0.0.1"),
            case("10.0.0.1", &["1.2.3.4, _hidden, 10.0.0.2"], "10.0.0.2"),
            case("10.0.0.1", &["nonsense, 198.51.100.7"], "198.51.100.7"),
        ] {
            check(ForwardedHeader::Any, &case);
        }
    }

    #[test]
    fn of_two_headers_that_differ_neither_is_believed() {
        let list: &[&str] = &["1.2.3.4, 198.51.100.7:99"];
        let same: &[&str] = &["for=1.2.3.4", "For=\"198.51.100.7\";proto=https"];
        let other: &[&str] = &["for=203.0.113.9"];
        let of = |list, standard, expected| Case { socket: "10.0.0.1", list, standard, expected };
        use ForwardedHeader::{Any, Forwarded, XForwardedFor};
        check(Any, &of(list, same, "198.51.100.7"));
        check(Any, &of(list, other, "10.0.0.1"));
        check(Any, &of(&[], other, "203.0.113.9"));
        check(XForwardedFor, &of(list, other, "198.51.100.7"));
        check(Forwarded, &of(list, other, "203.0.113.9"));
        check(Forwarded, &of(list, &[], "10.0.0.1"));
    }
}
