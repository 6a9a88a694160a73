//! Hops: the addresses that proxies wrote down on the way, the nearest proxy's last.
//!
//! `X-Forwarded-For` is a list without a standard; `Forwarded` is RFC 7239. Both are read in the spellings that proxies
//! use: with a port, in brackets, in quotes. A hop is `None` where its proxy names nobody (`unknown`, `_hidden`) or
//! writes no address.

use std::net::IpAddr;

/// The hops of `X-Forwarded-For`, over all its header lines.
pub(super) fn x_forwarded_for<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for line in lines {
        // Not by quotes: one that a client sends must not swallow what a proxy writes behind it.
        let line = String::from_utf8_lossy(line);
        hops.extend(line.split(',').filter(|hop| !hop.trim().is_empty()).map(address));
    }
    hops
}

/// The hops of `Forwarded`, over all its header lines; one hop without an address for a malformed line.
pub(super) fn forwarded<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for line in lines {
        hops.extend(elements(&String::from_utf8_lossy(line)).unwrap_or_else(|| vec![None]));
    }
    hops
}

/// The address in a hop.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    if let Some(bracketed) = hop.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']')?;
        let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return host_address(host).filter(|_| is_whole);
    }
    host_address(hop).or_else(|| {
        let (host, port) = hop.rsplit_once(':')?;
        host_address(host).filter(|_| is_port(port))
    })
}

/// The address of a host, without the zone that belongs to the proxy's own network.
fn host_address(host: &str) -> Option<IpAddr> {
    let host = host.split_once('%').map_or(host, |(host, _)| host);
    host.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// Returns whether this is a port, or a word in the place of one (RFC 7239, 6).
fn is_port(text: &str) -> bool {
    let is_number = matches!(text.len(), 1..=5) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number || text.strip_prefix('_').is_some_and(|word| !word.is_empty() && word.chars().all(is_token))
}

/// The `for` of each element of a line of `Forwarded`; `None` where the line does not follow the grammar.
///
/// A line that is not understood to its end says nothing: with an odd quote a client could hide what its proxy adds.
fn elements(line: &str) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = Vec::new();
    let mut element = Element::default();
    let mut rest = line.trim();
    while !rest.is_empty() {
        if let Some(next) = rest.strip_prefix(',') {
            hops.extend(std::mem::take(&mut element).hop());
            rest = next;
        } else if let Some(next) = rest.strip_prefix(';') {
            rest = next;
        } else {
            let Parameter { name, value, next } = parameter(rest)?;
            element.add(name, &value)?;
            rest = next;
        }
        rest = rest.trim_start();
    }
    hops.extend(element.hop());
    Some(hops)
}

/// What one proxy wrote.
#[derive(Default)]
struct Element {
    is_written: bool,
    source: Option<Option<IpAddr>>,
}

impl Element {
    fn add(&mut self, name: &str, value: &str) -> Option<()> {
        self.is_written = true;
        if name.eq_ignore_ascii_case("for") && self.source.replace(address(value)).is_some() {
            return None;
        }
        Some(())
    }

    /// The hop; `None` for an element with nothing in it, which a list may have.
    fn hop(self) -> Option<Option<IpAddr>> {
        self.is_written.then(|| self.source.flatten())
    }
}

struct Parameter<'a> {
    name: &'a str,
    value: String,
    next: &'a str,
}

fn parameter(text: &str) -> Option<Parameter<'_>> {
    let (name, rest) = text.split_once('=')?;
    let name = name.trim_end();
    let rest = rest.trim_start();
    if name.is_empty() || !name.chars().all(is_token) {
        return None;
    }
    let (value, next) = match rest.strip_prefix('"') {
        Some(quoted) => quoted_string(quoted)?,
        None => {
            let end = rest.find([',', ';', ' ', '\t']).unwrap_or(rest.len());
            let (value, next) = rest.split_at_checked(end)?;
            (value.to_owned(), next)
        }
    };
    let next = next.trim_start();
    let is_plain = !value.contains(['"', '\\']);
    (is_plain && (next.is_empty() || next.starts_with([',', ';']))).then_some(Parameter { name, value, next })
}

/// Returns what is in a quoted string, and what follows it. No address has a quote or a backslash in it, so a string with one is
/// read to its end, and what it holds is not.
fn quoted_string(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => {
                characters.next()?;
                value.push(' ');
            }
            character => value.push(character),
        }
    }
    None
}

