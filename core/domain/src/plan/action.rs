//! The actions: what is known of each, and the words that stand in them.

mod add;
mod queue;
mod rank;
mod stage;
mod turn;
mod update;

use automerge::ReadDoc;

pub use add::AddAction;
pub use queue::MAX_ACTIVE;
pub use rank::RankActions;
pub use turn::{ActivateAction, FinishAction, StopAction};
pub use update::UpdateAction;

pub(super) use queue::Queue;
pub(super) use stage::{EventKind, Stage};

use super::{Evaluation, Part, Step};
use crate::entity::{Entity, Item, Listed, Shown, entity};
use crate::labels::{Labeller, Lists};
use crate::words::{Word, words};
use crate::{ActionId, CommandId, ContactId, Date, GoalId, IdeaId, Language, Timestamp};

entity! {
    @nested
    /// An action.
    Action[action_id: ActionId] in "actions" {
        /// What it is called.
        title: String,
        /// What the client does themselves; empty where that was cleared.
        client_part: String,
        /// How far it is. It follows from what happened to it, and from how many others are active.
        state: Word<ActionState> => |action| stage::state(action),
        /// The goal it works towards.
        goal_id: Option<GoalId>,
        /// The idea it comes from.
        idea_id: Option<IdeaId>,
        /// The contacts it is about.
        contacts: Vec<ContactId>,
        /// When it should be done.
        due: Option<Date>,
        /// How much it takes: 1 (simple) to 3.
        complexity: Option<i64>,
        /// Where it takes place.
        setting: Option<Word<Setting>>,
        /// With whom the client does it.
        company: Option<Word<Company>>,
        /// When it was last activated.
        activated_at: Option<Timestamp> => |action| stage::activated_at(action),
        /// When it was done, for an action that is.
        done_at: Option<Timestamp> => |action| stage::done_at(action),
        /// Its steps.
        steps: Vec<Step> => |action| Step::all(action),
        /// Who does what.
        parts: Vec<Part> => |action| Part::of(action),
        /// The looks back on it.
        evaluations: Vec<Evaluation> => |action| Evaluation::of(action),
    }
    keeps {
        state: CommandId,
    }
}

/// Of the actions that were activated, some wait.
impl Listed for Action {
    const SECTION: Option<&'static str> = Some(Self::IN);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let mut actions = Self::all(&Item::root(document));
        let queue = Queue::of(document);
        let waiting = |action: &&mut Self| queue.waiting().any(|id| id == action.id);
        actions.iter_mut().filter(waiting).for_each(|action| action.state = ActionState::Queued.into());
        actions
    }

    fn labels(&self, labels: &mut Labeller<'_>) {
        Shown::labels(self, Self::IN, labels);
    }

    fn lists(lists: &mut Lists) {
        <Self as Shown>::lists(lists);
    }
}

words! {
    /// How far an action is. No command says so: it follows from what happened.
    ActionState in "action_state" {
        /// It was never activated, or has lost the client's own part.
        Draft = "draft": "nog niet begonnen", "not started yet";
        /// It goes on.
        Active = "active": "mee bezig", "going on";
        /// It was activated, and others come first.
        Queued = "queued": "wacht nog even", "waits a little";
        /// It is finished.
        Done = "done": "klaar", "done";
        /// It was stopped before it was finished.
        Stopped = "stopped": "gestopt", "stopped";
    }

    /// Where an action takes place.
    Setting in "setting" {
        /// Where everybody comes.
        Ordinary = "ordinary": "waar iedereen komt", "where everybody comes";
        /// Where only people with a need for support come.
        Special = "special": "waar mensen hulp krijgen", "where people get support";
    }

    /// With whom the client does an action.
    Company in "company" {
        /// On their own.
        Alone = "alone": "alleen", "alone";
        /// With somebody who supports.
        WithSupporter = "with_supporter": "met een begeleider", "with a supporter";
        /// Together with one other person.
        Pair = "pair": "met één ander", "with one other";
        /// In a group.
        Group = "group": "in een groep", "in a group";
    }
}

impl Action {
    /// Returns what an action is called.
    pub(super) fn title_of<R: ReadDoc>(action: &Item<'_, R>) -> String {
        action.get(Self::title).unwrap_or_default()
    }

    /// Returns what the client does themselves; `None` where that was cleared.
    fn part_of_client<R: ReadDoc>(action: &Item<'_, R>) -> Option<String> {
        action.get(Self::client_part).filter(|part| !part.trim().is_empty())
    }

    /// An action's title between quotation marks, or a general word where the action is gone.
    pub(super) fn quoted(document: &impl ReadDoc, id: ActionId, language: Language) -> String {
        match Self::item(document, id) {
            Some(action) => format!("“{}”", Self::title_of(&action)),
            None => language.pick("een actie", "an action").to_owned(),
        }
    }
}
