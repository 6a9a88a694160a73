//! Lets as many commands through to the document as their author may send, if they may read it.

use kring_domain::{Access, Author, DeviceId, PersonId, Refusal, RefusalCode};
use kring_sync::{Submission, Verdict};

use super::directory::DocumentAccess;
use super::hub::Hub;

/// A batch after rate limiting.
pub(crate) struct RateLimited {
    /// Who the commands are by, and those that get through, in order.
    pub(crate) passed: Option<(Author, Vec<Submission>)>,
    /// The answers to the rest, which came behind them; they are not recorded.
    pub(crate) refused: Vec<Verdict>,
}

/// Rate-limits a batch of a device, for a document at which its person has this place, if any.
pub(crate) fn rate_limit(
    hub: &Hub,
    access: Option<&DocumentAccess>,
    device: DeviceId,
    person: PersonId,
    mut commands: Vec<Submission>,
) -> RateLimited {
    let refuse = |commands: Vec<Submission>, code: RefusalCode| {
        commands.into_iter().map(|command| Verdict::rejected(command.id, Refusal::new(code))).collect()
    };
    let Some(access) = access.filter(|access| access.level() >= Access::Read) else {
        return RateLimited { passed: None, refused: refuse(commands, RefusalCode::NotFound) };
    };
    // Whatever comes behind a command that has to wait may build on it, so it waits as well.
    let submission = commands.split_off(hub.allowance(device, commands.len()).min(commands.len()));
    let passed = (!commands.is_empty()).then(|| (access.author(device, person), commands));
    RateLimited { passed, refused: refuse(submission, RefusalCode::RateLimited) }
}
