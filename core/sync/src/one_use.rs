//! Decides about what a device can use once: a sign-in code, a refresh token, the claim of a copy.
//!
//! The answer to each can be lost on its way. The device that used it then asks for the same once more, with a later signature,
//! and gets another answer in the place of the first. Keys, hashes and rows are the server's; here is only who gets an answer.

use kring_domain::Timestamp;

/// By how much the clock of a device may differ from the server's when it signs, in milliseconds: 5 minutes.
pub const MAX_CLOCK_SKEW_MS: i64 = 5 * 60_000;

/// For how long after the first use its answer may be asked for again, in milliseconds: a day.
///
/// Only who holds the device's key can, and only while nobody has used what was answered first; so the time may be as
/// long as a device without coverage needs.
pub const GRACE_MS: i64 = 86_400_000;

/// The first use of something, as the server has kept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstUse {
    /// When it was.
    pub at: Timestamp,
    /// When the device has last signed for it.
    pub signed_at: Timestamp,
    /// True when nobody has used yet what was answered.
    pub is_answer_unused: bool,
}

/// A good signature with the key of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// When the device signed, by its clock.
    pub at: Timestamp,
    /// True when it is about the exchange of the first use, by the word that the device chose then.
    pub is_same_request: bool,
}

/// A refresh token that somebody shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownToken {
    /// True when its session has ended, or its time is over.
    pub is_over: bool,
    /// Its first use, where it was used.
    pub used: Option<FirstUse>,
}

/// A signature for a refresh token, as far as there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The device has no key, so there is nothing to sign with.
    NotNeeded,
    /// It is needed, and is not there or not the device's.
    Wrong,
    /// It is the device's.
    Good(Signed),
}

/// The use of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// Its first: it is answered with the next token.
    First,
    /// The answer to its first use was lost: it is answered with another one, and the first is void.
    Again,
    /// It had been used by whoever cannot sign for it: its session ends.
    Stolen,
    /// It had been used, and the device signs for another exchange: there are two of it, from one file.
    Copied,
    /// The signature is not the device's.
    Unsigned,
    /// The signature is of another time, or not of a later one than before.
    WrongTime,
    /// Its session has ended.
    Over,
}

/// The use of a sign-in code that was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeUse {
    /// The answer to its first use was lost: it is answered again.
    Again,
    /// It is somebody else's, or its time is over.
    Invalid,
    /// The signature is not of a later time than before: it may have been overheard.
    WrongTime,
}

/// The claim of a copy for which a device was made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimUse {
    /// The answer was lost: it is answered again.
    Again,
    /// The answer has arrived.
    Over,
    /// The signature is not of a later time than before: it may have been overheard.
    WrongTime,
}

impl Signed {
    /// Returns whether it was signed about now.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        is_recent(self.at, now)
    }
}

/// Returns whether something was signed about now.
pub fn is_recent(signed_at: Timestamp, now: Timestamp) -> bool {
    now.millis().abs_diff(signed_at.millis()) <= MAX_CLOCK_SKEW_MS.unsigned_abs()
}

impl ShownToken {
    /// Returns what becomes of the token.
    ///
    /// A second use by whoever does not sign for it ends its session at once. Whoever signs for the same exchange, later than
    /// before and within [`GRACE_MS`], while what was answered first lies unused, gets another answer. Bytes that were overheard
    /// are no such thing, as their time is not later.
    pub fn shown_with(self, signature: Signature, now: Timestamp) -> TokenUse {
        match (self.used, signature) {
            (Some(_), Signature::Good(_)) | (None, _) if self.is_over => TokenUse::Over,
            (Some(_), Signature::NotNeeded | Signature::Wrong) => TokenUse::Stolen,
            (None, Signature::Wrong) => TokenUse::Unsigned,
            (_, Signature::Good(signed)) if !signed.is_recent(now) => TokenUse::WrongTime,
            (None, Signature::NotNeeded | Signature::Good(_)) => TokenUse::First,
            (Some(used), Signature::Good(signed)) if signed.is_same_request => match signed.at <= used.signed_at {
                true => TokenUse::WrongTime,
                false if used.is_answerable(now) => TokenUse::Again,
                false => TokenUse::Copied,
            },
            (Some(_), Signature::Good(_)) => TokenUse::Copied,
        }
    }
}

impl FirstUse {
    /// Returns what becomes of a sign-in code that was used, where somebody signs for it `about now`.
    ///
    /// Whoever has the code alone gets nothing: it takes the device whose session began with it, which `is_on` still.
    pub fn code_with(self, is_same_device: bool, signed: Signed, is_on: bool, now: Timestamp) -> CodeUse {
        if !is_same_device || !signed.is_same_request || !is_on || !self.is_recent(now) {
            CodeUse::Invalid
        } else if signed.at <= self.signed_at {
            CodeUse::WrongTime
        } else if self.is_answer_unused {
            CodeUse::Again
        } else {
            // The first answer arrived.
            CodeUse::Invalid
        }
    }

