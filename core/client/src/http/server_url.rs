//! The address of the server.

use std::net::IpAddr;

use ureq::http::Uri;

use crate::ClientError;

/// The base of all addresses of a server: `https://…`, or `http://…` where it is this same machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerUrl {
    is_secure: bool,
    /// Host, port and the path below which Kring is served, without a slash at the end.
    host_and_path: String,
}

impl ServerUrl {
    /// Reads an address; tokens would be readable on the way to a plain `http` server elsewhere, so that is refused.
    pub(crate) fn parse(text: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Declined { code: "invalid".into() };
        let uri: Uri = text.trim().parse().map_err(|_| wrong())?;
        let scheme = uri.scheme_str();
        let authority = uri.authority().ok_or_else(wrong)?;
        let is_secure = match scheme {
            Some("https") => true,
            Some("http") if is_loopback(authority.host()) => false,
            _ => return Err(wrong()),
        };
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(wrong());
        }
        Ok(Self { is_secure, host_and_path: format!("{authority}{}", uri.path().trim_end_matches('/')) })
    }

    /// The address of a path that begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text())
    }

    /// The base address as text.
    pub(crate) fn text(&self) -> String {
        format!("{}://{}", if self.is_secure { "https" } else { "http" }, self.host_and_path)
    }

    /// The address of the socket.
    pub(crate) fn socket(&self) -> String {
        format!("{}://{}/v1/sync", if self.is_secure { "wss" } else { "ws" }, self.host_and_path)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_secure_or_of_this_machine() {
        for (text, socket) in [
            ("https://kring.example", Some("wss://kring.example/v1/sync")),
            (" https://kring.example:8443/zorg/ ", Some("wss://kring.example:8443/zorg/v1/sync")),
            ("http://127.0.0.1:8787", Some("ws://127.0.0.1:8787/v1/sync")),
            ("http://[::1]:8787/", Some("ws://[::1]:8787/v1/sync")),
            ("http://localhost:8787", Some("ws://localhost:8787/v1/sync")),
            ("http://kring.example", None),
            ("http://127.0.0.1.kring.example", None),
            ("https://anna:geheim@kring.example", None),
            ("ftp://kring.example", None),
            ("kring.example", None),
            ("https://", None),
            ("", None),
        ] {
            let found = ServerUrl::parse(text).ok().map(|url| url.socket());
            assert_eq!(found.as_deref(), socket, "{text}");
        }
        let url = ServerUrl::parse("https://kring.example/").unwrap();
        assert_eq!(url.join("/v1/token"), "https://kring.example/v1/token");
    }
}
