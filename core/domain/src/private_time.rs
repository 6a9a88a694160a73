//! Private time: the client and their circle brainstorm without a professional.
//!
//! No device of a professional holds a byte of it, whatever was consented to; what the client wants others to know
//! they propose in the circle anew. Sections: `sessions` by id, `ideas` by id, each with a map of hearts by person.

mod heart;
mod idea;
mod model;
mod session;
mod view;

use automerge::{Automerge, ReadDoc};

pub use heart::{HeartPrivately, UnheartPrivately};
pub use idea::{ProposePrivately, WithdrawPrivateIdea};
pub use model::{PrivateIdeaModel, PrivateTimeModel, SessionModel};
pub use session::{ClosePrivateTime, OpenPrivateTime};
pub use view::PrivateTimeView;

use crate::erasure::Paths;
use crate::policy::{Policy, Rule};
use crate::question::Question;
use crate::{Access, Reader, Role};

const SESSIONS: &str = "sessions";
const IDEAS: &str = "ideas";

/// The row of what everybody who takes part may do.
const EVERYBODY: Policy = Policy::NOBODY.client(Rule::Always).circle(Rule::Always);

pub(crate) const SECTIONS: &[&str] = &[SESSIONS, IDEAS];

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

pub(crate) fn read(document: &impl ReadDoc, _reader: &Reader<'_>) -> (PrivateTimeModel, Vec<Question>) {
    (model::of(&PrivateTimeView::new(document)), Vec::new())
}