    /// Returns what becomes of the claim of a copy, for which a device was made, where it is signed once more.
    pub fn claim_signed(self, at: Timestamp) -> ClaimUse {
        if at <= self.signed_at {
            ClaimUse::WrongTime
        } else if self.is_answer_unused {
            ClaimUse::Again
        } else {
            ClaimUse::Over
        }
    }

    fn is_answerable(&self, now: Timestamp) -> bool {
        self.is_recent(now) && self.is_answer_unused
    }

    fn is_recent(&self, now: Timestamp) -> bool {
        now.millis() - self.at.millis() <= GRACE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_772_452_800_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(NOW + millis)
    }

    fn used(ago: i64, is_answer_unused: bool) -> FirstUse {
        FirstUse { at: at(-ago), signed_at: at(-ago), is_answer_unused }
    }

    fn good(millis: i64, is_same_request: bool) -> Signature {
        Signature::Good(Signed { at: at(millis), is_same_request })
    }

    #[test]
    fn a_token_is_used_once_and_answered_until_the_answer_is_used() {
        let fresh = ShownToken { is_over: false, used: None };
        let lost = ShownToken { used: Some(used(1000, true)), ..fresh };
        let arrived = ShownToken { used: Some(used(1000, false)), ..fresh };
        let old = ShownToken { used: Some(used(GRACE_MS + 1, true)), ..fresh };
        let over = |token| ShownToken { is_over: true, ..token };
        for (what, token, signature, expected) in [
            ("first", fresh, good(0, false), TokenUse::First),
            ("first, without a key", fresh, Signature::NotNeeded, TokenUse::First),
            ("first, by a stranger", fresh, Signature::Wrong, TokenUse::Unsigned),
            ("first, with a wrong clock", fresh, good(MAX_CLOCK_SKEW_MS + 1, false), TokenUse::WrongTime),
            ("lost", lost, good(0, true), TokenUse::Again),
            ("lost, and overheard", lost, good(-1000, true), TokenUse::WrongTime),
            ("lost, with a wrong clock", lost, good(MAX_CLOCK_SKEW_MS + 1, true), TokenUse::WrongTime),
            ("lost, and asked for too late", old, good(0, true), TokenUse::Copied),
            ("arrived", arrived, good(0, true), TokenUse::Copied),
            ("another exchange", lost, good(0, false), TokenUse::Copied),
            ("another exchange, with a wrong clock", lost, good(-MAX_CLOCK_SKEW_MS - 1, false), TokenUse::WrongTime),
            ("stolen", lost, Signature::Wrong, TokenUse::Stolen),
            ("stolen, without a key", arrived, Signature::NotNeeded, TokenUse::Stolen),
            ("over", over(fresh), good(0, false), TokenUse::Over),
            ("over, and unsigned", over(fresh), Signature::Wrong, TokenUse::Over),
            ("over, and lost", over(lost), good(0, true), TokenUse::Over),
            ("over, and overheard", over(lost), good(-1000, true), TokenUse::Over),
            ("over, and stolen", over(lost), Signature::Wrong, TokenUse::Stolen),
        ] {
            assert_eq!(token.shown_with(signature, at(0)), expected, "{what}");
        }
    }

    #[test]
    fn a_code_is_answered_again_to_the_device_that_used_it() {
        let signed = |millis, is_same_request| Signed { at: at(millis), is_same_request };
        for (what, code, is_same_device, signed, is_on, expected) in [
            ("lost", used(1000, true), true, signed(0, true), true, CodeUse::Again),
            ("somebody else", used(1000, true), false, signed(0, true), true, CodeUse::Invalid),
            ("another exchange", used(1000, true), true, signed(0, false), true, CodeUse::Invalid),
            ("overheard", used(1000, true), true, signed(-1000, true), true, CodeUse::WrongTime),
            ("arrived", used(1000, false), true, signed(0, true), true, CodeUse::Invalid),
            ("ended since", used(1000, true), true, signed(0, true), false, CodeUse::Invalid),
            ("too late", used(GRACE_MS + 1, true), true, signed(0, true), true, CodeUse::Invalid),
        ] {
            assert_eq!(code.code_with(is_same_device, signed, is_on, at(0)), expected, "{what}");
        }
    }

    #[test]
    fn a_claim_is_answered_again_until_its_answer_is_used() {
        assert_eq!(used(1000, true).claim_signed(at(0)), ClaimUse::Again);
        assert_eq!(used(1000, true).claim_signed(at(-1000)), ClaimUse::WrongTime);
        assert_eq!(used(1000, false).claim_signed(at(0)), ClaimUse::Over);
    }
}
