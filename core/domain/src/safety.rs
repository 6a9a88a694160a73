//! The people whom the client has called unsafe: nobody lets them in before the client has said otherwise.
//!
//! What the client said is the client's alone. Nobody is told of it; an inviter only hears to talk with the client first.

use std::collections::BTreeSet;

use automerge::ReadDoc;

use crate::network::NetworkModel;
use crate::private::{Helpfulness, PrivateModel};
use crate::{ContactId, Content, DocumentKind, Language, PersonId, read_model};

/// The person whom the client does not want let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnsafePeople {
    contacts: BTreeSet<ContactId>,
    persons: BTreeSet<PersonId>,
    names: Vec<String>,
}

impl UnsafePeople {
    /// The contacts that the client's own document calls unsafe; of any other document there are none.
    pub fn of_private(document: &impl ReadDoc) -> Self {
        let contacts = match content(DocumentKind::Private, document) {
            Content::Private(PrivateModel { helpfulness, .. }) => helpfulness
                .into_iter()
                .filter(|rating| rating.helpfulness == Helpfulness::Unsafe)
                .map(|rating| rating.contact_id)
                .collect(),
            _ => BTreeSet::new(),
        };
        Self { contacts, ..Self::default() }
    }

    /// Returns whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
    }

    /// The same people by their names on the map, and by who they are in the space.
    pub fn on(mut self, map: &impl ReadDoc) -> Self {
        if let Content::Network(NetworkModel { contacts, archived, .. }) = content(DocumentKind::Network, map) {
            let unsafe_ones = contacts.iter().filter(|contact| self.contacts.contains(&contact.id));
            for contact in unsafe_ones {
                self.persons.extend(contact.person_id);
                self.names.push(normal(&contact.name));
            }
            let away = archived.iter().filter(|contact| self.contacts.contains(&contact.id));
            self.names.extend(away.map(|contact| normal(&contact.name)));
        }
        self
    }

    /// Returns whether one of them is this contact.
    pub fn has_contact(&self, contact: ContactId) -> bool {
        self.contacts.contains(&contact)
    }

    /// Returns whether one of them is this person.
    pub fn has_person(&self, person: PersonId) -> bool {
        self.persons.contains(&person)
    }

    /// Returns whether one of them is called so: by the same words, or where either is a first name, by the same first name.
    pub fn has_name(&self, name: &str) -> bool {
        let name = normal(name);
        let is_same = |other: &String| {
            let first = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
            let is_first = !name.contains(' ') || !other.contains(' ');
            *other == name || (is_first && first(other) == first(&name))
        };
        !name.is_empty() && self.names.iter().any(is_same)
    }
}

/// A name in lower case with single spaces, without marks between its words.
fn normal(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn content(kind: DocumentKind, document: &impl ReadDoc) -> Content {
    read_model(kind, document, &|_| String::new(), Language::English).content
}
