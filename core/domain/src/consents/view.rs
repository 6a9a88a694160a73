//! The consents as they stand, borrowed from the document.

use automerge::ReadDoc;

use super::CONSENTS;
use crate::entity::Item;
use crate::{ConsentId, DocumentKind, Grant, Grantee, Language, Role};

/// The consents of a space, over any document that holds them.
pub struct ConsentsView<'a, R> {
    document: &'a R,
}

impl<'a, R: ReadDoc> ConsentsView<'a, R> {
    /// Looks at a document of kind `consents`; of any other it shows none.
    pub fn new(document: &'a R) -> Self {
        Self { document }
    }

    /// What the consents in force open.
    pub fn grants(&self) -> impl Iterator<Item = Grant> {
        self.entries().into_iter().filter(|(_, consent)| !is_withdrawn(consent)).filter_map(|(_, consent)| {
            let kind = DocumentKind::from_name(&consent.str("compartment")?)?;
            let to = match consent.parsed("person_id") {
                Some(person) => Grantee::Person(person),
                None => Grantee::Role(Role::from_name(&consent.str("role")?)?),
            };
            Some(Grant { kind, to })
        })
    }

    pub(super) fn document(&self) -> &'a R {
        self.document
    }

    pub(super) fn entries(&self) -> Vec<(String, Item<'a, R>)> {
        Item::section(self.document, CONSENTS).map(|section| section.maps()).unwrap_or_default()
    }

    /// The document that a consent is about, in words.
    pub(super) fn compartment(&self, id: ConsentId, language: Language) -> &'static str {
        let kind = Item::find(self.document, CONSENTS, id).and_then(|consent| consent.str("compartment"));
        let kind = kind.and_then(|kind| DocumentKind::from_name(&kind));
        kind.map_or(language.pick("een document", "a document"), |kind| kind.label(language))
    }
}

/// Whatever stands there ends it, of whichever version.
pub(super) fn is_withdrawn<R: ReadDoc>(consent: &Item<'_, R>) -> bool {
    consent.has("withdrawn")
}
