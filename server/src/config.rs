//! The settings of an operator, with everything filled in.

mod origins;
mod proxies;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

pub use origins::Origin;
pub use proxies::{ForwardedHeader, Network};

/// The settings of a running server.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the database file.
    pub data: PathBuf,
    /// The address to listen on; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How people reach this server, without a slash at the end; `http://` and the address where not set.
    pub public_url: Option<String>,
    /// The time that an access token lives.
    pub access_token_ttl: Duration,
    /// The proxies that are believed about where a request comes from.
    pub trusted_proxies: Vec<Network>,
    /// The header in which they say so.
    pub forwarded_header: ForwardedHeader,
    /// The web origins whose pages may call the API from a browser.
    pub allowed_origins: Vec<Origin>,
    /// How much of everything there may be.
    pub limits: Limits,
}

/// The bounds on what comes in from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a request's body or of a frame.
    pub body_bytes: usize,
    /// Commands a second per device, in the long run.
    pub commands_per_second: u32,
    /// Commands at once per device, after a rest.
    pub command_burst: u32,
    /// Requests a second per device, in the long run.
    pub requests_per_second: u32,
    /// Requests at once per device, after a rest.
    pub request_burst: u32,
    /// Requests a second in the long run from one address that says nothing of who it is: signing in, new tokens.
    pub stranger_requests_per_second: u32,
    /// Such requests at once from one address, after a rest.
    pub stranger_request_burst: u32,
    /// Wrong codes a minute per address.
    pub wrong_codes: u32,
    /// Wrong codes a minute from all addresses together.
    pub wrong_codes_overall: u32,
    /// Connections at once; whoever comes after that waits.
    pub connections: usize,
    /// The time that the head of a request may take.
    pub header_timeout: Duration,
    /// The time that a request may take.
    pub request_timeout: Duration,
    /// The time that connections get to end when the server stops.
    pub shutdown_timeout: Duration,
    /// The most bytes of documents that are kept in memory while nobody works on them.
    pub document_cache_bytes: usize,
    /// The number of entries a document may have before it is rewritten without its history; 0 for any number.
    pub compact_after: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            commands_per_second: 50,
            command_burst: 5_000,
            requests_per_second: 200,
            request_burst: 10_000,
            stranger_requests_per_second: 100,
            stranger_request_burst: 50_000,
            wrong_codes: 5,
            wrong_codes_overall: 3_000,
            connections: 20_000,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(60),
            shutdown_timeout: Duration::from_secs(5),
            document_cache_bytes: 256 << 20,
            compact_after: 20_000,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("kring-data"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)),
            public_url: None,
            access_token_ttl: Duration::from_secs(900),
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::Any,
            allowed_origins: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// Returns how people reach this server, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }
}
