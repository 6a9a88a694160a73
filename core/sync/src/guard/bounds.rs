//! Counts from its bytes how much a document would become, before Automerge makes it.
//!
//! A saved document is columns of runs: a hundred bytes can stand for three million operations, and deflate packs
//! them once more. Counting the runs costs nothing, and bounds both the memory and the time of the real parser. The
//! format is <https://automerge.org/automerge-binary-format-spec/>; what is counted is only how many rows there
//! are, never what they mean.

mod column;
mod reader;

use std::io::Read;

use flate2::bufread::DeflateDecoder;

use column::Column;
use reader::Reader;

/// The first bytes of every chunk.
const MAGIC: &[u8] = &[0x85, 0x6f, 0x4a, 0x83];

/// The most bytes behind deflate, whatever they come in. They are in memory while they are counted.
const MAX_INFLATED_BYTES: usize = 16 << 20;

/// So many rows any bytes may become, however few they are: a document of one letter again and again is honest too.
const MAX_ROWS: u64 = 400_000;

/// The sizes that bytes may become: rows of operations and changes, and bytes behind deflate.
pub(super) struct Budget {
    rows: u64,
    inflated: usize,
}

impl Budget {
    /// Returns what so many bytes of an honest document never come to.
    ///
    /// A letter is one row and takes at least a third of a byte in texts that people write; a small document may be
    /// denser.
    pub(super) fn of(bytes: usize) -> Self {
        let size = bytes as u64;
        Self {
            rows: size.saturating_mul(8).saturating_add(MAX_ROWS).min(2_000_000),
            inflated: bytes.saturating_mul(32).saturating_add(8 << 20).min(MAX_INFLATED_BYTES),
        }
    }

