use super::Reader;

/// A column of a table, as the table's head names it.
pub(super) struct Column {
    pub(super) specification: u64,
    pub(super) length: u64,
}

impl Column {
    pub(super) fn is_deflated(&self) -> bool {
        self.specification & 0b1000 != 0
    }

    /// Returns how many rows the column stands for; in a column of groups, how many rows those have together.
    ///
    /// `None` where the column ends in the middle of something.
    pub(super) fn rows(&self, data: &[u8]) -> Option<u64> {
        let mut rest = Reader::new(data);
        match self.specification & 0b111 {
            0 => groups(&mut rest),
            3 => runs(&mut rest, |rest| rest.signed().map(drop)),
            4 => booleans(&mut rest),
            5 => runs(&mut rest, |rest| rest.prefixed().map(drop)),
            // The values themselves, one behind the other; what they are is in a column of their own.
            7 => Some(0),
            _ => runs(&mut rest, |rest| rest.unsigned().map(drop)),
        }
    }
}

/// Runs: so many times one value, so many different values, or so many times none.
fn runs(rest: &mut Reader<'_>, value: impl Fn(&mut Reader<'_>) -> Option<()>) -> Option<u64> {
    let mut rows = 0_u64;
    while !rest.is_empty() {
        let length = match rest.signed()? {
            0 => rest.unsigned()?,
            length if length > 0 => {
                value(rest)?;
                length.unsigned_abs()
            }
            length => {
                (0..length.unsigned_abs()).try_for_each(|_| value(rest))?;
                length.unsigned_abs()
            }
        };
        rows = rows.checked_add(length)?;
    }
    Some(rows)
}

fn groups(rest: &mut Reader<'_>) -> Option<u64> {
    let mut rows = 0_u64;
    let mut members = 0_u64;
    while !rest.is_empty() {
        let length = match rest.signed()? {
            0 => rest.unsigned()?,
            length if length > 0 => {
                members = members.checked_add(rest.unsigned()?.checked_mul(length.unsigned_abs())?)?;
                length.unsigned_abs()
            }
            length => {
                for _ in 0..length.unsigned_abs() {
                    members = members.checked_add(rest.unsigned()?)?;
                }
                length.unsigned_abs()
            }
        };
        rows = rows.checked_add(length)?;
    }
    Some(rows.max(members))
}

/// Returns how many times no, how many times yes, in turn.
fn booleans(rest: &mut Reader<'_>) -> Option<u64> {
    let mut rows = 0_u64;
    while !rest.is_empty() {
        rows = rows.checked_add(rest.unsigned()?)?;
    }
    Some(rows)
}
