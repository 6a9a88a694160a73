//! Networks whose word is taken for where a request comes from.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address, or a network in CIDR notation like `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The header by which trusted proxies say where a request comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// The one that is there; neither where both are and differ.
    #[default]
    Any,
    /// `X-Forwarded-For` alone.
    XForwardedFor,
    /// `Forwarded` (RFC 7239) alone.
    Forwarded,
}

impl FromStr for ForwardedHeader {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "any" => Ok(Self::Any),
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err(format!("{text} is none of any, x-forwarded-for and forwarded")),
        }
    }
}

impl Network {
    /// Returns whether an address is in this network.
    pub fn contains(self, address: IpAddr) -> bool {
        let (own, other, width) = match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (u128::from(own.to_bits()), u128::from(other.to_bits()), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        let ignored = u32::from(width - self.prefix.min(width));
        own.checked_shr(ignored) == other.checked_shr(ignored)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().map_err(|_| format!("{text} is no address or network"))?;
        let address = address.to_canonical();
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(width), |prefix| prefix.trim().parse()).ok().filter(|prefix| *prefix <= width);
        Ok(Self { address, prefix: prefix.ok_or_else(|| format!("{text} is no address or network"))? })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        for (network, address, inside) in [
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("fd00::/8", "fd12::1", true),
            ("::/0", "::1", true),
            ("fd00::/8", "10.0.0.1", false),
            ("127.0.0.1", "::ffff:127.0.0.1", true),
        ] {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{network} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::1/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
