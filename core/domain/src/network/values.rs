//! The closed vocabularies of the network map.
//!
//! A command can only hold values of these lists. A document may hold more, written by a newer version: those are
//! kept and shown by their raw name.

use std::borrow::Cow;

use crate::Language;
use crate::words::{Perspective, Words, words};

words! {
    /// A quarter of the network map.
    Quadrant in "quadrant" {
        /// Relatives and a partner.
        Family = "family": "Familie", "Family";
        /// Other people with a need for support.
        Peers = "peers": "Andere mensen met een zorgvraag", "Other people who need support",
            own "Mensen die ook hulp krijgen", "People who get support too";
        /// People who are paid to support the client.
        Professionals = "professionals": "Professionals", "Professionals";
        /// Everybody else: neighbours, clubs, shops, friends from outside.
        Society = "society": "Samenleving", "Society";
    }
    /// The person who usually takes the initiative.
    Initiator in "initiator" {
        /// The client.
        Client = "client": "de cliënt", "the client", client "ik", "I";
        /// The contact.
        Contact = "contact": "de ander", "the other";
        /// Now one, now the other.
        Mutual = "mutual": "allebei", "both";
        /// Neither.
        None = "none": "niemand", "nobody";
    }
    /// A kind of support that people give each other.
    SupportKind in "support" {
        /// Listening, comforting.
        Emotional = "emotional": "steun en praten", "emotional support";
        /// Doing something for the other.
        Practical = "practical": "hulp", "practical help";
        /// Doing things together.
        Companionship = "companionship": "samen dingen doen", "doing things together";
        /// Thinking along.
        Advice = "advice": "tips", "advice";
        /// Bringing somebody to new people and places.
        Bridging = "bridging": "nieuwe mensen en plekken", "new people and places";
    }
    /// The state of things between the client and a contact.
    Status in "contact_status" {
        /// In touch.
        Active = "active": "gewoon contact", "in touch";
        /// Out of touch.
        Faded = "faded": "lang niet gezien", "not seen for long";
        /// In trouble with each other.
        Strained = "strained": "ruzie", "in a quarrel";
        /// Over.
        Ended = "ended": "gestopt", "ended";
        /// The contact has died.
        Deceased = "deceased": "overleden", "deceased";
        /// Just met.
        New = "new": "nieuw", "new";
    }
    /// The wish of the client with a contact.
    Wish in "wish" {
        /// As it is.
        Keep = "keep": "zo houden", "keep as it is";
        /// Closer.
        Strengthen = "strengthen": "vaker zien", "see more often";
        /// In touch again.
        Revive = "revive": "weer contact", "in touch again";
        /// Made good.
        Repair = "repair": "goedmaken", "make up";
        /// Further away.
        Distance = "distance": "meer afstand", "more distance";
        /// Over.
        End = "end": "stoppen", "end";
        /// Taking part in the plan.
        Involve = "involve": "laten meedoen", "let them take part";
        /// Not now.
        Later = "later": "later", "later";
    }
    /// The rings of the map, by their number.
    RingName in "ring" {
        Unplaced = "0": "Nog niet geplaatst", "Not placed yet";
        First = "1": "Heel dichtbij", "Very close";
        Second = "2": "Vrienden", "Friends", own "Dichtbij", "Close";
        Third = "3": "Kennissen", "Acquaintances", own "Ken ik", "People I know";
        Fourth = "4": "Diensten", "Services", own "Helpt mij voor werk", "Helps me as a job";
    }
    /// What somebody can be to the client. Any other word may stand there too.
    Relation in "relation" {
        Partner = "partner": "partner", "partner";
        Dating = "dating": "verkering", "boyfriend or girlfriend";
        ExPartner = "ex_partner": "ex", "ex";
        Ex = "ex": "ex", "ex";
        Parent = "parent": "vader of moeder", "parent";
        StepParent = "step_parent": "stiefouder", "step-parent";
        FosterFamily = "foster_family": "pleeggezin", "foster family";
        Child = "child": "kind", "child";
        Sibling = "sibling": "broer of zus", "brother or sister";
        Grandparent = "grandparent": "opa of oma", "grandparent";
        Grandchild = "grandchild": "kleinkind", "grandchild";
        Uncle = "uncle": "oom", "uncle";
        Aunt = "aunt": "tante", "aunt";
        Nephew = "nephew": "neef of neefje", "nephew";
        Niece = "niece": "nicht of nichtje", "niece";
        Cousin = "cousin": "neef of nicht", "cousin";
        InLaw = "in_law": "schoonfamilie", "in-laws";
        OtherFamily = "other_family": "familie", "family";
        Friend = "friend": "vriend of vriendin", "friend";
        Acquaintance = "acquaintance": "kennis", "acquaintance";
        Neighbour = "neighbour": "buurman of buurvrouw", "neighbour";
        Housemate = "housemate": "huisgenoot", "housemate";
        Colleague = "colleague": "collega", "colleague";
        Boss = "boss": "baas", "boss";
        Classmate = "classmate": "klasgenoot", "classmate";
        Teacher = "teacher": "juf of meester", "teacher";
        FellowMember = "fellow_member": "clubgenoot", "fellow member";
        SportsMate = "sports_mate": "sportmaatje", "sports mate";
        FellowBeliever = "fellow_believer": "geloofsgenoot", "fellow believer";
        Shop = "shop": "winkel of dienst", "shop or service";
        Service = "service": "winkel of dienst", "shop or service";
        ShopService = "shop_service": "winkel of dienst", "shop or service";
        Volunteer = "volunteer": "vrijwilliger", "volunteer";
        Buddy = "buddy": "maatje", "buddy";
        SupportWorker = "support_worker": "begeleider", "support worker";
        Doctor = "doctor": "dokter", "doctor";
        LegalRep = "legal_rep": "bewindvoerder, mentor of curator", "legal representative";
        Pet = "pet": "huisdier", "pet";
        Other = "other": "anders", "other";
    }
    /// The interval at which people are in touch, by how many times a year that is.
    Often in "frequency_per_year" {
        Daily = "365": "elke dag", "every day";
        OftenAWeek = "156": "paar keer per week", "a few times a week";
        Weekly = "52": "elke week", "every week";
        Fortnightly = "26": "om de week", "every other week";
        Monthly = "12": "elke maand", "every month";
        OftenAYear = "4": "paar keer per jaar", "a few times a year";
        Yearly = "1": "eens per jaar", "once a year";
        Rarely = "0.5": "bijna nooit", "almost never";
        Never = "0": "nooit", "never";
    }
}

