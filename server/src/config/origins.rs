//! Web origins whose pages may call the API from a browser.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderValue, Uri};

/// A web origin as browsers send it: `https://app.example.org`, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl Origin {
    /// The value of the header `Origin` that is this origin.
    pub fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text} is no web origin like https://app.example.org");
        let uri: Uri = text.trim().parse().map_err(|_| wrong())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(wrong()) };
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
        if !is_bare || authority.host().is_empty() || authority.host().contains('*') || text.contains('#') {
            return Err(wrong());
        }
        // A browser leaves out the port that goes without saying.
        let port = authority.port_u16().filter(|port| !matches!((scheme, port), ("https", 443) | ("http", 80)));
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let origin = format!("{scheme}://{}{port}", authority.host()).to_ascii_lowercase();
        HeaderValue::from_str(&origin).map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_do() {
        for (text, origin) in [
            ("https://app.example.org", "https://app.example.org"),
            (" https://App.Example.org/ ", "https://app.example.org"),
            ("https://app.example.org:443", "https://app.example.org"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://[::1]:80", "http://[::1]"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("https://xn--caf-dma.example", "https://xn--caf-dma.example"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), origin, "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for text in [
            "",
            "*",
            "null",
            "app.example.org",
            "https://",
            "https://*.example.org",
            "https://app.example.org/kring",
            "https://app.example.org?x",
            "https://app.example.org/#x",
            "https://me@app.example.org",
            "https://café.example",
            "https://app.example.org, https://other.example.org",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
