//! What people read for the words in a document, and the whole vocabulary: one source for every app.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::circle::{ACTIVITIES, CircleModel, IdeaStatus, STRATEGIES};
use crate::consents::{ConsentsModel, LanguageLevel};
use crate::network::{
    FREQUENCIES, Initiator, NetworkModel, Quadrant, RELATIONS, RINGS, SnapshotLabel, Status, SuggestionState, Support,
    Wish, frequency_label,
};
use crate::plan::{ACTION_STATES, Company, GoalType, Next, PlanModel, Right, Setting};
use crate::private::{AskState, Helpfulness, PrivateModel, ReasonShy};
use crate::words::{Perspective, WordList};
use crate::{Content, DocumentKind, Language, Phase, Role};

/// Every list of the vocabulary but the roles, the documents and the phases, which are types of their own.
const LISTS: [WordList; 24] = [
    Quadrant::WORDS,
    RINGS,
    RELATIONS,
    FREQUENCIES,
    Initiator::WORDS,
    Support::WORDS,
    Status::WORDS,
    Wish::WORDS,
    SnapshotLabel::WORDS,
    SuggestionState::WORDS,
    IdeaStatus::WORDS,
    STRATEGIES,
    ACTIVITIES,
    GoalType::WORDS,
    ACTION_STATES,
    Setting::WORDS,
    Company::WORDS,
    crate::plan::Support::WORDS,
    Next::WORDS,
    Right::WORDS,
    Helpfulness::WORDS,
    ReasonShy::WORDS,
    AskState::WORDS,
    LanguageLevel::WORDS,
];

/// Every list with its words and what a person reads for each, in the order in which they are offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary(Vec<(&'static str, Lines)>);

/// The words of one list with their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lines(Vec<(&'static str, Cow<'static, str>)>);

/// The vocabulary in a language, as somebody reads it.
///
/// ```
/// use kring_domain::{Language, Perspective, vocabulary};
///
/// let words = serde_json::to_value(vocabulary(Language::Dutch, Perspective::Client))?;
/// assert_eq!(words["wish"]["strengthen"], "vaker zien");
/// assert_eq!(words["initiator"]["client"], "ik");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn vocabulary(language: Language, perspective: Perspective<'_>) -> Vocabulary {
    let line = |list: &WordList| {
        let words = list.words.iter().map(|word| (word.name, word.label_for(language, perspective)));
        (list.name, Lines(words.collect()))
    };
    let mut lists: Vec<(&'static str, Lines)> = LISTS.iter().map(line).collect();
    let roles = Role::ALL.iter().map(|role| (role.name(), role.label(language).into()));
    lists.push(("role", Lines(roles.collect())));
    let kinds = DocumentKind::ALL.iter().map(|kind| (kind.name(), kind.label(language).into()));
    lists.push(("document", Lines(kinds.collect())));
    let phases = Phase::ALL.iter().map(|phase| (phase.name(), phase.words(language).into()));
    lists.push(("phase", Lines(phases.collect())));
    Vocabulary(lists)
}

impl Vocabulary {
    /// Each list by its name, with its words and their labels.
    pub fn lists(&self) -> impl Iterator<Item = (&'static str, impl Iterator<Item = (&'static str, &str)>)> {
        self.0.iter().map(|(name, lines)| (*name, lines.0.iter().map(|(word, label)| (*word, label.as_ref()))))
    }
}

impl Serialize for Vocabulary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        in_order(&self.0, serializer)
    }
}

impl Serialize for Lines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        in_order(&self.0, serializer)
    }
}

