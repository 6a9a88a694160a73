use std::fmt;

use kring_domain::{DocumentKind, Role};
use serde_json::Value;

/// Something that happens. A step that makes no sense where the story has come to does nothing.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields say what they are, by number of the device or the person")]
pub enum Step {
    /// A person makes an edit on a device; a crash may come in between.
    Edit { device: usize, kind: DocumentKind, command: Value, crash: Option<Crash> },
    /// A command comes over HTTP, maybe with the id of an earlier step and with a base out of the air.
    Post { device: usize, kind: DocumentKind, command: Value, again: Option<u64>, base: Option<u64> },
    /// A frame from this device, or the next that has one under way, gets to the server, or not.
    Up { device: usize, fate: Fate },
    /// A frame from the server gets to this device, or the next that has one under way, or not.
    Down { device: usize, fate: Fate },
    /// The server commits what waits.
    Commit(Commit),
    /// A device that is not connected connects.
    Connect { device: usize },
    /// Every device with coverage that is not connected connects.
    Morning,
    /// Everything that is under way arrives.
    Calm,
    /// The connection of a device breaks.
    Cut { device: usize },
    /// A device loses its memory.
    CrashDevice { device: usize },
    /// The server loses its memory.
    CrashServer,
    /// The server folds the log of a document into a snapshot.
    Fold { kind: DocumentKind },
    /// The server writes a document anew, without its history.
    Compact { kind: DocumentKind },
    /// Everything the server has is put away.
    Backup,
    /// The last backup takes the place of what the server has, and waits this long for what devices have.
    Restore { seconds: i64 },
    /// A device holds an edit that a newer version of its app made.
    Newer { device: usize, kind: DocumentKind },
    /// A newer server has been here: an entry with things in it that nobody here knows.
    ServerOfTomorrow { kind: DocumentKind },
    /// From now on the server takes this many commands from a device before it asks it to wait.
    Rush { device: usize, commands: usize },
    /// Time passes.
    Wait { hours: i64 },
    /// The file of a device is put aside, as it is now.
    Keep { device: usize },
    /// The file that was put aside, or where none was the one of now, is put back on another phone; both live on.
    Copy { device: usize },
    /// A device that is not connected exchanges its token, or asks for what it has to become.
    Exchange { device: usize, loss: Loss },
    /// The sign-in of a device is ended at the server.
    SignOut { device: usize },
    /// The person of a device that is signed out signs in again, with a code that somebody makes.
    ComeBack { device: usize, loss: Loss },
    /// Somebody new is invited, with a code that may go from hand to hand.
    Invite { role: Role },
    /// On a new phone somebody tries a code, or once more the one that had no answer.
    Enter { phone: usize, code: usize, loss: Loss },
    /// Somebody who came in on a new phone writes to the circle.
    Greet { phone: usize, text: String },
    /// The clock of a device is set.
    Clock { device: usize, skew: i64 },
    /// These devices are without coverage until they are in no partition; all others have coverage again.
    Partition { devices: Vec<usize> },
    /// Somebody is taken out of the space.
    Remove { person: u64 },
    /// A person makes an edit without coverage, and is taken out of the space before it is shared.
    Depart { device: usize, kind: DocumentKind, command: Value },
    /// Somebody judges one of the edits of people who have left.
    Judge { judge: u64, pick: u64, lets_in: bool },
    /// Somebody who is not there joins, or whoever is there changes role.
    Return { person: u64, role: Role },
}

/// The outcome of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Arrives,
    /// It is lost, and the connection stays.
    Lost,
    /// It arrives, and will once more.
    Twice,
    /// The one behind it arrives first.
    Overtaken,
    /// It arrives, and the device crashes over it.
    Crash(Crash),
}

/// What is lost of a request over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing.
    Nothing,
    /// The request, before it reaches the server.
    Request,
    /// The answer.
    Answer,
    /// Nothing, but somebody has listened and sends the same once more.
    Secrecy,
    /// The answer, because the device crashes.
    Memory,
}

/// The point at which a device loses its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Before the batch is in the store.
    BeforeStoring,
    /// When the batch is in the store, before anything is sent or told.
    AfterStoring,
}

/// The way in which a commit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// It is durable and told.
    Holds,
    /// The store refuses it; the server goes on.
    Fails,
    /// The server dies before it.
    DiesBefore,
    /// The server dies when it is durable and half of it is told.
    DiesBehind,
}

