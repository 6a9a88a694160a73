//! Links as programs send them on: with signs written as `%2D`, and wrapped in links of their own.

/// The most links that one link is wrapped in.
const MAX_WRAPPED: usize = 4;

/// The text with `%2D` and the like read as what they stand for, as links are sent on: once more each time that a program
/// wraps a link in its own.
pub(super) fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..MAX_WRAPPED {
        let decoded = decoded(&text);
        if decoded == text {
            break;
        }
        text = decoded;
    }
    text
}

fn decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('%') {
        decoded.extend_from_slice(before.as_bytes());
        let hex = behind.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(b'%');
                rest = behind;
            }
        }
    }
    decoded.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&decoded).into_owned()
}