/// Returns whether a character may be in a token (RFC 9110, 5.6.2).
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<Option<IpAddr>> {
        texts.iter().map(|text| text.parse().ok()).collect()
    }

    #[test]
    fn a_hop_is_read_as_proxies_write_it() {
        for (hop, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            (" 192.0.2.7:567 ", "192.0.2.7"),
            ("\"192.0.2.7:567\"", "192.0.2.7"),
            ("'192.0.2.7'", "192.0.2.7"),
            ("192.0.2.7:_tcp", "192.0.2.7"),
            ("[192.0.2.7]:80", "192.0.2.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]\"", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:0DB8:0:0:0:0:0:1:443", "2001:db8::1"),
            ("[fe80::1%eth0]:443", "fe80::1"),
            ("fe80::1%25eth0", "fe80::1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("[::ffff:192.0.2.7]:1", "192.0.2.7"),
            ("::ffff:192.0.2.7:567", "192.0.2.7"),
            ("::FFFF:C000:0207", "192.0.2.7"),
            ("\"[2001:DB8::A]:47011\"", "2001:db8::a"),
            ("\"[2001:db8::1]:_obfuscated\"", "2001:db8::1"),
            ("[fe80::1%25eth0.7]", "fe80::1"),
            ("\t192.0.2.7\t", "192.0.2.7"),
            ("[::ffff:192.0.2.7%eth0]:80", "192.0.2.7"),
        ] {
            assert_eq!(address(hop), expected.parse().ok(), "{hop}");
        }
    }

    #[test]
    fn what_is_no_address_names_nobody() {
        for hop in [
            "unknown",
            "_hidden",
            "_SEVKISEK:8080",
            "192.0.2",
            "192.0.2.7:",
            "192.0.2.7:port",
            "192.0.2.7:123456",
            "[2001:db8::1",
            "[2001:db8::1]443",
            "256.0.2.7",
            "192.0.2.7 198.51.100.1",
            "localhost",
            "UNKNOWN",
            "Unknown:80",
            "_",
            "\"_hidden\"",
            "\"unknown\"",
            "\"\"",
            "[unknown]:80",
            "%eth0",
            ":80",
            "192.000.002.007",
            "0x7f.0.0.1",
            "3232235777",
            "[2001:db8::1]:",
            "[[2001:db8::1]]",
            "é",
            "[]",
        ] {
            assert_eq!(address(hop), None, "{hop}");
        }
    }

    #[test]
    fn forwarded_is_read_as_its_standard_says() {
        for (line, expected) in [
            ("for=192.0.2.7", vec!["192.0.2.7"]),
            (r#"For="[2001:db8:cafe::17]:4711""#, vec!["2001:db8:cafe::17"]),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", vec!["192.0.2.60"]),
            ("for=192.0.2.43, for=198.51.100.17", vec!["192.0.2.43", "198.51.100.17"]),
            (r#"proto=https ; FOR="192.0.2.43:80" , for=unknown"#, vec!["192.0.2.43", "-"]),
            (r#"host="a\"b, for=6.6.6.6";for=192.0.2.7"#, vec!["192.0.2.7"]),
            ("for=[2001:db8::1]:443;proto=https", vec!["2001:db8::1"]),
            ("proto=https", vec!["-"]),
            (",, for=192.0.2.7,", vec!["192.0.2.7"]),
            (";;for=192.0.2.7;;", vec!["192.0.2.7"]),
            (r#"fOr="_gazonk", FOR="unknown";Proto=HTTPS, foR=192.0.2.7"#, vec!["-", "-", "192.0.2.7"]),
            (r#"for="[::ffff:192.0.2.7]:443";by="[2001:db8::2]""#, vec!["192.0.2.7"]),
            (r#"for="[fe80::1%25eth0]:80""#, vec!["fe80::1"]),
            (r#"by=_x;host=kring.example;for=2.2.2.2:1"#, vec!["2.2.2.2"]),
            (r#"for="""#, vec!["-"]),
            ("for=", vec!["-"]),
            ("", vec![]),
        ] {
            assert_eq!(forwarded([line.as_bytes()].into_iter()), addresses(&expected), "{line}");
        }
    }

    #[test]
    fn a_line_that_is_not_understood_names_nobody() {
        for line in [
            r#"for=", for=192.0.2.7"#,
            r#"for="x, for="[2001:db8::1]:47""#,
            "for=1.2.3.4;for=192.0.2.7",
            "for",
            "=192.0.2.7",
            r#"for=1.2.3.4"x""#,
            r#"for="1.2.3.4" x, for=192.0.2.7"#,
            r#"for="x, for=192.0.2.7;host=",for=6.6.6.6,q=\"""#,
        ] {
            assert_eq!(forwarded([line.as_bytes()].into_iter()), [None], "{line}");
        }
    }

    #[test]
    fn lines_follow_each_other_and_bytes_are_no_obstacle() {
        let lines: [&[u8]; 3] = [b"1.2.3.4, \xff", b"", b", 192.0.2.7:1"];
        assert_eq!(x_forwarded_for(lines.into_iter()), addresses(&["1.2.3.4", "-", "192.0.2.7"]));
    }

    proptest! {
        /// Whatever a client sends, what its proxy adds is the last hop or nobody.
        #[test]
        fn a_client_does_not_choose_the_last_hop(sent in r#"[for=;,"\\ 1.]{0,30}"#, host in r"[a-z,;=.]{0,12}") {
            let real: IpAddr = "198.51.100.7".parse().unwrap();
            let line = format!("{sent}, 198.51.100.7:5");
            let hops = x_forwarded_for([line.as_bytes()].into_iter());
            prop_assert_eq!(hops.last(), Some(&Some(real)));
            for added in [format!(r#"for="198.51.100.7:5";host="{host}""#), "for=198.51.100.7".to_owned()] {
                let line = format!("{sent}, {added}");
                let last = forwarded([line.as_bytes()].into_iter()).last().copied().flatten();
                prop_assert!(last.is_none_or(|last| last == real), "{} {:?}", line, last);
            }
        }
    }
}
