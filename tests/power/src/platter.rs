//! The disk that is left of a directory when the power goes.
//!
//! The disk that is modelled keeps what was synced and promises nothing else. What was written since may be there or
//! not, in any part of its sectors of 512 bytes and in any order; so may a change of size, and what a file was made
//! longer by may be zeros or whatever lay there before. Names that were given or taken since the directory was synced
//! may be there or not. One thing it does promise, as SQLite assumes of every disk on Unix: bytes outside of what was
//! being written stay what they were (`SQLITE_IOCAP_POWERSAFE_OVERWRITE`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;

use crate::disk::{Event, Inode};

/// How much a disk keeps whole.
const SECTOR: usize = 512;

/// The outcome of that which was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Nothing of it is there.
    Nothing,
    /// All of it is there.
    Everything,
    /// Any of its sectors are there.
    Sectors,
    /// The later half of it is there, the earlier is not.
    Later,
    /// It is there up to the middle of a write, and what comes after is not.
    Torn,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Nothing, Self::Everything, Self::Sectors, Self::Later, Self::Torn];
}

/// The disk at one moment.
pub(crate) struct Platter<'a> {
    events: &'a [Event],
    at: usize,
    files: BTreeMap<Inode, Content<'a>>,
    names: BTreeMap<String, Inode>,
    /// Names that were given and taken since the directory was synced.
    renamed: Vec<&'a Event>,
}

/// One file: what is kept, and what was done to it since.
#[derive(Default)]
struct Content<'a> {
    kept: Vec<u8>,
    since: Vec<&'a Event>,
}

impl<'a> Platter<'a> {
    pub(crate) fn new(events: &'a [Event]) -> Self {
        Self { events, at: 0, files: BTreeMap::new(), names: BTreeMap::new(), renamed: Vec::new() }
    }

    /// Goes on to a later moment.
    pub(crate) fn advance(&mut self, to: usize) {
        for event in self.events.iter().take(to).skip(self.at) {
            match event {
                Event::Name(..) | Event::Unname(_) => self.renamed.push(event),
                Event::Write(inode, ..) | Event::Truncate(inode, _) => {
                    self.files.entry(*inode).or_default().since.push(event);
                }
                Event::Sync(inode) => {
                    let file = self.files.entry(*inode).or_default();
                    file.since.drain(..).for_each(|event| apply(event, &mut file.kept));
                }
                Event::SyncNames => self.renamed.drain(..).for_each(|event| rename(event, &mut self.names)),
            }
        }
        self.at = self.at.max(to);
    }

    /// Writes into an empty directory what is left when the power goes now.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn leave(&self, policy: Policy, rng: &mut Rng, directory: &Path) -> std::io::Result<()> {
        let mut names = self.names.clone();
        for event in &self.renamed {
            let is_there = match policy {
                Policy::Nothing => false,
                Policy::Everything => true,
                Policy::Sectors | Policy::Later | Policy::Torn => rng.bool(),
            };
            if is_there {
                rename(event, &mut names);
            }
        }
        for (name, inode) in names {
            let content = self.files.get(&inode).map(|file| file.left(policy, rng)).unwrap_or_default();
            fs::write(directory.join(name), content)?;
        }
        Ok(())
    }
}

impl Content<'_> {
    fn left(&self, policy: Policy, rng: &mut Rng) -> Vec<u8> {
        let mut left = self.kept.clone();
        let since = self.since.as_slice();
        match policy {
            Policy::Nothing => {}
            Policy::Everything => since.iter().for_each(|event| apply(event, &mut left)),
            Policy::Later => since.iter().skip(since.len().div_ceil(2)).for_each(|event| apply(event, &mut left)),
            Policy::Sectors => {
                since.iter().for_each(|event| apply_sectors(event, &mut left, rng));
                grow_without_content(since, &mut left, rng);
            }
            Policy::Torn => {
                let torn = rng.usize(..=since.len());
                since.iter().take(torn).for_each(|event| apply(event, &mut left));
                if let Some(Event::Write(_, offset, bytes)) = since.get(torn) {
                    let (there, _) = bytes.split_at(rng.usize(..=bytes.len()));
                    write(&mut left, *offset, there);
                }
            }
        }
        left
    }
}

fn apply(event: &Event, content: &mut Vec<u8>) {
    match event {
        Event::Write(_, offset, bytes) => write(content, *offset, bytes),
        Event::Truncate(_, size) => content.resize(length(*size), 0),
        _ => {}
    }
}

/// Each sector by itself, and a change of size by itself.
fn apply_sectors(event: &Event, content: &mut Vec<u8>, rng: &mut Rng) {
    let Event::Write(_, offset, bytes) = event else {
        if rng.bool() {
            apply(event, content);
        }
        return;
    };
    let mut at = *offset;
    let mut rest = bytes.as_ref();
    while !rest.is_empty() {
        let room = SECTOR - length(at) % SECTOR;
        let (sector, others) = rest.split_at(room.min(rest.len()));
        if rng.bool() {
            write(content, at, sector);
        }
        (at, rest) = (at + sector.len() as u64, others);
    }
}

