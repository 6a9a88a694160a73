//! The person for whom a document is put into words.

use crate::brief::brief;
use crate::{Answerer, Author, Content, Labels, Language, Names, PersonId, Perspective, Role, WordList};

/// The names, the language and the person that decide how a document is put into words.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) language: Language,
    pub(crate) author: Option<Author>,
    client: Option<PersonId>,
}

impl<'a> Reader<'a> {
    /// A reader of whom nothing is known: every question is shown as if they could answer it.
    pub const fn neutral(names: Names<'a>, language: Language) -> Self {
        Self { names, language, author: None, client: None }
    }

    /// The person and the role that read.
    pub const fn reading_as(self, author: Author) -> Self {
        Self { author: Some(author), ..self }
    }

    /// The client of the space, whose name the sentences for others use; `None` while no client has joined.
    pub const fn about(self, client: Option<PersonId>) -> Self {
        Self { client, ..self }
    }

    /// Returns what this person reads for the words in some content.
    pub(crate) fn labels(&self, content: &Content) -> Labels {
        let client = self.client.map(self.names);
        content.labels(self.language, self.perspective(client.as_deref()))
    }

    /// Returns what this person reads for a word of a closed list.
    pub(crate) fn label(&self, list: &WordList, word: &str) -> String {
        let client = self.client.map(|client| self.name(client));
        list.label_for(word, self.language, self.perspective(client.as_deref())).into_owned()
    }

    fn perspective<'n>(&self, client: Option<&'n str>) -> Perspective<'n> {
        match (self.author, client) {
            (Some(author), _) if author.role == Role::Client => Perspective::Client,
            (_, Some(name)) => Perspective::About(name),
            (_, None) => Perspective::Others,
        }
    }

    /// Returns whether sentences address the reader as the client.
    pub(crate) fn is_client(&self) -> bool {
        self.author.is_none_or(|author| author.role == Role::Client)
    }

    /// The client's name at the beginning of a sentence, or a general word.
    pub(crate) fn client_name(&self) -> String {
        self.client.map_or_else(|| self.language.pick("De cliënt", "The client").to_owned(), |client| self.name(client))
    }

    /// Everybody with a role, or a person, within a sentence.
    pub(crate) fn named(&self, answerer: Answerer) -> String {
        let of = |dutch, english| self.language.pick(dutch, english).to_owned();
        match answerer {
            Answerer::Person(person) => self.name(person),
            Answerer::Role(Role::Client) => {
                self.client.map_or_else(|| of("de cliënt", "the client"), |client| self.name(client))
            }
            Answerer::Role(Role::Representative) => of("de vertegenwoordiger", "the representative"),
            Answerer::Role(Role::Member) => of("de steuncirkel", "the circle"),
            Answerer::Role(Role::Carer) => of("de mantelzorger", "the carer"),
            Answerer::Role(Role::Professional) => of("de begeleider", "the professional"),
            Answerer::Role(Role::Backup) => of("de achterwacht", "the backup"),
            Answerer::Role(Role::Colleague) => of("de collega", "the colleague"),
            Answerer::Role(Role::CarerConsultant) => of("de mantelzorgconsulent", "the carer consultant"),
            Answerer::Unknown => of("iemand anders", "somebody else"),
        }
    }

    /// A person at the beginning of a sentence: “Jij” for the reader themselves.
    pub(crate) fn called(&self, person: Option<PersonId>) -> String {
        match person {
            Some(person) if self.author.is_some_and(|author| author.person == person) => {
                self.language.pick("Jij", "You").to_owned()
            }
            Some(person) => self.name(person),
            None => self.language.pick("Iemand", "Somebody").to_owned(),
        }
    }

    /// A name with at most three words.
    fn name(&self, person: PersonId) -> String {
        brief(&(self.names)(person), 3)
    }
}