    /// Takes what these bytes would become; `None` where that is too much, or where they are no chunks at all.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = Reader::new(bytes);
        while !rest.is_empty() {
            let magic = rest.take(MAGIC.len() as u64)?;
            let _checksum = rest.take(4)?;
            let kind = rest.byte()?;
            let length = rest.unsigned()?;
            let contents = rest.take(length)?;
            match kind {
                _ if magic != MAGIC => return None,
                0 => self.document(contents)?,
                1 => self.change(contents)?,
                2 => {
                    let inflated = self.inflate(contents)?;
                    self.change(&inflated)?;
                }
                _ => return None,
            }
        }
        Some(())
    }

    fn document(&mut self, contents: &[u8]) -> Option<()> {
        let mut rest = Reader::new(contents);
        rest.actors()?;
        rest.hashes()?;
        let changes = rest.columns()?;
        let operations = rest.columns()?;
        self.table(&mut rest, &changes)?;
        self.table(&mut rest, &operations)
    }

    fn change(&mut self, contents: &[u8]) -> Option<()> {
        let mut rest = Reader::new(contents);
        rest.hashes()?;
        rest.prefixed()?;
        let _sequence = rest.unsigned()?;
        let _first = rest.unsigned()?;
        let _time = rest.signed()?;
        let _message = rest.prefixed()?;
        rest.actors()?;
        let operations = rest.columns()?;
        self.table(&mut rest, &operations)
    }

    /// A table has as many rows as its longest column.
    fn table(&mut self, rest: &mut Reader<'_>, columns: &[Column]) -> Option<()> {
        let mut rows = 0;
        for column in columns {
            let data = rest.take(column.length)?;
            rows = rows.max(match column.is_deflated() {
                true => column.rows(&self.inflate(data)?)?,
                false => column.rows(data)?,
            });
        }
        self.rows = self.rows.checked_sub(rows)?;
        Some(())
    }

    fn inflate(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        let mut inflated = Vec::new();
        let most = (self.inflated as u64).saturating_add(1);
        DeflateDecoder::new(data).take(most).read_to_end(&mut inflated).ok()?;
        self.inflated = self.inflated.checked_sub(inflated.len())?;
        Some(inflated)
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{Automerge, ObjType, ROOT};
    use flate2::Compression;
    use flate2::bufread::DeflateEncoder;
    use sha2::{Digest, Sha256};

    use super::*;

    fn take(bytes: &[u8]) -> Option<()> {
        Budget::of(bytes.len()).take(bytes)
    }

    #[test]
    fn honest_documents_are_within_the_bounds() {
        let mut document = Automerge::new();
        for round in 0..40_u64 {
            let mut transaction = document.transaction();
            let thing = transaction.put_object(ROOT, format!("thing {round}"), ObjType::Map).unwrap();
            let text = transaction.put_object(&thing, "text", ObjType::Text).unwrap();
            // As dense as it gets: the same letter again and again, then all of it deleted.
            transaction.splice_text(&text, 0, 0, &"a".repeat(2000)).unwrap();
            transaction.put(&thing, "number", round).unwrap();
            transaction.put(&thing, "is_done", round % 2 == 0).unwrap();
            transaction.commit_with(CommitOptions::default().with_message("a message").with_time(round as i64));
            let mut transaction = document.transaction();
            transaction.splice_text(&text, 0, 2000, "").unwrap();
            transaction.commit();
        }
        assert_eq!(take(&document.save()), Some(()));
        assert_eq!(take(&document.save_nocompress()), Some(()));
        let changes = document.get_changes(&[]);
        assert_eq!(changes.len(), 80);
        for mut change in changes {
            assert_eq!(take(change.raw_bytes()), Some(()));
            assert_eq!(take(&change.bytes()), Some(()), "compressed");
        }
    }

    #[test]
    fn bytes_that_claim_millions_of_operations_are_refused() {
        for claimed in [3_000_000, i64::MAX] {
            let change = change(&[(0x42, runs(claimed, 1)), (0x56, runs(claimed, 0))]);
            assert!(change.len() < 150, "{}", change.len());
            assert_eq!(take(&change), None);
        }
        assert_eq!(take(&change(&[(0x34, vec![0x7f, 0xff, 0xff, 0xff, 0xff])])), None, "cut off in the middle");
        assert_eq!(take(&change(&[(0x42, runs(30, 1))])), Some(()));
        let members = change(&[(0x70, [runs(1, 1), runs(1000, 1 << 40)].concat())]);
        assert_eq!(take(&members), None, "groups with too many members");
    }

    #[test]
    fn what_deflate_blows_up_is_refused() {
        let mut packed = Vec::new();
        DeflateEncoder::new(&vec![0; 200 << 20][..], Compression::best()).read_to_end(&mut packed).unwrap();
        assert_eq!(take(&chunk(2, &packed)), None);
        assert_eq!(take(&change(&[(0x42 | 8, packed)])), None);
    }

    #[test]
    fn other_bytes_are_refused() {
        let whole = Automerge::new().save();
        assert_eq!(take(&whole), Some(()));
        for end in 1..whole.len() {
            assert_eq!(take(&whole[..end]), None, "{end}");
        }
        for bytes in [&b"no chunk"[..], &chunk(3, &[]), &chunk(9, &[]), &[0xff; 40]] {
            assert_eq!(take(bytes), None);
        }
    }

    fn runs(length: i64, value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut left = length;
        loop {
            let byte = (left & 0x7f) as u8;
            left >>= 7;
            if left == 0 && byte & 0x40 == 0 {
                bytes.push(byte);
                break;
            }
            bytes.push(byte | 0x80);
        }
        bytes.extend(unsigned(value));
        bytes
    }

    fn unsigned(mut number: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while number > 0x7f {
            bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    }

    /// A change by actor 1 with these columns.
    fn change(columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
        let mut contents = vec![0, 1, 1, 1, 1, 0, 0, 0];
        contents.extend(unsigned(columns.len() as u64));
        for (specification, data) in columns {
            contents.extend(unsigned(*specification));
            contents.extend(unsigned(data.len() as u64));
        }
        columns.iter().for_each(|(_, data)| contents.extend(data));
        chunk(1, &contents)
    }

    fn chunk(kind: u8, contents: &[u8]) -> Vec<u8> {
        let body = [vec![kind], unsigned(contents.len() as u64), contents.to_vec()].concat();
        [MAGIC, &Sha256::digest(&body)[..4], &body].concat()
    }
}
