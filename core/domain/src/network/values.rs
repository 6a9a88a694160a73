//! The closed vocabularies of the network map.
//!
//! A command can only hold values of these lists. A document may hold more, written by a newer version: those are
//! kept and shown by their raw name, and every `label_of` has a word for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Language;

macro_rules! choices {
    ($($(#[$doc:meta])* $choice:ident { $($(#[$line:meta])* $value:ident = $name:literal: $dutch:literal, $english:literal;)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $choice {
            $($(#[$line])* $value,)+
        }

        impl $choice {
            /// Every value, in the order in which a person is offered them.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The value's name on every wire and in documents.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $name),+ }
            }

            /// The value with this name; `None` for one of a newer version.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$value),)+ _ => None }
            }

            /// The value in words a person reads.
            pub const fn label(self, language: Language) -> &'static str {
                match self { $(Self::$value => language.pick($dutch, $english)),+ }
            }

            /// The words for a raw value of a document.
            pub fn label_of(name: &str, language: Language) -> &'static str {
                Self::from_name(name).map_or(language.pick("onbekend", "unknown"), |value| value.label(language))
            }
        }
    )+};
}

choices! {
    /// A quarter of the network map.
    Quadrant {
        /// Relatives and a partner.
        Family = "family": "Familie", "Family";
        /// Other people with a need for support.
        Peers = "peers": "Andere mensen met een zorgvraag", "Other people who need support";
        /// People who are paid to support the client.
        Professionals = "professionals": "Professionals", "Professionals";
        /// Everybody else: neighbours, clubs, shops, friends from outside.
        Society = "society": "Samenleving", "Society";
    }
    /// Who usually takes the initiative.
    Initiator {
        /// The client.
        Client = "client": "de cliënt", "the client";
        /// The contact.
        Contact = "contact": "de ander", "the other";
        /// Now one, now the other.
        Mutual = "mutual": "allebei", "both";
        /// Neither.
        None = "none": "niemand", "nobody";
    }
    /// A kind of support that people give each other.
    Support {
        /// Listening, comforting.
        Emotional = "emotional": "steun en praten", "emotional support";
        /// Doing something for the other.
        Practical = "practical": "hulp", "practical help";
        /// Doing things together.
        Companionship = "companionship": "samen dingen doen", "doing things together";
        /// Thinking along.
        Advice = "advice": "raad", "advice";
        /// Bringing somebody to new people and places.
        Bridging = "bridging": "nieuwe mensen en plekken", "new people and places";
    }
    /// How things stand between the client and a contact.
    Status {
        /// In touch.
        Active = "active": "actief", "active";
        /// Out of touch.
        Faded = "faded": "verwaterd", "faded";
        /// In trouble with each other.
        Strained = "strained": "verstoord", "strained";
        /// Over.
        Ended = "ended": "gestopt", "ended";
        /// The contact has died.
        Deceased = "deceased": "overleden", "deceased";
        /// Just met.
        New = "new": "nieuw", "new";
    }
    /// What the client would like with a contact.
    Wish {
        /// As it is.
        Keep = "keep": "zo houden", "keep as it is";
        /// Closer.
        Strengthen = "strengthen": "versterken", "strengthen";
        /// In touch again.
        Revive = "revive": "weer oppakken", "revive";
        /// Made good.
        Repair = "repair": "herstellen", "repair";
        /// Further away.
        Distance = "distance": "meer afstand", "more distance";
        /// Over.
        End = "end": "stoppen", "end";
        /// Taking part in the plan.
        Involve = "involve": "betrekken", "involve";
        /// Not now.
        Later = "later": "later", "later";
    }
    /// The moment in the client's work at which a snapshot is taken.
    SnapshotLabel {
        /// Before anything was done.
        Start = "start": "start", "start";
        /// On the way.
        Interim = "interim": "tussen", "interim";
        /// When the work is done.
        End = "end": "eind", "end";
        /// A year later.
        Year = "year": "jaar", "year";
    }
    /// What the client did with a suggestion.
    SuggestionState {
        /// Nothing yet.
        Open = "open": "open", "open";
        /// Took it over.
        Accepted = "accepted": "overgenomen", "accepted";
        /// Said no.
        Declined = "declined": "niet overgenomen", "declined";
    }
}

/// A ring in words a person reads: 1 the closest to 4, 0 for somebody without a place.
pub const fn ring_label(ring: i64, language: Language) -> &'static str {
    match ring {
        0 => language.pick("Nog niet geplaatst", "Not placed yet"),
        1 => language.pick("Heel dichtbij", "Very close"),
        2 => language.pick("Vrienden", "Friends"),
        3 => language.pick("Kennissen", "Acquaintances"),
        4 => language.pick("Diensten", "Services"),
        _ => language.pick("onbekend", "unknown"),
    }
}

/// A relation in words a person reads.
pub fn relation_label(name: &str, language: Language) -> &'static str {
    match name {
        "partner" => language.pick("partner", "partner"),
        "parent" => language.pick("ouder", "parent"),
        "child" => language.pick("kind", "child"),
        "sibling" => language.pick("broer of zus", "brother or sister"),
        "grandparent" => language.pick("opa of oma", "grandparent"),
        "other_family" => language.pick("familie", "family"),
        "friend" => language.pick("vriend", "friend"),
        "neighbour" => language.pick("buur", "neighbour"),
        "housemate" => language.pick("huisgenoot", "housemate"),
        "colleague" => language.pick("collega", "colleague"),
        "fellow_member" => language.pick("clubgenoot", "fellow member"),
        "classmate" => language.pick("klasgenoot", "classmate"),
        "shop" | "service" | "shop_service" => language.pick("winkel of dienst", "shop or service"),
        "volunteer" => language.pick("vrijwilliger", "volunteer"),
        "support_worker" => language.pick("begeleider", "support worker"),
        "doctor" => language.pick("dokter", "doctor"),
        "legal_rep" => language.pick("wettelijk vertegenwoordiger", "legal representative"),
        "other" => language.pick("anders", "other"),
        _ => language.pick("onbekend", "unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_wire_and_strangers_are_unknown() {
        for &status in Status::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
            assert_eq!(Status::from_name(status.name()), Some(status));
        }
        assert_eq!(Status::label_of("on_sabbatical", Language::Dutch), "onbekend");
        assert_eq!(Quadrant::label_of("", Language::English), "unknown");
    }
}
