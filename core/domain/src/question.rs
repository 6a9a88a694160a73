//! A question that a document raises, before it is known who reads it.
//!
//! Nobody lists by hand who can answer: the same function that decides about the answers' commands tells.

use automerge::ReadDoc;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Answerer, Author, Card, CardKind, CardOption, Choose, Command, Decision, DeviceId, Language, PersonId, Reader,
    Role, authorize,
};

/// A question with the answers to it, for whoever can give them.
pub(crate) struct Question {
    kind: CardKind,
    text: String,
    about: Vec<String>,
    answers: Vec<Answer>,
    /// The only role whose answer counts, where the policy of the commands allows more.
    only: Option<Role>,
    /// A person who may be able to answer whatever others of their role can.
    person: Option<PersonId>,
    onlookers: Option<String>,
}

/// An option, with the command that it gives or, where the person fills something in, an example of one.
struct Answer {
    option: CardOption,
    command: Option<Command>,
}

impl Question {
    /// A question without answers is a notice, which everybody reads.
    pub(crate) fn new(kind: CardKind, text: String) -> Self {
        Self { kind, text, about: Vec::new(), answers: Vec::new(), only: None, person: None, onlookers: None }
    }

    /// The ids of the things that it is about.
    pub(crate) fn about(self, ids: impl IntoIterator<Item = impl ToString>) -> Self {
        Self { about: ids.into_iter().map(|id| id.to_string()).collect(), ..self }
    }

    /// An answer that is a whole command.
    pub(crate) fn answer(self, label: impl Into<String>, command: Value) -> Self {
        let example = command.clone();
        self.push(CardOption { label: label.into(), command: Some(command), choose: None }, example)
    }

    /// An answer that the person fills in; `example` is a command of the kind that they send then.
    pub(crate) fn fill_in(self, label: impl Into<String>, example: Value) -> Self {
        self.push(CardOption { label: label.into(), command: None, choose: None }, example)
    }

    /// An answer for which the person picks things; `example` is a command with some of them.
    pub(crate) fn choose(self, label: impl Into<String>, choose: Choose, example: Value) -> Self {
        self.push(CardOption { label: label.into(), command: None, choose: Some(choose) }, example)
    }

    /// The only role whose answer counts.
    pub(crate) fn only(self, role: Role) -> Self {
        Self { only: Some(role), ..self }
    }

    /// A person who may be able to answer while others of their role cannot, like the author of a thing.
    pub(crate) fn person(self, person: Option<PersonId>) -> Self {
        Self { person, ..self }
    }

    /// The sentence for those who cannot answer; they read nothing without one.
    pub(crate) fn onlookers(self, text: String) -> Self {
        Self { onlookers: Some(text), ..self }
    }

    /// The card that a reader gets; `None` where there is nothing for them to read.
    pub(crate) fn card(self, document: &impl ReadDoc, reader: &Reader<'_>) -> Option<Card> {
        let answerers = self.answerers(document);
        let Self { kind, text, about, answers, only, onlookers, .. } = self;
        let card = |text: String, options: Vec<CardOption>| Card { kind, text, about, answerers, options };
        let Some(author) = reader.author.filter(|_| !answers.is_empty()) else {
            return Some(card(text, answers.into_iter().map(|answer| answer.option).collect()));
        };
        let can_answer = only.is_none_or(|role| role == author.role)
            && answers.iter().any(|answer| answer.is_admitted(&author, document));
        if !can_answer {
            return onlookers.map(|text| card(text, Vec::new()));
        }
        let possible = answers.into_iter().filter(|answer| answer.is_possible(&author, document));
        Some(card(text, possible.map(|answer| answer.option).collect()))
    }

    fn push(mut self, option: CardOption, example: Value) -> Self {
        // A command that this version cannot read is one that nobody can send with it.
        self.answers.push(Answer { option, command: Command::parse(example).ok() });
        self
    }

    /// The roles that can answer, whatever the person did or was given, and the person who can besides them.
    fn answerers(&self, document: &impl ReadDoc) -> Vec<Answerer> {
        let can_answer = |person: PersonId, role: Role| {
            let author = Author { device: DeviceId::new(Uuid::nil()), person, role, has_client: true };
            self.only.is_none_or(|only| only == role)
                && self.answers.iter().any(|answer| answer.is_admitted(&author, document))
        };
        let nobody = PersonId::new(Uuid::nil());
        let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| can_answer(nobody, *role)).collect();
        let mut others = Role::ALL.into_iter().filter(|role| !roles.contains(role));
        let person = self.person.filter(|person| others.any(|role| can_answer(*person, role)));
        roles.iter().copied().map(Answerer::Role).chain(person.map(Answerer::Person)).collect()
    }
}

impl Answer {
    /// Returns whether the answer of this author decides.
    fn is_admitted(&self, author: &Author, document: &impl ReadDoc) -> bool {
        let decide = |command| matches!(authorize(author, command, document), Decision::Admit(_));
        self.command.as_ref().is_some_and(decide)
    }

    /// Returns whether this author can give the answer, be it as a suggestion.
    fn is_possible(&self, author: &Author, document: &impl ReadDoc) -> bool {
        let decide = |command| !matches!(authorize(author, command, document), Decision::Refuse(_));
        self.command.as_ref().is_some_and(decide)
    }
}

/// Names one after the other: “Linda, Emine en Ruud”.
pub(crate) fn joined(names: &[String], language: Language) -> String {
    match names {
        [] => String::new(),
        [name] => name.clone(),
        [first @ .., last] => format!("{} {} {last}", first.join(", "), language.pick("en", "and")),
    }
}

/// The sentence that the client has not chosen yet.
pub(crate) fn still_chooses(reader: &Reader<'_>) -> String {
    let client = reader.client_name();
    match reader.language {
        Language::Dutch => format!("{client} kiest nog."),
        Language::English => format!("{client} has yet to choose."),
    }
}
