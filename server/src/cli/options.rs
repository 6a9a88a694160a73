//! The options of the server: the command line before the environment before the file before the default.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Deserializer, de};

use super::CliError;
use crate::auth::MAX_TOKEN_TTL_S;
use crate::config::{Config, ForwardedHeader, Limits, Network, Origin};

/// The most connections that can be asked for: beyond that a system has no file descriptors.
const MOST_CONNECTIONS: usize = 1_000_000;

/// The longest time limit in seconds: a day.
const LONGEST: u64 = 86_400;

/// What can be set; the same names on the command line, in the environment and in the file.
#[derive(Args, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Options {
    /// Directory of the database; made where it does not exist [default: kring-data]
    #[arg(long, env = "KRING_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address to listen on; port 0 takes any free port [default: 127.0.0.1:8787]
    #[arg(long, env = "KRING_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// How people reach this server, for the links in invitations [default: http:// and the address]
    #[arg(long, env = "KRING_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// The time that an access token lives [default: 900]
    #[arg(long, env = "KRING_ACCESS_TOKEN_TTL", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=MAX_TOKEN_TTL_S))]
    access_token_ttl: Option<u64>,
    /// A proxy that is believed about where a request comes from: an address, or a network like 10.0.0.0/8; may be repeated
    #[arg(long = "trusted-proxy", env = "KRING_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',')]
    #[serde(deserialize_with = "parsed", rename = "trusted_proxy")]
    trusted_proxies: Vec<Network>,
    /// The header in which it says so: any, x-forwarded-for or forwarded [default: any]
    #[arg(long, env = "KRING_FORWARDED_HEADER", value_name = "HEADER")]
    #[serde(deserialize_with = "header")]
    forwarded_header: Option<ForwardedHeader>,
    /// A web origin whose pages may call the API from a browser, like https://app.example.org; may be repeated
    #[arg(long = "allowed-origin", env = "KRING_ALLOWED_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    #[serde(deserialize_with = "parsed", rename = "allowed_origin")]
    allowed_origins: Vec<Origin>,
    #[command(flatten)]
    #[serde(flatten)]
    limits: LimitOptions,
}

/// The bounds that can be set.
#[derive(Args, Default, Deserialize)]
#[serde(default)]
#[command(next_help_heading = "Limits")]
struct LimitOptions {
    /// The most bytes of a request's body or of a sync frame [default: 1048576]
    #[arg(long, env = "KRING_MAX_BODY_BYTES", value_name = "BYTES")]
    max_body_bytes: Option<usize>,
    /// Commands a second per device, in the long run [default: 50]
    #[arg(long, env = "KRING_COMMANDS_PER_SECOND", value_name = "NUMBER")]
    commands_per_second: Option<u32>,
    /// Commands at once per device, after a rest [default: 5000]
    #[arg(long, env = "KRING_COMMAND_BURST", value_name = "NUMBER")]
    command_burst: Option<u32>,
    /// Requests a second per device, in the long run [default: 200]
    #[arg(long, env = "KRING_REQUESTS_PER_SECOND", value_name = "NUMBER")]
    requests_per_second: Option<u32>,
    /// Requests at once per device, after a rest [default: 10000]
    #[arg(long, env = "KRING_REQUEST_BURST", value_name = "NUMBER")]
    request_burst: Option<u32>,
    /// Requests a second in the long run from one address that says nothing of who it is [default: 100]
    #[arg(long, env = "KRING_STRANGER_REQUESTS_PER_SECOND", value_name = "NUMBER")]
    stranger_requests_per_second: Option<u32>,
    /// Such requests at once from one address, after a rest [default: 50000]
    #[arg(long, env = "KRING_STRANGER_REQUEST_BURST", value_name = "NUMBER")]
    stranger_request_burst: Option<u32>,
    /// Wrong codes a minute per address [default: 5]
    #[arg(long, env = "KRING_WRONG_CODES", value_name = "NUMBER")]
    wrong_codes: Option<u32>,
    /// Wrong codes a minute from all addresses together [default: 3000]
    #[arg(long, env = "KRING_WRONG_CODES_OVERALL", value_name = "NUMBER")]
    wrong_codes_overall: Option<u32>,
    /// Connections at once; whoever comes after that waits [default: 20000]
    #[arg(long, env = "KRING_MAX_CONNECTIONS", value_name = "NUMBER")]
    max_connections: Option<usize>,
    /// Seconds that the head of a request may take [default: 10]
    #[arg(long, env = "KRING_HEADER_TIMEOUT", value_name = "SECONDS")]
    header_timeout: Option<u64>,
    /// Seconds that a request may take [default: 60]
    #[arg(long, env = "KRING_REQUEST_TIMEOUT", value_name = "SECONDS")]
    request_timeout: Option<u64>,
    /// Seconds that connections get to end when the server stops [default: 5]
    #[arg(long, env = "KRING_SHUTDOWN_TIMEOUT", value_name = "SECONDS")]
    shutdown_timeout: Option<u64>,
    /// The most bytes of idle documents kept in memory [default: 268435456]
    #[arg(long, env = "KRING_DOCUMENT_CACHE_BYTES", value_name = "BYTES")]
    document_cache_bytes: Option<usize>,
    /// Entries after which a document is rewritten without its history; 0 for never [default: 20000]
    #[arg(long, env = "KRING_COMPACT_AFTER", value_name = "ENTRIES")]
    compact_after: Option<u64>,
}