/// A file may have been made longer without that what was written there is.
fn grow_without_content(since: &[&Event], content: &mut Vec<u8>, rng: &mut Rng) {
    let Some(Event::Write(_, offset, bytes)) = rng.choice(since) else { return };
    let end = length(*offset) + bytes.len();
    if end > content.len() && rng.bool() {
        let is_zero = rng.bool();
        let missing = end - content.len();
        content.extend((0..missing).map(|_| if is_zero { 0 } else { rng.u8(..) }));
    }
}

fn write(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let start = length(offset);
    if content.len() < start + bytes.len() {
        content.resize(start + bytes.len(), 0);
    }
    if let Some(place) = content.get_mut(start..start + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

fn rename(event: &Event, names: &mut BTreeMap<String, Inode>) {
    match event {
        Event::Name(name, inode) => drop(names.insert(name.clone(), *inode)),
        Event::Unname(name) => drop(names.remove(name)),
        _ => {}
    }
}

fn length(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Files = BTreeMap<String, Vec<u8>>;

    /// A file of two sectors that is on the disk, and what is done after that: both are written anew and a third is
    /// begun, it is cut, and another file takes the place of one that is deleted.
    fn events() -> Vec<Event> {
        let write = |inode, offset, byte: u8, length| Event::Write(inode, offset, vec![byte; length].into());
        vec![
            Event::Name("kept".into(), 1),
            write(1, 0, b'a', 2 * SECTOR),
            Event::Name("gone".into(), 2),
            write(2, 0, b'g', 10),
            Event::Sync(1),
            Event::Sync(2),
            Event::SyncNames,
            write(1, 0, b'b', 2 * SECTOR),
            write(1, 2 * SECTOR as u64, b'c', 100),
            Event::Unname("gone".into()),
            Event::Name("new".into(), 3),
            write(3, 0, b'n', 10),
        ]
    }

    fn left(at: usize, policy: Policy, seed: u64) -> Files {
        let events = events();
        let directory = crate::room::room();
        let mut platter = Platter::new(&events);
        platter.advance(at);
        platter.leave(policy, &mut Rng::with_seed(seed), directory.path()).unwrap();
        let files = fs::read_dir(directory.path()).unwrap().map(Result::unwrap);
        files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
    }

    #[test]
    fn what_was_synced_is_there_and_nothing_else_is_promised() {
        for (at, seed) in (7..=12).flat_map(|at| (0..50).map(move |seed| (at, seed))) {
            for policy in Policy::ALL {
                let files = left(at, policy, seed);
                let kept = &files["kept"];
                assert!(kept.len() >= 2 * SECTOR, "{policy:?}");
                assert!(kept[..2 * SECTOR].iter().all(|byte| b"ab".contains(byte)), "{policy:?}: never anything else");
                if at < 8 || policy == Policy::Nothing {
                    assert_eq!(*kept, vec![b'a'; 2 * SECTOR]);
                    assert_eq!(files["gone"], b"gggggggggg");
                }
            }
            assert_eq!(left(at, Policy::Everything, seed).contains_key("gone"), at < 10);
        }
    }

    #[test]
    fn before_a_sync_nothing_is_promised_at_all() {
        assert!(left(6, Policy::Nothing, 0).is_empty(), "no name is on the disk");
        assert!((0..50).any(|seed| left(6, Policy::Sectors, seed).len() == 1), "or any");
    }

    #[test]
    fn whatever_can_be_left_sometimes_is() {
        let whole = vec![b'b'; 2 * SECTOR];
        let half = [vec![b'a'; SECTOR], vec![b'b'; SECTOR]].concat();
        let some = |policy, is_so: &dyn Fn(&Files) -> bool| {
            assert!((0..200).any(|seed| is_so(&left(12, policy, seed))), "{policy:?}");
        };
        some(Policy::Sectors, &|files| files["kept"] == half);
        some(Policy::Sectors, &|files| files["kept"].starts_with(&whole) && files["kept"].len() > 2 * SECTOR);
        some(Policy::Sectors, &|files| files["kept"].len() == 2 * SECTOR + 100 && files["kept"][2 * SECTOR] == 0);
        some(Policy::Torn, &|files| files["kept"][0] == b'b' && files["kept"][2 * SECTOR - 1] == b'a');
        some(Policy::Later, &|files| files["kept"][0] == b'a' && files["kept"].len() > 2 * SECTOR);
        some(Policy::Torn, &|files| files.contains_key("gone") && files.contains_key("new"));
        some(Policy::Torn, &|files| !files.contains_key("gone") && !files.contains_key("new"));
    }
}
