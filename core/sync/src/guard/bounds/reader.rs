use super::Column;

/// Bytes, read from the front.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// An unsigned number of seven bits a byte (LEB128).
    pub(super) fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A signed number of seven bits a byte.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let is_negative = byte & 0x40 != 0 && shift < 57;
                return Some(if is_negative { number | (-1 << (shift + 7)) } else { number });
            }
        }
        None
    }

    /// Bytes behind their length.
    pub(super) fn prefixed(&mut self) -> Option<&'a [u8]> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// A list of actors behind its length.
    pub(super) fn actors(&mut self) -> Option<()> {
        let count = self.unsigned()?;
        // Every actor takes a byte at least, so a count that claims too much ends with the bytes.
        (0..count).try_for_each(|_| self.prefixed().map(drop))
    }

    /// A list of hashes behind its length.
    pub(super) fn hashes(&mut self) -> Option<()> {
        let count = self.unsigned()?;
        self.take(count.checked_mul(32)?).map(drop)
    }

    /// Returns what the columns of a table are, and how long.
    pub(super) fn columns(&mut self) -> Option<Vec<Column>> {
        let count = self.unsigned()?;
        let mut columns = Vec::new();
        for _ in 0..count {
            columns.push(Column { specification: self.unsigned()?, length: self.unsigned()? });
        }
        Some(columns)
    }
}
