//! Counts the items that CBOR claims to be, without making any of them.

/// The items in some bytes: numbers, strings, lists, pairs' halves and ends (RFC 8949). What is no CBOR is counted to
/// where it breaks off; the decoder refuses it.
pub(super) fn count_items(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    let mut count = 0;
    while let Some((first, behind)) = rest.split_first() {
        count += 1;
        let argument = match first & 31 {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => 0,
        };
        let Some((argument, contents)) = behind.split_at_checked(argument) else { break };
        // Strings have bytes behind their length; the items of lists and maps follow as items.
        let is_string = matches!(first >> 5, 2 | 3) && first & 31 < 28;
        let length = match argument {
            [] if is_string => usize::from(first & 31),
            _ if is_string => argument.iter().fold(0_usize, |sum, byte| sum.saturating_mul(256) | usize::from(*byte)),
            _ => 0,
        };
        let Some(next) = contents.get(length..) else { break };
        rest = next;
    }
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::frame::encode;

    #[test]
    fn items_are_counted_whatever_they_are() {
        for (value, expected) in [
            (json!(7), 1),
            (json!("a text of some length, which is one item"), 1),
            (json!([1, [2, 3], {"a": "b"}]), 8),
            (json!({"a": 70_000, "b": "x".repeat(70_000), "c": [null, true, 1.5]}), 10),
        ] {
            assert_eq!(count_items(&encode(&value)), expected, "{value}");
        }
        assert_eq!(count_items(&vec![0x80; 1000]), 1000);
        assert_eq!(count_items(&[0x5f, 0x41, 7, 0x41, 7, 0xff]), 4, "a byte string in pieces");
        for broken in [&[][..], &[0x7b], &[0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], &[0x61]] {
            assert!(count_items(broken) <= 1);
        }
    }
}
