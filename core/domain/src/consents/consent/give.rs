use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Consent, LanguageLevel};
use crate::brief::brief;
use crate::entity::Entity;
use crate::policy::{Policy, Rule};
use crate::{
    Access, CommandKind, ConsentId, Context, DocumentKind, Effect, Language, Name, Names, PersonId, Refusal, Role, Text,
};

/// Lets somebody read a document that is not theirs by role, for a purpose, until it is withdrawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveConsent {
    /// The new consent's id.
    pub consent_id: ConsentId,
    /// The kind of document that is opened.
    pub compartment: DocumentKind,
    /// The purpose, in the words the person agreed to.
    pub purpose: Text,
    /// The person who may read it; this or `role`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// Everybody with this role may read it; this or `person_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The version of the text that was agreed to.
    pub text_version: Name,
    /// How plain that text was.
    pub language_level: LanguageLevel,
}

impl CommandKind for GiveConsent {
    const NAME: &'static str = "give_consent";
    const POLICY: Policy = Policy::NOBODY.client(Rule::Always).representative(Rule::Suggest);
    const EFFECT: Effect = Effect::ChangesRights;

    fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
        // What a client may look into by themselves is not for them to open to others.
        let opens = |role: &Role| *role != Role::Client && self.compartment.by_consent(*role) > Access::None;
        if !Role::ALL.iter().any(|role| opens(role) && *role != Role::Representative) {
            return Err(Refusal::invalid(Consent::compartment.name()));
        }
        match (self.person_id, &self.role) {
            (Some(_), None) => {}
            (None, Some(role)) if opens(role) => {}
            (None, None) => return Err(Refusal::invalid(Consent::person_id.name())),
            (_, Some(_)) => return Err(Refusal::invalid(Consent::role.name())),
        }
        Consent::must_be_free(document, self.consent_id)
    }

    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        let mut consent = Consent::create(context, transaction, self.consent_id)?;
        consent.put(Consent::given_as, context.author.role)?.put(Consent::compartment, self.compartment)?;
        consent.put(Consent::purpose, &self.purpose)?;
        consent.put(Consent::person_id, self.person_id)?.put(Consent::role, self.role)?;
        consent.put(Consent::text_version, &self.text_version)?;
        consent.put(Consent::language_level, self.language_level).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = self.reader(names, language);
        let what = self.compartment.label(language);
        let purpose = &self.purpose;
        match language {
            Language::Dutch => format!("heeft toestemming gegeven. {who} mag {what} lezen. Waarvoor: “{purpose}”"),
            Language::English => format!("gave consent. {who} may read {what}. What for: “{purpose}”"),
        }
    }

    fn proposal(&self, _document: &impl ReadDoc, names: Names<'_>, language: Language) -> String {
        let who = brief(&self.reader(names, language), 3);
        let what = self.compartment.label(language);
        let purpose = brief(&self.purpose, 6);
        match language {
            Language::Dutch => format!("{who} mag {what} lezen. Waarvoor: “{purpose}”."),
            Language::English => format!("{who} may read {what}. What for: “{purpose}”."),
        }
    }
}

impl GiveConsent {
    /// The person or the role that may read, at the beginning of a sentence.
    fn reader(&self, names: Names<'_>, language: Language) -> String {
        match (self.person_id, self.role) {
            (Some(person), _) => names(person),
            (None, Some(role)) => match language {
                Language::Dutch => format!("De {}", role.label(language)),
                Language::English => format!("The {}", role.label(language)),
            },
            (None, None) => language.pick("Iemand", "Somebody").to_owned(),
        }
    }
}
