//! A consent, or a look that somebody asked for themselves. It is written once and never changed; a withdrawal is written
//! beside it and wins over whatever happens at the same time.

mod give;
mod look;
mod withdraw;

use automerge::ReadDoc;
use schemars::JsonSchema;
use serde::Serialize;

pub use give::GiveConsent;
pub use look::AskToLook;
pub use withdraw::WithdrawConsent;

use crate::entity::{Entity, Item, Shown, entity};
use crate::words::{Word, words};
use crate::{ConsentId, DocumentKind, Grant, Grantee, Language, PersonId, Role, Timestamp};

entity! {
    /// A consent, or a look that somebody asked for themselves.
    Consent[consent_id: ConsentId] in "consents" {
        /// The role of the giver in the space: `client` or `representative`.
        given_as: Word<Role>,
        /// The kind of document it opens.
        compartment: Word<DocumentKind>,
        /// The purpose; absent for a look.
        purpose: Option<String>,
        /// The person who may read, where it is one person.
        person_id: Option<PersonId>,
        /// The person who may read, where it is everybody with a role.
        role: Option<Word<Role>>,
        /// The version of the text that was agreed to; absent for a look.
        text_version: Option<String>,
        /// How plain that text was; absent for a look.
        language_level: Option<Word<LanguageLevel>>,
        /// True when it works now.
        in_force: bool => |consent| Consent::is_in_force(consent),
        /// The person who ended it and when, where it has ended.
        withdrawn: Option<Withdrawal> => |consent| {
            consent.map(WITHDRAWN).map(|end| Withdrawal { by: end.by(), at: end.at() })
        },
    }
    keeps {
        withdrawn_as: Word<Role>,
    }
}

/// The key of the end of a consent.
const WITHDRAWN: &str = "withdrawn";

/// The end of a consent.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Withdrawal {
    /// The person who withdrew it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

impl Shown for Withdrawal {}

words! {
    /// How plain the text was that somebody agreed to, by the Common European Framework of Reference.
    LanguageLevel in "language_level" {
        /// Words and short sentences.
        A1 = "a1": "heel makkelijk", "very easy";
        /// Plain language.
        A2 = "a2": "makkelijk", "easy";
        /// Clear language.
        B1 = "b1": "duidelijk", "clear";
        /// Ordinary language.
        B2 = "b2": "gewoon", "ordinary";
        /// Difficult language.
        C1 = "c1": "moeilijk", "difficult";
        /// Read aloud, or explained with pictures.
        Spoken = "spoken": "voorgelezen of uitgelegd", "read aloud or explained";
    }
}

impl Consent {
    /// Reads what the consents in force open; of a document of any other kind that is nothing.
    pub(crate) fn grants(document: &impl ReadDoc) -> impl Iterator<Item = Grant> {
        let consents = Self::items(&Item::root(document)).into_iter().map(|(_, consent)| consent);
        consents.filter(Self::is_in_force).filter_map(|consent| {
            let kind = consent.get(Self::compartment)?.known()?;
            let to = match consent.get(Self::person_id) {
                Some(person) => Grantee::Person(person),
                None => Grantee::Role(consent.get(Self::role)?.known()?),
            };
            Some(Grant { kind, to })
        })
    }

    /// Whatever stands there ends it, of whichever version.
    fn is_in_force<R: ReadDoc>(consent: &Item<'_, R>) -> bool {
        !consent.has(WITHDRAWN)
    }

    /// The document that a consent is about, in words.
    fn compartment_label(document: &impl ReadDoc, id: ConsentId, language: Language) -> &'static str {
        let kind = Self::item(document, id).and_then(|consent| consent.get(Self::compartment)?.known());
        kind.map_or(language.pick("een document", "a document"), |kind| kind.label(language))
    }
}
