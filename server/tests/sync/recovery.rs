//! A server that was restored from a backup, and phones that have more than it.

use kring_domain::{RefusalCode, Role};
use kring_server::auth::Caller;
use kring_server::documents::begin_recovery;
use kring_sync::{ChainHash, Cursor, DeviceFrame, Entry, Judgement, ServerFrame, Verdict};

use crate::harness::{Phone, Server, erase, idea};

#[tokio::test]
async fn what_the_server_lost_comes_back_from_a_phone_as_it_was() {
    let mut story = Story::play(10).await;
    story.lose(4, 600).await;
    let mut emine = story.phone(story.emine, 4).await;
    let mut linda = story.phone(story.linda, 10).await;
    assert_eq!(linda.frame().await, story.missing(4));
    linda.send(&story.entries(5..=10)).await;
    assert_eq!(emine.entries(6).await, story.entries[4..]);
    // A command that was answered before is answered the same, and is in the log once.
    linda.submit(story.server.circle(), vec![story.commands[7].clone()]).await;
    assert_eq!(linda.verdicts().await, [story.verdicts[7].clone()]);
    assert_eq!(story.server.stored(story.server.circle()).await, 10);
    // And all of that is durable.
    let server = story.server.restart().await;
    let mut late = server.phone(story.emine, vec![]).await;
    assert_eq!(late.entries(10).await, story.entries);
}

#[tokio::test]
async fn phones_that_have_a_part_each_bring_it_together() {
    let mut story = Story::play(9).await;
    story.lose(2, 600).await;
    // The one that is furthest joined late and has nothing before entry 7.
    let mut emine = story.phone(story.emine, 9).await;
    assert_eq!(emine.frame().await, story.missing(2));
    emine.send(&story.no_entries()).await;
    let mut linda = story.phone(story.linda, 6).await;
    assert_eq!(linda.frame().await, story.missing(2));
    linda.send(&story.entries(3..=6)).await;
    assert_eq!(emine.frame().await, story.missing(6), "it is asked again when there is something to go on from");
    emine.send(&story.entries(7..=9)).await;
    assert_eq!(linda.entries(3).await, story.entries[6..]);
    assert_eq!(story.server.stored(story.server.circle()).await, 9);
}

#[tokio::test]
async fn forged_entries_are_refused_and_the_log_stays_as_it_was() {
    let mut story = Story::play(6).await;
    story.lose(3, 600).await;
    let mut linda = story.phone(story.linda, 6).await;
    assert_eq!(linda.frame().await, story.missing(3));
    let forge = |index: usize, change: fn(&mut Entry)| {
        let mut entries = story.entries[3..].to_vec();
        change(&mut entries[index]);
        DeviceFrame::Entries { document: story.server.circle(), entries }
    };
    let forgeries = [
        forge(0, |entry| entry.change[20] ^= 1),
        forge(1, |entry| entry.person = kring_domain::PersonId::new(uuid::Uuid::nil())),
        forge(2, |entry| entry.signature[0] ^= 1),
        forge(2, |entry| entry.sequence = 9),
        forge(0, |entry| entry.role = "client".into()),
    ];
    for forgery in forgeries {
        linda.send(&forgery).await;
        assert_eq!(linda.frame().await, ServerFrame::Error { code: "invalid".into() });
        assert_eq!(story.server.stored(story.server.circle()).await, 3);
    }
    // Nor are they looked at from whom nobody asked.
    let mut emine = story.phone(story.emine, 3).await;
    emine.send(&story.entries(4..=6)).await;
    assert_eq!(emine.frame().await, ServerFrame::Error { code: "invalid".into() });
    assert_eq!(story.server.stored(story.server.circle()).await, 3);
    linda.send(&story.entries(4..=6)).await;
    assert_eq!(emine.entries(3).await, story.entries[3..]);
}

#[tokio::test]
async fn nothing_new_is_taken_until_the_recovery_ends() {
    let mut story = Story::play(6).await;
    story.lose(3, 600).await;
    let circle = story.server.circle();
    let mut emine = story.phone(story.emine, 3).await;
    let new = idea("nieuw");
    emine.submit(circle, vec![new.clone(), story.commands[1].clone()]).await;
    let recovering = Verdict::rejected(new.id, kring_domain::Refusal::new(RefusalCode::Recovering));
    assert_eq!(emine.verdicts().await, [recovering, story.verdicts[1].clone()], "answers that were given are given");
    // This one has more, and has not kept it.
    let mut linda = story.phone(story.linda, 6).await;
    assert_eq!(linda.frame().await, story.missing(3));
    linda.send(&story.no_entries()).await;
    linda.submit(circle, vec![new.clone()]).await;
    assert_eq!(linda.verdicts().await[0].code, Some(RefusalCode::Recovering));
    // The wait is over.
    story.server.change(|connection| connection.execute("UPDATE recovering SET ends_at = 1", []).map(drop)).await;
    story.server = story.server.restart().await;
    let mut emine = story.phone(story.emine, 3).await;
    emine.submit(circle, vec![new.clone()]).await;
    assert_eq!(emine.verdicts().await[0].sequence, Some(4));
    for (had, asked) in [(6, true), (4, false)] {
        let mut linda = story.phone(story.linda, had).await;
        if asked {
            assert_eq!(linda.frame().await, story.missing(4));
            linda.send(&story.no_entries()).await;
        }
        let ServerFrame::Snapshot { sequence: 0, replaces: true, chain_hash, .. } = linda.frame().await else {
            panic!("the log counts")
        };
        assert_eq!(chain_hash, Some(ChainHash::start(circle, 1)));
        let log = linda.entries(4).await;
        assert_eq!((&log[..3], log[3].command_id), (&story.entries[..3], new.id));
    }
    // What only the lost history had is submitted again under its id.
    let mut linda = story.phone(story.linda, 3).await;
    linda.entries(1).await;
    linda.submit(circle, story.commands[4..].to_vec()).await;
    let verdicts = linda.verdicts().await;
    assert_eq!(verdicts.iter().map(|verdict| verdict.sequence).collect::<Vec<_>>(), [Some(5), Some(6)]);
}