impl Step {
    /// The device to which something happens, where it is one.
    pub(crate) fn device(&self) -> Option<usize> {
        match self {
            Self::Edit { device, .. }
            | Self::Post { device, .. }
            | Self::Connect { device }
            | Self::Cut { device }
            | Self::CrashDevice { device }
            | Self::Keep { device }
            | Self::Newer { device, .. }
            | Self::Rush { device, .. }
            | Self::Depart { device, .. }
            | Self::Exchange { device, .. }
            | Self::SignOut { device }
            | Self::ComeBack { device, .. }
            | Self::Clock { device, .. } => Some(*device),
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edit { device, kind, command, crash: None } => write!(f, "device {device} edits {kind}: {command}"),
            Self::Edit { device, kind, command, crash: Some(crash) } => {
                write!(f, "device {device} edits {kind} and crashes {crash}: {command}")
            }
            Self::Post { device, kind, command, again, base } => {
                write!(f, "device {device} posts to {kind}: {command}")?;
                again.iter().try_for_each(|again| write!(f, ", under the id of step {again}"))?;
                base.iter().try_for_each(|base| write!(f, ", base drawn from {base}"))
            }
            Self::Up { device, fate } => {
                write!(f, "the next frame from device {device} (or the next that sent one) {fate}")
            }
            Self::Down { device, fate } => {
                write!(f, "the next frame to device {device} (or the next that gets one) {fate}")
            }
            Self::Commit(commit) => f.write_str(match commit {
                Commit::Holds => "the server commits",
                Commit::Fails => "the server's commit fails",
                Commit::DiesBefore => "the server dies before its commit",
                Commit::DiesBehind => "the server dies behind its commit, half of it told",
            }),
            Self::Connect { device } => write!(f, "device {device} connects"),
            Self::Morning => f.write_str("every device with coverage connects"),
            Self::Calm => f.write_str("everything under way arrives"),
            Self::Cut { device } => write!(f, "device {device} is cut off"),
            Self::CrashDevice { device } => write!(f, "device {device} crashes"),
            Self::CrashServer => f.write_str("the server crashes"),
            Self::Fold { kind } => write!(f, "the server folds {kind}"),
            Self::Compact { kind } => write!(f, "the server compacts {kind}"),
            Self::Backup => f.write_str("the server is backed up"),
            Self::Restore { seconds } => write!(f, "the backup is restored, and waits {seconds} s for devices"),
            Self::Newer { device, kind } => write!(f, "a newer app on device {device} has left an edit of {kind}"),
            Self::ServerOfTomorrow { kind } => write!(f, "a newer server has written to {kind}"),
            Self::Rush { device, commands } => write!(f, "device {device} may send {commands} commands for now"),
            Self::Wait { hours } => write!(f, "{hours} hours pass"),
            Self::Clock { device, skew } => write!(f, "the clock of device {device} is set {} s ahead", skew / 1000),
            Self::Exchange { device, loss } => write!(f, "device {device} exchanges its token; {loss}"),
            Self::SignOut { device } => write!(f, "the sign-in of device {device} is ended"),
            Self::ComeBack { device, loss } => {
                write!(f, "on device {device} its person comes back with a code; {loss}")
            }
            Self::Invite { role } => write!(f, "somebody new is invited as {}", role.name()),
            Self::Enter { phone, code, loss } => write!(f, "new phone {phone} signs in with code {code}; {loss}"),
            Self::Greet { phone, text } => write!(f, "on new phone {phone} somebody writes: {text}"),
            Self::Keep { device } => write!(f, "the file of device {device} is put aside"),
            Self::Copy { device } => write!(f, "the file of device {device} is put back on another phone"),
            Self::Partition { devices } => write!(f, "no coverage for the devices {devices:?}"),
            Self::Remove { person } => write!(f, "person {person} is removed"),
            Self::Depart { device, kind, command } => {
                write!(f, "device {device}, cut off, edits {kind}, and its person is removed: {command}")
            }
            Self::Judge { judge, pick, lets_in } => {
                let judged = if *lets_in { "lets in" } else { "declines" };
                write!(f, "person {judge} {judged} what waits for a judge, number {pick}")
            }
            Self::Return { person, role } => write!(f, "person {person} is {} from now on", role.name()),
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arrives => f.write_str("arrives"),
            Self::Lost => f.write_str("is lost"),
            Self::Twice => f.write_str("arrives, and will once more"),
            Self::Overtaken => f.write_str("is overtaken by the one behind it"),
            Self::Crash(crash) => write!(f, "arrives and the device crashes {crash}"),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing is lost",
            Self::Request => "the request is lost",
            Self::Answer => "the answer is lost",
            Self::Secrecy => "somebody listens and sends it again",
            Self::Memory => "the answer is lost in a crash",
        })
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeStoring => "before it is stored",
            Self::AfterStoring => "when it is stored",
        })
    }
}
