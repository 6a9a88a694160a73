//! Ratings of contacts, and the advice to a client who called somebody unsafe.

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CLIENT_ALONE;
use crate::entity::{Candidate, Entity, Item, Key, Listed, Shown};
use crate::labels::{Labeller, Lists};
use crate::network::Contact;
use crate::policy::Policy;
use crate::question::Question;
use crate::words::{Word, Words, words};
use crate::{CardKind, CommandKind, ContactId, Context, Language, Names, Reader, Refusal, Timestamp};

/// True when somebody does the client good.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rating {
    /// The contact.
    pub contact_id: ContactId,
    /// When the client said so.
    pub at: Timestamp,
    /// True when they do the client good.
    pub helpfulness: Word<Helpfulness>,
}

pub(super) const HELPFULNESS: Key<Word<Helpfulness>> = Key::new("helpfulness");

/// A rating stands under the id of its contact.
impl Entity for Rating {
    type Id = ContactId;
    const IN: &'static str = "ratings";
    const ID: &'static str = Contact::ID;

    fn read<R: ReadDoc>(contact_id: ContactId, rating: &Item<'_, R>) -> Self {
        Self { contact_id, at: rating.at(), helpfulness: rating.get(HELPFULNESS).unwrap_or_default() }
    }
}

impl Listed for Rating {
    const SECTION: Option<&'static str> = Some(Self::IN);

    /// Of two devices of the client that did not know of each other, the one that says unsafe counts.
    fn list<R: ReadDoc>(document: &R) -> Vec<Self> {
        let read = |(contact, shown): (ContactId, Item<'_, R>)| {
            let mut said = Self::candidates(document, contact).into_iter().map(|candidate| candidate.value);
            let unsafe_one = said.rfind(|item| item.get(HELPFULNESS).is_some_and(|said| said == Helpfulness::Unsafe));
            Self::read(contact, &unsafe_one.unwrap_or(shown))
        };
        Self::items(&Item::root(document)).into_iter().map(read).collect()
    }

    fn labels(&self, labels: &mut Labeller<'_>) {
        self.helpfulness.labels(HELPFULNESS.name(), labels);
    }

    fn lists(lists: &mut Lists) {
        lists.add(Helpfulness::LIST);
    }
}

impl Rating {
    /// Returns what the client's devices said about a contact without knowing of each other.
    pub(super) fn said(document: &impl ReadDoc, contact: ContactId) -> Vec<Candidate<Word<Helpfulness>>> {
        let said = Self::candidates(document, contact).into_iter();
        said.filter_map(|said| Some(Candidate { value: said.value.get(HELPFULNESS)?, author: said.author })).collect()
    }

    fn candidates<R: ReadDoc>(document: &R, contact: ContactId) -> Vec<Candidate<Item<'_, R>>> {
        let ratings = Item::section(document, Self::IN);
        ratings.map(|ratings| ratings.map_candidates(&contact.to_string())).unwrap_or_default()
    }
}

words! {
    /// True when somebody does the client good.
    Helpfulness in "helpfulness" {
        /// They help.
        Helpful = "helpful": "helpt", "helps";
        /// Now they do, now they do not.
        Mixed = "mixed": "helpt soms", "helps sometimes";
        /// They do not help.
        Unhelpful = "unhelpful": "helpt niet", "does not help";
        /// The client is not safe with them.
        Unsafe = "unsafe": "niet veilig", "not safe";
    }
}

/// Says whether a contact does the client good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateHelpfulness {
    /// The contact, by its id on the network map.
    pub contact_id: ContactId,
    /// True when they do the client good.
    pub helpfulness: Helpfulness,
}

impl CommandKind for RateHelpfulness {
    const NAME: &'static str = "rate_helpfulness";
    const POLICY: Policy = CLIENT_ALONE;

    /// The contact is in another document, which is not looked into from here.
    fn check(&self, _document: &impl ReadDoc) -> Result<(), Refusal> {
        Ok(())
    }

    /// A rating is put anew each time, with who and when in one value.
    fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
        Rating::create(context, transaction, self.contact_id)?.put(HELPFULNESS, self.helpfulness).map(drop)
    }

    fn words(&self, _document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
        language.pick("heeft gezegd of iemand helpt", "said whether somebody helps").to_owned()
    }
}

/// A kind word per contact whom the client called unsafe: whom to talk to, and how to take it back.
pub(super) fn questions(ratings: &[Rating], reader: &Reader<'_>) -> impl Iterator<Item = Question> {
    let language = reader.language;
    let text = language.pick(
        "Goed dat je dit zegt. Praat erover met iemand die je vertrouwt. Je kunt Veilig Thuis bellen: 0800-2000. \
         Dat is gratis, dag en nacht. Is er nu gevaar? Bel 112. Wie niet veilig is, komt er niet bij.",
        "Good that you say this. Talk about it with somebody you trust. You can call Veilig Thuis: 0800-2000. \
         It is free, day and night. Is there danger now? Call 112. Nobody who is not safe is let in.",
    );
    ratings.iter().filter(|rating| rating.helpfulness == Helpfulness::Unsafe).map(move |rating| {
        let back = RateHelpfulness { contact_id: rating.contact_id, helpfulness: Helpfulness::Mixed };
        Question::new(CardKind::NotSafe, text.to_owned())
            .about([rating.contact_id])
            .answer(language.pick("Het is weer veilig", "It is safe again"), back.to_json())
    })
}