/// Returns how often people are in touch, in words; counted frequencies read as the word they are nearest to.
pub fn frequency_label(per_year: f64, language: Language) -> Cow<'static, str> {
    let word = match per_year {
        often if often >= 250.0 => Often::Daily,
        often if often >= 90.0 => Often::OftenAWeek,
        often if often >= 36.0 => Often::Weekly,
        often if often >= 18.0 => Often::Fortnightly,
        often if often >= 8.0 => Often::Monthly,
        often if often >= 2.0 => Often::OftenAYear,
        often if often >= 0.75 => Often::Yearly,
        seldom if seldom > 0.0 => Often::Rarely,
        _ => Often::Never,
    };
    word.label(language).into()
}

/// A ring in words a person reads: 1 the closest to 4, 0 for somebody without a place.
pub fn ring_label(ring: i64, language: Language) -> Cow<'static, str> {
    RingName::LIST
        .find(&ring.to_string())
        .map_or(language.pick("onbekend", "unknown").into(), |word| word.label(language).into())
}

/// A relation in words a person reads; one that Kring has no words for reads as it was written.
pub fn relation_label(name: &str, language: Language) -> Cow<'static, str> {
    Relation::LIST.label_for(name, language, Perspective::Others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_wire_and_strangers_are_unknown() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
            assert_eq!(Status::from_name(status.name()), Some(status));
        }
        assert_eq!(Status::label_of("on_sabbatical", Language::Dutch), "on sabbatical");
        assert_eq!(Quadrant::label_of("", Language::English), "unknown");
        assert_eq!(relation_label("oom", Language::English), "oom", "a relation nobody has a label for");
    }

    #[test]
    fn counts_read_as_the_frequency_they_are_nearest_to() {
        let cases = [
            (365.0, "elke dag"),
            (104.0, "paar keer per week"),
            (52.0, "elke week"),
            (24.0, "om de week"),
            (12.0, "elke maand"),
            (3.0, "paar keer per jaar"),
            (1.0, "eens per jaar"),
            (0.1, "bijna nooit"),
            (0.0, "nooit"),
        ];
        for (per_year, words) in cases {
            assert_eq!(frequency_label(per_year, Language::Dutch), words, "{per_year} times a year");
        }
    }
}