/// A phone that was not there while the log grew a new generation used to be sent it as if nothing had happened, and
/// what it had shared on the lost history was nowhere any more.
#[tokio::test]
async fn a_phone_on_a_lost_history_is_asked_for_its_edits() {
    let mut story = Story::play(6).await;
    story.lose(3, 0).await;
    let circle = story.server.circle();
    let mut emine = story.phone(story.emine, 3).await;
    emine.submit(circle, vec![erase(&story.commands[0])]).await;
    assert_eq!(emine.verdicts().await[0].generation, Some(2));
    for had in [6, 4, 3] {
        let mut linda = story.phone(story.linda, had).await;
        let ServerFrame::Snapshot { generation: 2, replaces: true, .. } = linda.frame().await else {
            panic!("the log counts")
        };
    }
}

/// A circle that was written by one phone, and lost.
struct Story {
    server: Server,
    linda: Caller,
    emine: Caller,
    commands: Vec<kring_sync::Submission>,
    verdicts: Vec<Verdict>,
    entries: Vec<Entry>,
}

impl Story {
    async fn play(count: usize) -> Self {
        let server = Server::start().await;
        let linda = server.somebody(Role::Member).await;
        let emine = server.somebody(Role::Client).await;
        let mut phone = server.phone(linda, vec![]).await;
        let commands: Vec<_> = (0..count).map(|number| idea(&format!("idee {number}"))).collect();
        let mut verdicts = Vec::new();
        for command in &commands {
            phone.submit(server.circle(), vec![command.clone()]).await;
            verdicts.extend(phone.verdicts().await);
        }
        assert!(verdicts.iter().all(|verdict| verdict.judgement == Judgement::Admitted));
        let entries = server.phone(emine, vec![]).await.entries(count).await;
        Self { server, linda, emine, commands, verdicts, entries }
    }

    /// The server is as it was after `kept` entries, and waits for what phones have.
    async fn lose(&mut self, kept: u64, seconds: u32) {
        let circle = self.server.circle();
        let chain_hash = self.link(kept);
        self.server
            .change(move |connection| {
                let kept = i64::try_from(kept).unwrap();
                let id = *circle.uuid().as_bytes();
                connection.execute("DELETE FROM entries WHERE document_id = ?1 AND sequence > ?2", (id, kept))?;
                connection.execute("DELETE FROM snapshots WHERE document_id = ?1", [id])?;
                let sql =
                    "UPDATE documents SET sequence = ?2, chain = ?3, snapshot_sequence = 0 WHERE document_id = ?1";
                connection.execute(sql, (id, kept, *chain_hash.as_bytes()))?;
                let sql = "INSERT INTO recovering (document_id, seconds) VALUES (?1, ?2)";
                connection.execute(sql, (id, seconds)).map(drop)
            })
            .await;
        let server = std::mem::replace(&mut self.server, Server::start().await);
        self.server = server.restart().await;
        begin_recovery(&self.server.app.store).await.unwrap();
    }

    fn link(&self, sequence: u64) -> ChainHash {
        let entries = self.entries.iter().take_while(|entry| entry.sequence <= sequence);
        entries.fold(ChainHash::start(self.server.circle(), 1), ChainHash::next)
    }

    /// A phone that is at this entry of the history that was.
    async fn phone(&self, who: Caller, sequence: u64) -> Phone {
        let chain_hash = Some(self.link(sequence));
        let cursor = Cursor { document: self.server.circle(), generation: 1, sequence, chain_hash };
        self.server.phone(who, vec![cursor]).await
    }

    fn missing(&self, after: u64) -> ServerFrame {
        ServerFrame::Missing { document: self.server.circle(), generation: 1, after }
    }

    fn no_entries(&self) -> DeviceFrame {
        DeviceFrame::Entries { document: self.server.circle(), entries: Vec::new() }
    }

    fn entries(&self, range: std::ops::RangeInclusive<u64>) -> DeviceFrame {
        let entries = self.entries.iter().filter(|entry| range.contains(&entry.sequence)).cloned().collect();
        DeviceFrame::Entries { document: self.server.circle(), entries }
    }
}
