//! The server's knowledge of a connected device and one document: how far it was brought, and what it has beyond.

use crate::{Claim, Position};

/// How far a connected device is with a document.
#[derive(Debug, Default)]
pub struct DeliveryState {
    /// How far it has been brought; `None` where it was not asked for yet.
    sent: Option<Position>,
    /// What it has beyond the log, where it has.
    ahead: Option<Box<Ahead>>,
}

/// What a device has beyond the log.
#[derive(Debug)]
struct Ahead {
    claim: Claim,
    /// The end of the log behind which it was last asked for entries.
    asked: u64,
    /// True when it has answered that.
    is_answered: bool,
}

/// The outcome of looking what a device lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// How far the device is when it has what it is sent; `None` where there is no such document.
    pub reached: Option<Position>,
    /// The device has more than the log, which ends here.
    pub ahead_of: Option<u64>,
}

/// The things to do with new entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Send them: they follow.
    Send,
    /// Leave them: the device has them, or does not follow the document.
    Skip,
    /// Look what the device lacks.
    CatchUp,
}

impl DeliveryState {
    /// A device that was brought this far.
    pub fn new(sent: Option<Position>) -> Self {
        Self { sent, ahead: None }
    }

    /// A device that has greeted with a claim, and what came of it.
    pub fn greeted(claim: Option<Claim>, delivered: Delivered) -> Self {
        let ahead = claim.zip(delivered.ahead_of).map(|(claim, asked)| Ahead { claim, asked, is_answered: false });
        Self { sent: delivered.reached, ahead: ahead.map(Box::new) }
    }

    /// Returns how far the device is: where it says, or where it was brought.
    pub fn claim(&self) -> Option<Claim> {
        self.ahead.as_ref().map(|ahead| ahead.claim).or(self.sent.map(Claim::from))
    }

    /// Returns whether the device has more than the log, as far as is known.
    pub fn is_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// The end of the log behind which the device has brought all it could.
    pub fn answered(&self) -> Option<u64> {
        self.ahead.as_ref().filter(|ahead| ahead.is_answered).map(|ahead| ahead.asked)
    }

    /// The device has answered what it was asked.
    pub fn has_answered(&mut self) {
        self.ahead.iter_mut().for_each(|ahead| ahead.is_answered = true);
    }

    /// Notes what comes of looking; false where it is a question that is under way and must not be asked twice.
    pub fn take(&mut self, delivered: Delivered) -> bool {
        match (&mut self.ahead, delivered.ahead_of) {
            (Some(ahead), Some(end)) if ahead.asked == end => return false,
            (Some(ahead), Some(end)) => (ahead.asked, ahead.is_answered) = (end, false),
            _ => *self = Self::greeted(self.claim(), delivered),
        }
        true
    }

    /// Returns what to do with new entries, from the first of which on the device is brought to `reached`.
    pub fn next(&mut self, first: u64, reached: Position) -> Delivery {
        if self.is_ahead() {
            return Delivery::CatchUp;
        }
        let Some(sent) = &mut self.sent else { return Delivery::Skip };
        if reached <= *sent {
            Delivery::Skip
        } else if reached.generation == sent.generation && first <= sent.sequence + 1 {
            *sent = reached;
            Delivery::Send
        } else {
            Delivery::CatchUp
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sent_where_they_follow() {
        let at = |generation, sequence| Position { generation, sequence };
        let mut device = DeliveryState::new(Some(at(1, 5)));
        assert_eq!(device.next(4, at(1, 5)), Delivery::Skip);
        assert_eq!(device.next(5, at(1, 7)), Delivery::Send);
        assert_eq!(device.claim(), Some(Claim::from(at(1, 7))));
        assert_eq!(device.next(9, at(1, 9)), Delivery::CatchUp, "there is a gap");
        assert_eq!(device.next(1, at(2, 1)), Delivery::CatchUp, "another generation");
        assert_eq!(DeliveryState::new(None).next(1, at(1, 1)), Delivery::Skip);
    }

    #[test]
    fn a_device_that_is_ahead_is_asked_once_for_each_end_of_the_log() {
        let delivered = |end| Delivered { reached: None, ahead_of: Some(end) };
        let claim = Claim::from(Position { generation: 1, sequence: 9 });
        let mut device = DeliveryState::greeted(Some(claim), delivered(5));
        assert_eq!((device.claim(), device.answered(), device.is_ahead()), (Some(claim), None, true));
        assert!(!device.take(delivered(5)), "it is asked already");
        device.has_answered();
        assert_eq!(device.answered(), Some(5));
        assert!(device.take(delivered(7)) && device.answered().is_none(), "others have brought some");
        assert_eq!(device.next(8, Position { generation: 1, sequence: 8 }), Delivery::CatchUp);
        let log = Position { generation: 1, sequence: 8 };
        assert!(device.take(Delivered { reached: Some(log), ahead_of: None }));
        assert_eq!((device.claim(), device.is_ahead()), (Some(Claim::from(log)), false));
    }
}
