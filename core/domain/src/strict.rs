//! Reads plain data as JSON Schema means it, from JSON and CBOR alike: whole numbers may come as `2.0`, and no object
//! has a key twice.

mod access;

use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Visitor};

use access::{Elements, Pairs, Variant};

/// The beginning of the message for a key that an object has twice; the key follows between backticks.
const REPEATED: &str = "repeated key ";

/// A deserializer around another one of a self-describing format.
///
/// A number without a fraction is handed on as a whole number, at any depth, also where the data is kept as it came. An
/// object with a key twice is an error: who reads the last one and who reads the first would not agree about it.
pub struct Strict<D>(pub D);

/// A value that is read through [`Strict`], for functions that make their deserializer themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strictly<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strictly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(Strict(deserializer)).map(Self)
    }
}

/// A value that is read strictly, and whose errors say nothing but the field that they are about.
///
/// It is for formats whose errors tell no place: [`fault`] reads the field off the error again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T>(pub T);

/// The way in which the message of an error of [`Located`] begins.
const AT: &str = "at the field ";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let located = serde_path_to_error::deserialize(Strict(deserializer)).map(Self);
        located.map_err(|error| de::Error::custom(format_args!("{AT}{}", field_of(&error).unwrap_or_default())))
    }
}

/// The field in the message of an error of [`Located`].
pub fn fault(message: &str) -> Option<&str> {
    message.strip_prefix(AT).filter(|field| !field.is_empty())
}

/// The field that an error is about: its path, and behind it the key that is missing or there twice.
///
/// `None` where it is about the value as a whole.
pub fn field_of<E: fmt::Display>(error: &serde_path_to_error::Error<E>) -> Option<String> {
    let message = error.inner().to_string();
    // Some formats write what sort of error it is before that.
    let key = ["missing field ", REPEATED].iter().find_map(|start| message.split_once(start));
    let key = key.and_then(|(_, rest)| rest.split('`').nth(1));
    let path = error.path().to_string();
    // A key that was not handed on yet is a question mark at the end of the path.
    let path = if key.is_some() { path.trim_end_matches('?').trim_end_matches('.') } else { path.as_str() };
    let field = match (path, key) {
        ("." | "", key) => key?.to_owned(),
        (path, Some(key)) => format!("{path}.{key}"),
        (path, None) => path.to_owned(),
    };
    Some(field.chars().take(100).collect())
}

