//! Why something is refused, more closely than its code tells: for a sentence that a person understands.

use schemars::JsonSchema;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::policy::{Condition, Policy};
use crate::question::joined;
use crate::{Answerer, Language, PersonId, Reader, Role};

/// A stable word for each reason, the same on every wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Choosing is for somebody else.
    ChoiceOfOthers,
    /// Doing this is for others.
    ForOthers,
    /// The step belongs to somebody else.
    StepOfOthers,
    /// Somebody else made it.
    MadeByOthers,
    /// The client has chosen it since.
    AlreadyChosen,
    /// The client starts, stops and finishes actions, and has not given the right to this person.
    ClientStarts,
    /// The client has taken back the right to start actions.
    RightTakenBack,
    /// It can only be done for oneself.
    OnlyForYourself,
    /// The document may be read and not changed.
    ReadOnly,
    /// A look back comes first.
    LookBackFirst,
    /// The client's own part comes first.
    OwnPartFirst,
    /// The private time is over.
    TimeIsOver,
    /// A reason written by a newer version of Kring.
    #[serde(other)]
    Unknown,
}

impl Reason {
    /// Every reason of this version.
    pub const ALL: [Self; 12] = [
        Self::ChoiceOfOthers,
        Self::ForOthers,
        Self::StepOfOthers,
        Self::MadeByOthers,
        Self::AlreadyChosen,
        Self::ClientStarts,
        Self::RightTakenBack,
        Self::OnlyForYourself,
        Self::ReadOnly,
        Self::LookBackFirst,
        Self::OwnPartFirst,
        Self::TimeIsOver,
    ];
}

/// A reason, with the people whom its sentence names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Because {
    /// The reason.
    pub reason: Reason,
    /// The roles or persons whose choice, step or thing it is.
    #[serde(default, deserialize_with = "first_few", skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Answerer>,
}

/// Keeps the first of a list that anybody may have written, as many as a sentence names.
fn first_few<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Answerer>, D::Error> {
    struct Few;

    impl<'de> Visitor<'de> for Few {
        type Value = Vec<Answerer>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list of roles and persons")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut few = Vec::new();
            while few.len() < Because::MOST_NAMED
                && let Some(answerer) = list.next_element()?
            {
                few.push(answerer);
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(few)
        }
    }

    deserializer.deserialize_seq(Few)
}

impl From<Reason> for Because {
    fn from(reason: Reason) -> Self {
        Self { reason, about: Vec::new() }
    }
}

impl Because {
    /// The most people that one sentence names.
    pub const MOST_NAMED: usize = 3;

    /// A reason that names persons; the client where there are none.
    pub(crate) fn of_persons(reason: Reason, persons: impl IntoIterator<Item = PersonId>) -> Self {
        let mut about: Vec<Answerer> = persons.into_iter().map(Answerer::Person).take(Self::MOST_NAMED).collect();
        if about.is_empty() {
            about.push(Answerer::Role(Role::Client));
        }
        Self { reason, about }
    }

    /// The reason that a command's policy gives to a role that may never send it.
    pub(crate) fn of_policy(policy: Policy, is_choice: bool) -> Self {
        let reason = if is_choice { Reason::ChoiceOfOthers } else { Reason::ForOthers };
        // Who acts for the client, or with the circle, is not named beside them.
        let named = [Role::Client, Role::Member, Role::Professional];
        let about = named.into_iter().filter(|role| policy.is_for(*role)).map(Answerer::Role);
        Self { reason, about: about.collect() }
    }

    /// The reason that a condition which does not hold gives by itself.
    pub(crate) fn of_condition(condition: Condition) -> Self {
        match condition {
            Condition::Author | Condition::AuthorUntilChosen => Reason::MadeByOthers,
            Condition::Assigned => Reason::StepOfOthers,
            Condition::Delegated => Reason::ClientStarts,
            Condition::Oneself => Reason::OnlyForYourself,
        }
        .into()
    }

    /// The reason in a sentence; `None` for one of a newer version.
    pub(crate) fn words(&self, reader: &Reader<'_>) -> Option<String> {
        let people: Vec<String> =
            self.about.iter().take(Self::MOST_NAMED).map(|answerer| reader.named(*answerer)).collect();
        let is_one = people.len() == 1;
        let people = if people.is_empty() {
            reader.language.pick("iemand anders", "somebody else").to_owned()
        } else {
            joined(&people, reader.language)
        };
        let client = reader.client_name();
        let inside = reader.named(Answerer::Role(Role::Client));
        Some(match (self.reason, reader.language) {
            (Reason::ChoiceOfOthers, Language::Dutch) if is_one => format!("Alleen {people} kiest."),
            (Reason::ChoiceOfOthers, Language::Dutch) => format!("Alleen {people} kiezen."),
            (Reason::ChoiceOfOthers, Language::English) if is_one => format!("Only {people} chooses."),
            (Reason::ChoiceOfOthers, Language::English) => format!("Only {people} choose."),
            (Reason::ForOthers, Language::Dutch) if is_one => format!("Dit doet alleen {people}."),
            (Reason::ForOthers, Language::Dutch) => format!("Dit doen {people}."),
            (Reason::ForOthers, Language::English) => format!("This is for {people}."),
            (Reason::StepOfOthers, Language::Dutch) => format!("Deze stap is van {people}."),
            (Reason::StepOfOthers, Language::English) => format!("This step belongs to {people}."),
            (Reason::MadeByOthers, Language::Dutch) => format!("Dit is van {people}."),
            (Reason::MadeByOthers, Language::English) => format!("This belongs to {people}."),
            (Reason::AlreadyChosen, Language::Dutch) => format!("{client} koos dit al. Nu blijft het staan."),
            (Reason::AlreadyChosen, Language::English) => format!("{client} has chosen this. Now it stays."),
            (Reason::ClientStarts, Language::Dutch) => format!("{client} start acties zelf."),
            (Reason::ClientStarts, Language::English) => format!("It is {inside} who starts actions."),
            (Reason::RightTakenBack, Language::Dutch) => format!("{client} start acties nu weer zelf."),
            (Reason::RightTakenBack, Language::English) => format!("It is {inside} again who starts actions."),
            (Reason::OnlyForYourself, language) => {
                language.pick("Dit kun je alleen voor jezelf doen.", "You can only do this for yourself.").to_owned()
            }
            (Reason::ReadOnly, language) => {
                language.pick("Jij kunt dit lezen, niet veranderen.", "You can read this, not change it.").to_owned()
            }
            (Reason::LookBackFirst, language) => language
                .pick("Kijk eerst samen terug op deze actie.", "First look back on this action together.")
                .to_owned(),
            (Reason::OwnPartFirst, language) if reader.is_client() => language
                .pick("Schrijf eerst op wat jij zelf doet.", "First write down what you do yourself.")
                .to_owned(),
            (Reason::OwnPartFirst, Language::Dutch) => format!("Schrijf eerst op wat {inside} zelf doet."),
            (Reason::OwnPartFirst, Language::English) => format!("First write down the part of {inside}."),
            (Reason::TimeIsOver, language) => {
                language.pick("Deze besloten tijd is voorbij.", "This private time is over.").to_owned()
            }
            (Reason::Unknown, _) => return None,
        })
    }
}