fn in_order<S: Serializer, V: Serialize>(entries: &[(&'static str, V)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(entries.len()))?;
    entries.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
    map.end()
}

/// What a person reads for the words that a document holds, by the name of the field and then by the word.
///
/// Only words that occur are in it. One that this version does not know reads as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Labels(BTreeMap<&'static str, BTreeMap<String, Cow<'static, str>>>);

impl Content {
    /// What somebody reads for the words in these things.
    pub fn labels(&self, language: Language, perspective: Perspective<'_>) -> Labels {
        let mut labels = Collector { labels: Labels::default(), language, perspective };
        match self {
            Content::Network(network) => labels.network(network),
            Content::Plan(plan) => labels.plan(plan),
            Content::Circle(circle) => labels.circle(circle),
            Content::Private(private) => labels.private(private),
            Content::Consents(consents) => labels.consents(consents),
            Content::PrivateTime(_) | Content::Pronotes(_) => {}
        }
        labels.labels
    }
}

impl Labels {
    /// The label of a word in a field.
    pub fn get(&self, field: &str, word: &str) -> Option<&str> {
        self.0.get(field)?.get(word).map(AsRef::as_ref)
    }
}

/// Collects labels as it goes through a document.
struct Collector<'a> {
    labels: Labels,
    language: Language,
    perspective: Perspective<'a>,
}

impl Collector<'_> {
    fn network(&mut self, network: &NetworkModel) {
        for contact in &network.contacts {
            self.add("quadrant", Quadrant::WORDS, contact.quadrant.iter());
            self.add("ring", RINGS, [contact.ring.to_string()]);
            self.add("desired_ring", RINGS, contact.desired_ring.map(|ring| ring.to_string()));
            self.add("relation", RELATIONS, contact.relation.iter());
            self.add("initiator", Initiator::WORDS, contact.initiator.iter());
            self.add("gives", Support::WORDS, contact.gives.iter().flatten());
            self.add("receives", Support::WORDS, contact.receives.iter().flatten());
            self.add("status", Status::WORDS, contact.status.iter());
            self.add("wish", Wish::WORDS, contact.wish.iter());
            if let Some(often) = contact.frequency_per_year {
                self.put("frequency_per_year", often.to_string(), frequency_label(often, self.language));
            }
        }
        for snapshot in &network.snapshots {
            self.add("label", SnapshotLabel::WORDS, [&snapshot.label]);
            for contact in &snapshot.contacts {
                self.add("quadrant", Quadrant::WORDS, contact.quadrant.iter());
                self.add("ring", RINGS, [contact.ring.to_string()]);
                self.add("status", Status::WORDS, contact.status.iter());
            }
        }
        for suggestion in &network.suggestions {
            self.add("state", SuggestionState::WORDS, [&suggestion.state]);
            self.add("quadrant", Quadrant::WORDS, suggestion.quadrant.iter());
            self.add("ring", RINGS, suggestion.ring.map(|ring| ring.to_string()));
        }
    }

    fn plan(&mut self, plan: &PlanModel) {
        self.add("type", GoalType::WORDS, plan.goals.iter().filter_map(|goal| goal.goal_type.as_ref()));
        for action in &plan.actions {
            self.add("state", ACTION_STATES, [&action.state]);
            self.add("setting", Setting::WORDS, action.setting.iter());
            self.add("company", Company::WORDS, action.company.iter());
            self.add("support", crate::plan::Support::WORDS, action.parts.iter().map(|part| &part.support));
            self.add("next", Next::WORDS, action.evaluations.iter().map(|evaluation| &evaluation.next));
        }
        self.add("state", SuggestionState::WORDS, plan.suggestions.iter().map(|suggestion| &suggestion.state));
        self.add("right", Right::WORDS, plan.delegations.iter().map(|delegation| &delegation.right));
    }

    fn circle(&mut self, circle: &CircleModel) {
        for idea in &circle.ideas {
            self.add("status", IdeaStatus::WORDS, [&idea.status]);
            self.add("strategy", STRATEGIES, idea.strategy.iter());
            self.add("activity", ACTIVITIES, idea.activity.iter());
        }
    }

    fn private(&mut self, private: &PrivateModel) {
        self.add("helpfulness", Helpfulness::WORDS, private.helpfulness.iter().map(|rating| &rating.helpfulness));
        for ask in &private.asks {
            self.add("reason_shy", ReasonShy::WORDS, ask.reason_shy.iter());
            self.add("state", AskState::WORDS, [&ask.state]);
        }
    }

    fn consents(&mut self, consents: &ConsentsModel) {
        self.add("state", SuggestionState::WORDS, consents.suggestions.iter().map(|suggestion| &suggestion.state));
        for consent in &consents.consents {
            self.add("language_level", LanguageLevel::WORDS, consent.language_level.iter());
            for (field, role) in [("given_as", Some(&consent.given_as)), ("role", consent.role.as_ref())] {
                if let Some((name, role)) = role.and_then(|name| Some((name, Role::from_name(name)?))) {
                    self.put(field, name.clone(), role.label(self.language).into());
                }
            }
            if let Some(kind) = DocumentKind::from_name(&consent.compartment) {
                self.put("compartment", consent.compartment.clone(), kind.label(self.language).into());
            }
        }
    }

    fn add(&mut self, field: &'static str, list: WordList, words: impl IntoIterator<Item = impl AsRef<str>>) {
        for word in words {
            let label = list.label_for(word.as_ref(), self.language, self.perspective);
            self.put(field, word.as_ref().to_owned(), label);
        }
    }

    fn put(&mut self, field: &'static str, word: String, label: Cow<'static, str>) {
        self.labels.0.entry(field).or_default().insert(word, label);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_has_a_label_in_both_languages() {
        for perspective in [Perspective::Client, Perspective::Others, Perspective::About("Joost")] {
            let dutch = vocabulary(Language::Dutch, perspective);
            let english = vocabulary(Language::English, perspective);
            let names: BTreeSet<&str> = dutch.lists().map(|(name, _)| name).collect();
            assert_eq!(names.len(), LISTS.len() + 3, "two lists have one name");
            for ((name, dutch), (other, english)) in dutch.lists().zip(english.lists()) {
                assert_eq!(name, other);
                let words: Vec<_> = dutch.zip(english).collect();
                assert!(!words.is_empty(), "{name} is empty");
                for ((word, dutch), (_, english)) in words {
                    for label in [dutch, english] {
                        let count = label.split_whitespace().count();
                        assert!((1..=10).contains(&count), "{name} {word}: {label}");
                        assert!(!label.contains('_'), "{name} {word}: {label}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_client_reads_of_themselves_as_i() {
        let read = |perspective| Initiator::WORDS.label_for("client", Language::Dutch, perspective);
        assert_eq!(read(Perspective::Client), "ik");
        assert_eq!(read(Perspective::About("Joost")), "Joost");
        let own = serde_json::to_string(&vocabulary(Language::Dutch, Perspective::Client)).unwrap();
        let about_them = ["\"initiator\":{\"client\":\"de cliënt\"", "zorgvraag"];
        assert!(about_them.iter().all(|words| !own.contains(words)), "{own}");
    }
}
