//! Ids: one type per thing, made only by parsing or from a UUID.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
        #[schemars(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that stands for this thing.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself, for stores and bindings.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        /// Ids are text on every wire, binary ones included.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(UuidText).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A person, in every space and on every device.
    PersonId,
    /// One signed-in phone, tablet or browser of one person.
    DeviceId,
    /// A server with its database, wherever it runs; derived from the key that signs its log.
    ServerId,
    /// Everything around one client.
    SpaceId,
    /// One document of a space; derived from the space and the kind.
    DocumentId,
    /// One edit; makes a retry harmless.
    CommandId,
    /// A person, organisation or pet on the network map.
    ContactId,
    /// A picture of the network at one moment.
    SnapshotId,
    /// An idea of the brainstorm.
    IdeaId,
    /// An offer of help.
    OfferId,
    /// A message in the support circle.
    MessageId,
    /// A goal of the plan.
    GoalId,
    /// An action of the plan.
    ActionId,
    /// A step of an action.
    StepId,
    /// One person's look back on an action.
    EvaluationId,
    /// A note of the client, or of a professional.
    NoteId,
    /// Something the client would like to ask somebody.
    AskId,
    /// A brainstorm in private time.
    SessionId,
    /// A consent, or a look that the client asked for.
    ConsentId,
}

/// Reads a UUID from text without copying it.
struct UuidText;

impl de::Visitor<'_> for UuidText {
    type Value = Uuid;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Uuid, E> {
        Uuid::try_parse(text).map_err(|_| E::invalid_value(de::Unexpected::Other("other text"), &self))
    }
}
