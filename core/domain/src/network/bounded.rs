//! Numbers that know their bounds: one outside them is never made.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

macro_rules! bounded {
    ($($(#[$doc:meta])* $name:ident($number:ty) in $min:literal..=$max:literal, $schema:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name($number);

        impl $name {
            /// Takes a number within the bounds; `None` for any other.
            pub fn new(number: $number) -> Option<Self> {
                ($min..=$max).contains(&number).then_some(Self(number))
            }

            /// The number itself.
            pub const fn number(self) -> $number {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = <$number>::deserialize(deserializer)?;
                Self::new(number).ok_or_else(|| {
                    de::Error::custom(concat!("expected a number from ", $min, " to ", $max))
                })
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": $schema, "minimum": $min, "maximum": $max })
            }
        }
    )+};
}

bounded! {
    /// A place on the map: 1 the closest to 4, or 0 for not placed yet.
    Ring(i64) in 0..=4, "integer";
    /// The ring the client would like somebody to be in: 1 to 4.
    DesiredRing(i64) in 1..=4, "integer";
    /// A calendar year: 1900 to 9999.
    Year(i64) in 1900..=9999, "integer";
    /// The number of times a year people are in touch: 0 to 10,000, fractions included.
    Frequency(f64) in 0.0..=10_000.0, "number";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_the_bounds_are_not_made() {
        assert!(serde_json::from_str::<Ring>("4").is_ok());
        for wrong in ["5", "-1", "1.5", "\"1\"", "null", "1e99", "99999999999999999999"] {
            assert!(serde_json::from_str::<Ring>(wrong).is_err(), "{wrong} is no ring");
        }
        for right in ["0.5", "365", "0"] {
            assert!(serde_json::from_str::<Frequency>(right).is_ok(), "{right} is a frequency");
        }
        assert_eq!(Frequency::new(f64::NAN), None);
        assert_eq!(Frequency::new(f64::INFINITY), None);
    }
}