/// Where the file with options is.
#[derive(Args)]
pub(super) struct ConfigFile {
    /// TOML file with options, named as here with underscores: listen = \"0.0.0.0:8787\"
    #[arg(long = "config", env = "KRING_CONFIG", value_name = "FILE")]
    path: Option<PathBuf>,
}

impl ConfigFile {
    /// Returns what the file says; nothing where there is none.
    pub(super) fn read(&self) -> Result<Options, CliError> {
        let Some(path) = &self.path else { return Ok(Options::default()) };
        let wrong = |error: &dyn std::fmt::Display| CliError::Options(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        toml::from_str(&text).map_err(|error| wrong(&error))
    }
}

impl Options {
    /// Only where the data is and how people reach the server.
    pub(super) fn of(data: Option<PathBuf>, public_url: Option<String>) -> Self {
        Self { data, public_url, ..Self::default() }
    }

    /// These options, completed from `file` and from the defaults.
    pub(super) fn complete(self, file: Options) -> Config {
        let default = Config::default();
        let proxies = if self.trusted_proxies.is_empty() { file.trusted_proxies } else { self.trusted_proxies };
        let origins = if self.allowed_origins.is_empty() { file.allowed_origins } else { self.allowed_origins };
        let ttl = self.access_token_ttl.or(file.access_token_ttl);
        Config {
            data: self.data.or(file.data).unwrap_or(default.data),
            listen: self.listen.or(file.listen).unwrap_or(default.listen),
            public_url: self.public_url.or(file.public_url),
            access_token_ttl: ttl
                .map_or(default.access_token_ttl, |ttl| Duration::from_secs(ttl.clamp(1, MAX_TOKEN_TTL_S))),
            trusted_proxies: proxies,
            forwarded_header: self.forwarded_header.or(file.forwarded_header).unwrap_or(default.forwarded_header),
            allowed_origins: origins,
            limits: self.limits.complete(&file.limits),
        }
    }
}

impl LimitOptions {
    fn complete(&self, file: &LimitOptions) -> Limits {
        let default = Limits::default();
        let seconds =
            |option: Option<u64>, default| option.map_or(default, |seconds| Duration::from_secs(seconds.min(LONGEST)));
        macro_rules! first {
            ($name:ident) => {
                self.$name.or(file.$name)
            };
        }
        Limits {
            body_bytes: first!(max_body_bytes).unwrap_or(default.body_bytes),
            commands_per_second: first!(commands_per_second).unwrap_or(default.commands_per_second),
            command_burst: first!(command_burst).unwrap_or(default.command_burst),
            requests_per_second: first!(requests_per_second).unwrap_or(default.requests_per_second),
            request_burst: first!(request_burst).unwrap_or(default.request_burst),
            stranger_requests_per_second: first!(stranger_requests_per_second)
                .unwrap_or(default.stranger_requests_per_second),
            stranger_request_burst: first!(stranger_request_burst).unwrap_or(default.stranger_request_burst),
            wrong_codes: first!(wrong_codes).unwrap_or(default.wrong_codes),
            wrong_codes_overall: first!(wrong_codes_overall).unwrap_or(default.wrong_codes_overall),
            connections: first!(max_connections).unwrap_or(default.connections).clamp(1, MOST_CONNECTIONS),
            header_timeout: seconds(first!(header_timeout), default.header_timeout),
            request_timeout: seconds(first!(request_timeout), default.request_timeout),
            shutdown_timeout: seconds(first!(shutdown_timeout), default.shutdown_timeout),
            document_cache_bytes: first!(document_cache_bytes).unwrap_or(default.document_cache_bytes),
            compact_after: first!(compact_after).unwrap_or(default.compact_after),
        }
    }
}

fn parsed<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = String>,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(de::Error::custom)).collect()
}

fn header<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ForwardedHeader>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_from_line_then_file_then_default() {
        let file = r#"
            listen = "0.0.0.0:80"
            data = "from-file"
            trusted_proxy = ["10.0.0.0/8"]
            forwarded_header = "forwarded"
            allowed_origin = ["https://app.example.org"]
            wrong_codes = 3
        "#;
        let options = Options { data: Some("from-flag".into()), ..Options::default() };
        let config = options.complete(toml::from_str(file).unwrap());
        assert_eq!(config.data, PathBuf::from("from-flag"));
        assert_eq!(config.listen.to_string(), "0.0.0.0:80");
        assert_eq!((config.limits.wrong_codes, config.limits.command_burst), (3, 5000));
        assert_eq!(config.trusted_proxies.len(), 1);
        assert_eq!(config.forwarded_header, ForwardedHeader::Forwarded);
        assert_eq!(config.allowed_origins, ["https://app.example.org".parse().unwrap()]);
        assert_eq!(config.access_token_ttl.as_secs(), 900);
    }

    #[test]
    fn a_mistake_in_the_file_is_no_setting() {
        for file in [
            "lisen = \"0.0.0.0:80\"",
            "listen = 80",
            "trusted_proxy = [\"nowhere\"]",
            "forwarded_header = \"via\"",
            "allowed_origin = [\"*\"]",
            "wrong_codes = -1",
        ] {
            assert!(toml::from_str::<Options>(file).is_err(), "{file}");
        }
    }
}
