//! Which of a batch of commands get as far as the document: those of somebody who may read it, and not too many.

use kring_domain::{Access, Author, Code, DeviceId, PersonId, Refusal};
use kring_sync::{Submission, Verdict};

use super::directory::Place;
use super::hub::Hub;

/// A batch after sifting.
pub(crate) struct Sifted {
    /// Who the commands are by, and those that get through, in order.
    pub(crate) passed: Option<(Author, Vec<Submission>)>,
    /// The answers to the rest, which came behind them; they are not recorded.
    pub(crate) refused: Vec<Verdict>,
}

/// Sifts a batch of a device, for a document at which its person has this place, if any.
pub(crate) fn sift(
    hub: &Hub,
    place: Option<&Place>,
    device: DeviceId,
    person: PersonId,
    mut commands: Vec<Submission>,
) -> Sifted {
    let refuse = |commands: Vec<Submission>, code: Code| {
        commands.into_iter().map(|command| Verdict::rejected(command.id, Refusal::new(code))).collect()
    };
    let Some(place) = place.filter(|place| place.access() >= Access::Read) else {
        return Sifted { passed: None, refused: refuse(commands, Code::NotFound) };
    };
    // Whatever comes behind a command that has to wait may build on it, so it waits as well.
    let late = commands.split_off(hub.allowance(device, commands.len()).min(commands.len()));
    let passed = (!commands.is_empty()).then(|| (place.author(device, person), commands));
    Sifted { passed, refused: refuse(late, Code::RateLimited) }
}
