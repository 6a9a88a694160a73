//! A ZIP file of a few entries, stored as they are: what is in an export is small, and every system can open it.

/// The first of January 1980, the only date that needs no clock: MS-DOS counts from there.
const DATE: u16 = 0x21;

/// The version of the format that is needed to read it: 2.0.
const VERSION: u16 = 20;

/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;

/// A ZIP file that is being made.
#[derive(Default)]
pub(super) struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

/// The file would be larger than the format allows.
#[derive(Debug)]
pub(super) struct TooLarge;

impl Zip {
    /// Adds an entry.
    pub(super) fn add(&mut self, name: &str, content: &[u8]) -> Result<(), TooLarge> {
        let offset = u32::try_from(self.bytes.len()).map_err(|_| TooLarge)?;
        let size = u32::try_from(content.len()).map_err(|_| TooLarge)?;
        let name_length = u16::try_from(name.len()).map_err(|_| TooLarge)?;
        let mut common = Vec::with_capacity(26);
        for word in [VERSION, FLAGS, 0, 0, DATE] {
            common.extend(word.to_le_bytes());
        }
        for double in [crc32(content), size, size] {
            common.extend(double.to_le_bytes());
        }
        common.extend(name_length.to_le_bytes());
        common.extend([0; 2]);

        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&common);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(content);

        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&common);
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count = self.count.checked_add(1).ok_or(TooLarge)?;
        Ok(())
    }

    /// The whole file.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, TooLarge> {
        let offset = u32::try_from(self.bytes.len()).map_err(|_| TooLarge)?;
        let size = u32::try_from(self.directory.len()).map_err(|_| TooLarge)?;
        self.bytes.append(&mut self.directory);
        self.bytes.extend(b"PK\x05\x06");
        self.bytes.extend([0; 4]);
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(size.to_le_bytes());
        self.bytes.extend(offset.to_le_bytes());
        self.bytes.extend([0; 2]);
        Ok(self.bytes)
    }
}

/// CRC-32 as in ISO 3309, four bits at a time.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = table();
    let step = |crc: u32, nibble: u32| {
        let index = (crc ^ nibble) & 15;
        TABLE.get(index as usize).copied().unwrap_or(0) ^ (crc >> 4)
    };
    let crc = bytes.iter().fold(!0, |crc, &byte| step(step(crc, byte.into()), u32::from(byte) >> 4));
    !crc
}

#[expect(clippy::indexing_slicing, reason = "the index is below 16, and this runs while compiling")]
const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut index = 0;
    while index < 16 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn the_directory_points_at_the_entries() {
        let mut zip = Zip::default();
        zip.add("a.json", b"{}").unwrap();
        zip.add("b.json", b"[1]").unwrap();
        let bytes = zip.finish().unwrap();
        let end = bytes.len() - 22;
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let directory = word(end + 16);
        assert_eq!(&bytes[directory..directory + 4], b"PK\x01\x02");
        assert_eq!(directory + word(end + 12), end);
        let second = directory + 46 + "a.json".len();
        let entry = word(second + 42);
        assert_eq!(&bytes[entry..entry + 4], b"PK\x03\x04");
        assert_eq!(&bytes[entry + 30..entry + 39], b"b.json[1]");
    }
}
