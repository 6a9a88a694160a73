use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entity::{Item, Key, Listed, Shown, Writer};
use crate::labels::{Labeller, Lists};
use crate::policy::{Policy, Rule};
use crate::words::{Word, Words, words};
use crate::{CommandKind, Context, Effect, Language, Names, PersonId, Refusal, Timestamp};

/// A right of the client that somebody else may use.
///
/// Its register holds a map while it is given and a plain value once it is revoked.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Delegation {
    /// Who may use it.
    pub person_id: Option<PersonId>,
    /// The right.
    pub right: Word<Right>,
    /// The person who gave it.
    pub by: Option<PersonId>,
    /// When it was given.
    pub at: Timestamp,
}

/// The section of the delegations, by person and right.
const DELEGATIONS: &str = "delegations";

const PERSON: Key<PersonId> = Key::new("person_id");
const RIGHT: Key<Word<Right>> = Key::new("right");

/// Those in force.
impl Listed for Delegation {
    const SECTION: Option<&'static str> = Some(DELEGATIONS);

    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let Some(delegations) = Item::section(document, DELEGATIONS) else { return Vec::new() };
        let given = delegations.maps().into_iter().filter(|(key, _)| is_given(&delegations, key));
        let read = |(_, item): (String, Item<'_, R>)| Self {
            person_id: item.get(PERSON),
            right: item.get(RIGHT).unwrap_or_default(),
            by: item.by(),
            at: item.at(),
        };
        given.map(read).collect()
    }

    fn labels(&self, labels: &mut Labeller<'_>) {
        self.right.labels(RIGHT.name(), labels);
    }

    fn lists(lists: &mut Lists) {
        lists.add(Right::LIST);
    }
}

words! {
    /// A right of the client that can be delegated.
    Right in "right" {
        /// To start, stop and finish actions.
        StartAction = "start_action": "acties starten, stoppen en afmaken", "start, stop and finish actions";
    }
}

impl Delegation {
    /// Tells whether the client has delegated the right to start and stop actions to a person.
    pub(super) fn may_start(document: &impl ReadDoc, person: PersonId) -> bool {
        let delegations = Item::section(document, DELEGATIONS);
        delegations.is_some_and(|delegations| is_given(&delegations, &key(person, Right::StartAction)))
    }

    /// Tells whether the client gave a person that right at any time.
    pub(super) fn could_start(document: &impl ReadDoc, person: PersonId) -> bool {
        is_known(document, &key(person, Right::StartAction))
    }
}

/// The key of a delegation.
fn key(person: PersonId, right: Right) -> String {
    format!("{person}:{right}")
}

/// Tells whether a right was given at any time.
fn is_known(document: &impl ReadDoc, key: &str) -> bool {
    Item::section(document, DELEGATIONS).is_some_and(|delegations| delegations.has(key))
}

/// A right is in force where it was given and no concurrent value revokes it: revoking wins, to be safe.
fn is_given<R: ReadDoc>(delegations: &Item<'_, R>, key: &str) -> bool {
    delegations.map(key).is_some() && delegations.candidates(key).is_empty()
}

/// Lets somebody use a right of the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegateRight {
    /// Who gets the right.
    pub person_id: PersonId,
    /// The right.
    pub right: Right,
}

/// Takes a delegated right back; wins over a concurrent delegation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeRight {
    /// Who loses the right.
    pub person_id: PersonId,
    /// The right.
    pub right: Right,
}

impl CommandKind for DelegateRight {
    const NAME: &'static str = "delegate_right";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always);
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, _document: &impl ReadDoc) -> Result<(), Refusal> {
        Ok(())
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let delegations = Writer::root(transaction).into_map(DELEGATIONS)?;
        let mut delegation = delegations.create(context, key(self.person_id, self.right))?;
        delegation.put(PERSON, self.person_id)?.put(RIGHT, self.right).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = names(self.person_id);
        match language {
            Language::Dutch => format!("heeft {who} acties laten starten, stoppen en afmaken"),
            Language::English => format!("let {who} start, stop and finish actions"),
        }
    }
}

impl CommandKind for RevokeRight {
    const NAME: &'static str = "revoke_right";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Always);
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        let is_known = is_known(document, &key(self.person_id, self.right));
        if is_known { Ok(()) } else { Err(Refusal::not_found(PERSON.name())) }
    }

    /// The command's id makes it another value each time: Automerge leaves out a write of what is there already, and
    /// revoking once more would leave no trace beside a concurrent delegation.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut delegations = Writer::root(transaction).into_map(DELEGATIONS)?;
        delegations.set(key(self.person_id, self.right), format!("revoked {}", context.command_id))
    }

    fn words(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = names(self.person_id);
        match language {
            Language::Dutch => format!("heeft dat weer zelf genomen. {who} mag het niet meer"),
            Language::English => format!("took that back. {who} may no longer do it"),
        }
    }
}