macro_rules! forward {
    ($($method:ident $(as $asked:ident)? ($($argument:ident: $type:ty),*);)+) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            forward!(@ask self, visitor, $method $(as $asked)? ($($argument),*))
        }
    )+};
    (@ask $self:ident, $visitor:ident, $method:ident as $asked:ident ()) => { $self.0.$asked(Strict($visitor)) };
    (@ask $self:ident, $visitor:ident, $method:ident ($($argument:ident),*)) => {
        $self.0.$method($($argument,)* Strict($visitor))
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    // Whole numbers are asked for as whatever they are: formats refuse `2.0` where an integer is asked for. What nobody
    // reads is looked at too, for its keys.
    forward! {
        deserialize_any();
        deserialize_ignored_any as deserialize_any();
        deserialize_i8 as deserialize_any();
        deserialize_i16 as deserialize_any();
        deserialize_i32 as deserialize_any();
        deserialize_i64 as deserialize_any();
        deserialize_i128 as deserialize_any();
        deserialize_u8 as deserialize_any();
        deserialize_u16 as deserialize_any();
        deserialize_u32 as deserialize_any();
        deserialize_u64 as deserialize_any();
        deserialize_u128 as deserialize_any();
        deserialize_bool();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident($type:ty);)+) => {$(
        fn $method<E: de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<V> {
    type Value = V::Value;

    visit! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_char(char);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_f32<E: de::Error>(self, value: f32) -> Result<V::Value, E> {
        self.visit_f64(f64::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<V::Value, E> {
        match whole(value) {
            Some(Whole::Natural(number)) => self.0.visit_u64(number),
            Some(Whole::Negative(number)) => self.0.visit_i64(number),
            None => self.0.visit_f64(value),
        }
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Strict(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Strict(value))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Elements(elements))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, pairs: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Pairs::new(pairs))
    }

    fn visit_enum<A: de::EnumAccess<'de>>(self, variant: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Variant(variant))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict(deserializer))
    }
}

/// A whole number that a field can have.
enum Whole {
    Natural(u64),
    Negative(i64),
}

/// The whole number that a floating-point number is, where it is one of 64 bits.
fn whole(value: f64) -> Option<Whole> {
    const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
    const TWO_TO_63: f64 = TWO_TO_64 / 2.0;
    if value.trunc() != value {
        None
    } else if (0.0..TWO_TO_64).contains(&value) {
        Some(Whole::Natural(value as u64))
    } else if (-TWO_TO_63..0.0).contains(&value) {
        Some(Whole::Negative(value as i64))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Thing {
        count: Option<u8>,
        #[serde(default)]
        share: f64,
        #[serde(default)]
        rest: Value,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "t", rename_all = "snake_case")]
    enum Tagged {
        Some { things: Vec<Thing> },
    }

    fn read<T: de::DeserializeOwned>(json: &str) -> Result<T, String> {
        let mut json = serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(Strict(&mut json)).map_err(|error| field_of(&error).unwrap_or_default())
    }

    #[test]
    fn a_whole_number_is_whole_however_it_is_written() {
        for written in ["2", "2.0", "2e0", "0.2e1", "20E-1", "2.000000"] {
            let thing: Thing = read(&format!(r#"{{"count": {written}}}"#)).unwrap();
            assert_eq!(thing.count, Some(2), "{written}");
        }
        assert_eq!(read::<Thing>(r#"{"count": -0.0}"#).unwrap().count, Some(0));
        assert_eq!(read::<Thing>(r#"{"count": null}"#).unwrap().count, None);
        assert_eq!(read::<i64>("-9223372036854775808.0"), Ok(i64::MIN));
        assert_eq!(read::<u64>("18446744073709549568.0"), Ok(18_446_744_073_709_549_568));
    }

    #[test]
    fn what_is_no_whole_number_is_refused_with_its_field() {
        for written in ["2.5", "256.0", "-1.0", "1e300", "1e400", "-1e400", "\"2\"", "true", "[2]"] {
            let field = read::<Thing>(&format!(r#"{{"count": {written}}}"#)).unwrap_err();
            assert_eq!(field, "count", "{written}");
        }
    }

    #[test]
    fn fractions_stay_fractions() {
        let thing: Thing = read(r#"{"share": 0.5, "rest": {"a": [1.5, 3.0, -3.0]}}"#).unwrap();
        assert_eq!((thing.share, thing.rest), (0.5, json!({"a": [1.5, 3, -3]})));
        assert_eq!(read::<Thing>(r#"{"share": 3}"#).unwrap().share, 3.0);
    }

    #[test]
    fn a_key_that_is_there_twice_is_named() {
        for (json, field) in [
            (r#"{"count": 1, "count": 1}"#, "count"),
            (r#"{"count": 1, "c\u006funt": 2}"#, "count"),
            (r#"{"count": 1, "nobody": 1, "nobody": 2}"#, "nobody"),
            (r#"{"rest": {"a": [{"b": 1, "b": 1}]}}"#, "rest.a[0].b"),
            (r#"{"rest": 1, "other": {"deep": {"": 1, "": 2}}}"#, "other.deep."),
        ] {
            assert_eq!(read::<Thing>(json), Err(field.to_owned()), "{json}");
        }
        assert_eq!(read::<Value>(r#"[{"a": 1}, {"a": 1}]"#), Ok(json!([{"a": 1}, {"a": 1}])));
    }

    #[test]
    fn tagged_enums_are_read_strictly_too() {
        let thing = Thing { count: Some(3), share: 0.0, rest: Value::Null };
        assert_eq!(read(r#"{"things": [{"count": 3.0}], "t": "some"}"#), Ok(Tagged::Some { things: vec![thing] }));
        assert!(read::<Tagged>(r#"{"things": [{"count": 3.0, "count": 3}], "t": "some"}"#).is_err());
        assert!(read::<Tagged>(r#"{"t": "some", "things": [], "t": "some"}"#).is_err());
    }
}
