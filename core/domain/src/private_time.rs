//! Private time: the client and their circle brainstorm without a professional.
//!
//! No device of a professional holds a byte of it, whatever was consented to; what the client wants others to know
//! they propose in the circle anew.

mod idea;
mod session;

use automerge::{Automerge, ReadDoc};

pub use idea::{HeartPrivately, PrivateIdea, ProposePrivately, UnheartPrivately, WithdrawPrivateIdea};
pub use session::{ClosePrivateTime, OpenPrivateTime, Session};

pub use crate::content::PrivateTimeModel;
use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::question::Question;
use crate::{Access, Reader, Role};

/// The row of what everybody who takes part may do.
const EVERYBODY: Policy = Policy::NOBODY.client(Rule::Always).circle(Rule::Always);

pub(crate) const fn access(role: Role) -> Access {
    match role {
        Role::Client | Role::Member | Role::Carer => Access::Write,
        Role::Representative | Role::Professional | Role::Backup | Role::Colleague | Role::CarerConsultant => {
            Access::None
        }
    }
}

pub(crate) const fn by_consent(_: Role) -> Access {
    Access::None
}

/// Nothing is erased from it yet but with the whole space.
pub(crate) fn erased(_document: &Automerge) -> Paths {
    Paths::new()
}

/// The questions that the document raises.
pub(crate) fn questions(_: &impl ReadDoc, _: &PrivateTimeModel, _: &Reader<'_>) -> Vec<Question> {
    Vec::new()
}
