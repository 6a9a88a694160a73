//! Decides how a device is brought up to date.

use crate::Position;

/// How a device with a given cursor catches up with a document's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// It has everything.
    Current,
    /// It needs the entries after this sequence number.
    Entries {
        /// The last entry it has.
        after: u64,
    },
    /// It needs the stored snapshot and the entries after it.
    Snapshot,
    /// It has more than the server: the server was restored from a backup.
    Ahead {
        /// The last entry the server still has.
        after: u64,
    },
}

impl CatchUp {
    /// Entries below this number are sent one by one even where a snapshot would do: they are small and the
    /// device keeps what it has.
    const CHEAP_TAIL_ENTRIES: u64 = 256;

    /// Decides from three numbers, so that nothing needs to be loaded to say “you are current”.
    ///
    /// `cursor` is what the device holds (`None`: nothing), `head` where the log is, `snapshot` the sequence number
    /// of the stored snapshot of the present generation (0 where there is none and the generation starts at
    /// genesis).
    pub fn decide(cursor: Option<Position>, head: Position, snapshot: u64) -> Self {
        match cursor {
            Some(cursor) if cursor == head => Self::Current,
            Some(cursor) if cursor.generation == head.generation && cursor.sequence > head.sequence => {
                Self::Ahead { after: head.sequence }
            }
            Some(cursor) if cursor.generation > head.generation => Self::Ahead { after: head.sequence },
            Some(cursor)
                if cursor.generation == head.generation
                    && (cursor.sequence >= snapshot || head.sequence - cursor.sequence <= Self::CHEAP_TAIL_ENTRIES) =>
            {
                Self::Entries { after: cursor.sequence }
            }
            _ if head.generation == Position::GENESIS.generation && snapshot == 0 => Self::Entries { after: 0 },
            _ => Self::Snapshot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_gets_exactly_what_it_lacks() {
        let at = |generation, sequence| Position { generation, sequence };
        for (cursor, head, snapshot, expected) in [
            (Some(at(1, 5)), at(1, 5), 0, CatchUp::Current),
            (Some(at(1, 3)), at(1, 5), 0, CatchUp::Entries { after: 3 }),
            (None, at(1, 5), 0, CatchUp::Entries { after: 0 }),
            (None, at(1, 2000), 1990, CatchUp::Snapshot),
            (Some(at(1, 10)), at(1, 2000), 1990, CatchUp::Snapshot),
            (Some(at(1, 1995)), at(1, 2000), 1990, CatchUp::Entries { after: 1995 }),
            (Some(at(1, 1900)), at(1, 2000), 1990, CatchUp::Entries { after: 1900 }),
            (Some(at(1, 5)), at(2, 0), 0, CatchUp::Snapshot),
            (Some(at(1, 9)), at(1, 5), 0, CatchUp::Ahead { after: 5 }),
            (Some(at(2, 0)), at(1, 5), 0, CatchUp::Ahead { after: 5 }),
        ] {
            assert_eq!(CatchUp::decide(cursor, head, snapshot), expected, "{cursor:?} {head:?} {snapshot}");
        }
    }
}
