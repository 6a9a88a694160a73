//! Instants and dates, as values: nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in milliseconds since 1970-01-01T00:00:00Z, between the years 1970 and 9999.
///
/// As text it is RFC 3339 in UTC.
///
/// ```
/// use kring_domain::Timestamp;
///
/// let noon: Timestamp = "2026-03-02T12:00:00Z".parse()?;
/// assert_eq!(noon.to_string(), "2026-03-02T12:00:00Z");
/// assert_eq!("2026-03-02T13:00:00+01:00".parse(), Ok(noon));
/// # Ok::<(), kring_domain::Refusal>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    const MAX_MILLIS: i64 = 253_402_207_200_000;

    /// Before this, nobody edited anything in Kring: a clock that says so was never set. 2020-01-01.
    pub const EARLIEST_EDIT: Self = Self(1_577_836_800_000);

    /// The last instant there is.
    pub const MAX: Self = Self(Self::MAX_MILLIS);

    /// The instant at `millis` milliseconds after 1970-01-01T00:00:00Z, moved into the years 1970 to 9999.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, Self::MAX_MILLIS))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The whole days from `earlier` to this instant; negative where this instant is the earlier one.
    pub const fn days_since(self, earlier: Timestamp) -> i64 {
        (self.0 - earlier.0).div_euclid(86_400_000)
    }

    /// The instant `days` days of 24 hours later.
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_millis(self.0.saturating_add(days.saturating_mul(86_400_000)))
    }

    /// The calendar date in UTC.
    pub fn date(self) -> Date {
        Date(self.instant().to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// Reads the `Date` of an HTTP answer (RFC 9110), like `Mon, 02 Mar 2026 12:00:00 GMT`.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let instant = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Self::from_millis(instant.as_millisecond()))
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.instant().fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = crate::Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| crate::Refusal::invalid("time"))?;
        Ok(Self::from_millis(instant.as_millisecond()))
    }
}

/// A calendar date, like `2026-03-02`, without a time of day or a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Midnight UTC at the start of this date.
    pub fn start(self) -> Timestamp {
        let millis = self.0.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_millisecond());
        Timestamp::from_millis(millis)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Date {
    type Err = crate::Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = if shaped { text.parse().ok() } else { None };
        date.map(Self).ok_or(crate::Refusal::invalid("date"))
    }
}

macro_rules! text_serde {
    ($name:ident, $format:literal, $expected:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|_| de::Error::custom($expected))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format })
            }
        }
    };
}

text_serde!(Timestamp, "date-time", "expected a time like 2026-03-02T12:00:00Z");
text_serde!(Date, "date", "expected a date like 2026-03-02");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_only_dates() {
        assert!("2026-03-02".parse::<Date>().is_ok());
        for wrong in ["2026-02-30", "2026-3-2", "2026-03-02T10:00", "", "20260302", "-026-03-02"] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong} is no date");
        }
    }

    #[test]
    fn extreme_instants_stay_within_bounds() {
        for millis in [i64::MIN, -1, 0, i64::MAX] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
        assert_eq!(Timestamp::from_millis(i64::MAX).plus_days(i64::MAX), Timestamp::from_millis(i64::MAX));
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let noon = "2026-03-02T12:00:00Z".parse().ok();
        assert_eq!(Timestamp::from_http_date("Mon, 02 Mar 2026 12:00:00 GMT"), noon);
        for wrong in
            ["", "now", "2026-03-02T12:00:00Z", "Mon, 32 Mar 2026 12:00:00 GMT", "Tue, 02 Mar 2026 12:00:00 GMT"]
        {
            assert_eq!(Timestamp::from_http_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn days_are_whole() {
        let start: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        assert_eq!(start.plus_days(14).days_since(start), 14);
        assert_eq!(Timestamp::from_millis(start.plus_days(14).millis() - 1).days_since(start), 13);
    }
}
