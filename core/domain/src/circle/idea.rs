//! The ideas of the brainstorm: what is known of each, and the words that stand in them.

mod answer;
mod edit;
mod propose;
mod take_back;

use automerge::ReadDoc;

pub use answer::{ChooseIdea, DeclineIdea, ParkIdea};
pub use edit::EditIdea;
pub use propose::ProposeIdea;
pub use take_back::{EraseIdea, WithdrawIdea};

use super::EVERYBODY;
use crate::entity::{Entity, Item, entity};
use crate::hearts::{self, hearts};
use crate::words::{Word, words};
use crate::{IdeaId, Language, PersonId, TextVersions, Timestamp, shared_text};

entity! {
    /// An idea.
    Idea[idea_id: IdeaId] in "ideas" {
        /// The idea in words; concurrent edits merge word by word.
        text: String => |idea| shared_text::text(idea),
        /// Other versions of the text that wait for a choice, in the order in which they were written.
        #[serde(default)]
        versions: TextVersions => |idea| shared_text::versions(idea),
        /// The person who proposed it; the same as `by`.
        author: Option<PersonId> => |idea| idea.by(),
        /// The interests and talents it fits.
        fits: Vec<String>,
        /// The strategy to expand a network it belongs to.
        strategy: Option<Word<Strategy>>,
        /// The activity for the existing network it belongs to.
        activity: Option<Word<Activity>>,
        /// The effort that it takes: 1 (simple) to 3.
        complexity: Option<i64>,
        /// The person who gave it a heart, in order of their ids.
        hearts: Vec<PersonId> => |idea| hearts::of(idea),
        /// The client's answer, or that its author took it back.
        status: Word<IdeaStatus> = IdeaStatus::Open,
        /// When it was last chosen; absent for one that never was, or was before this was kept.
        chosen_at: Option<Timestamp>,
    }
}

words! {
    /// The outcome of an idea.
    IdeaStatus in "idea_status" {
        /// Nobody has decided yet.
        Open = "open": "nog niet gekozen", "not chosen yet";
        /// The client wants to do it.
        Chosen = "chosen": "gekozen", "chosen";
        /// The client keeps it for later.
        Parked = "parked": "bewaard voor later", "kept for later";
        /// The client does not want it.
        Declined = "declined": "liever niet", "rather not";
        /// Its author took it back.
        Withdrawn = "withdrawn": "teruggenomen", "taken back";
    }
    /// The twelve strategies to make a network larger. An idea may carry any other word as well.
    Strategy in "strategy" {
        UseDailyEnvironment = "use_daily_environment": "kijken waar ik elke dag kom", "look where I come every day";
        UseExistingNetwork = "use_existing_network": "vragen aan mensen die ik ken", "ask people I know";
        UseOwnNetwork = "use_own_network": "mensen die de begeleider kent", "people the professional knows";
        LookAtNeighbourhood = "look_at_neighbourhood": "in de wijk kijken", "look around the neighbourhood";
        CreateMeetingPoint = "create_meeting_point": "een plek in de wijk maken", "make a place in the neighbourhood";
        RecruitVolunteers = "recruit_volunteers": "een vrijwilliger zoeken", "find a volunteer";
        ClientAsVolunteer = "client_as_volunteer": "zelf vrijwilliger zijn", "be a volunteer myself";
        ClientCreatesWork = "client_creates_work": "zelf werk bedenken", "make work of my own";
        AppointBridgeBuilder = "appoint_bridge_builder": "iemand die mensen verbindt", "somebody who connects people";
        SetUpSupportCircle = "set_up_support_circle": "een steuncirkel maken", "make a support circle";
        SetUpCircleOfFriends = "set_up_circle_of_friends": "een vriendenkring maken", "make a circle of friends";
        JoinAssociation = "join_association": "bij een club gaan", "join a club";
    }
    /// The seven activities for the network that is there. An idea may carry any other word as well.
    Activity in "activity" {
        ReviveContact = "revive_contact": "een oud contact weer opzoeken", "look up an old contact";
        UseSharedInterests = "use_shared_interests": "doen wat je samen leuk vindt", "do what you both like";
        DiscussDisturbance = "discuss_disturbance": "praten over wat stroef gaat", "talk about what is difficult";
        RemoveObstacles = "remove_obstacles": "iets lastigs oplossen", "solve what is in the way";
        QualityOverQuantity = "quality_over_quantity": "liever goed dan veel", "rather good than many";
        DeepenContact = "deepen_contact": "elkaar beter leren kennen", "get to know each other better";
        InvestInUpkeep = "invest_in_upkeep": "meer doen om contact te houden", "do more to keep in touch";
    }
}

hearts! {
    Idea, EVERYBODY;
    /// Gives an idea the sender's heart; a person has one heart per idea.
    HeartIdea = "heart_idea";
    /// Takes the sender's heart back.
    UnheartIdea = "unheart_idea";
}

impl Idea {
    /// Returns what became of an idea.
    pub(super) fn status_of<R: ReadDoc>(idea: &Item<'_, R>) -> Word<IdeaStatus> {
        idea.get(Self::status).unwrap_or(Word::Known(IdeaStatus::Open))
    }

    /// An idea's text between quotation marks, or a general word where the idea is gone.
    fn title(document: &impl ReadDoc, id: IdeaId, language: Language) -> String {
        match Self::item(document, id) {
            Some(idea) => format!("“{}”", shared_text::text(&idea)),
            None => language.pick("een idee", "an idea").to_owned(),
        }
    }
}
