//! The kinds of document: one per audience.
//!
//! A CRDT document syncs whole, history included, so who may read is decided per document and not within one.

use std::fmt;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, Automerge, ObjType, ROOT, ReadDoc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::erasure::Paths;
use crate::question::Question;
use crate::table::documents;
use crate::words::{Entry, WordList, Words};
use crate::{Access, Content, DocumentId, Language, Reader, Role, SpaceId};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal => $module:ident, $content:ident, $dutch:literal, $english:literal {
        $($(#[$field_doc:meta])* $field:ident: $entity:ident [$($command:ident),*],)*
    })+) => {
        /// A kind of document, named after what it holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum DocumentKind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)+
        }

        impl DocumentKind {
            /// Every kind, in the order in which a space lists its documents.
            pub const ALL: &'static [DocumentKind] = &[$(DocumentKind::$kind),+];

            /// The kind's name on every wire.
            pub const fn name(self) -> &'static str {
                match self { $(DocumentKind::$kind => $name),+ }
            }

            /// The kind in words a person reads.
            pub const fn label(self, language: Language) -> &'static str {
                match self { $(DocumentKind::$kind => language.pick($dutch, $english)),+ }
            }

            /// The audience: how far somebody with this role gets into documents of this kind by the role alone.
            pub const fn access(self, role: Role) -> Access {
                match self { $(DocumentKind::$kind => crate::$module::access(role)),+ }
            }

            /// Returns how far a consent in force lets somebody with this role in.
            pub const fn by_consent(self, role: Role) -> Access {
                match self { $(DocumentKind::$kind => crate::$module::by_consent(role)),+ }
            }

            /// Everything that was written about what was erased from the document.
            pub(crate) fn erased(self, document: &Automerge) -> Paths {
                match self { $(DocumentKind::$kind => crate::$module::erased(document)),+ }
            }

            /// The document as plain data, with the questions it raises.
            pub(crate) fn read(self, document: &impl ReadDoc, reader: &Reader<'_>) -> (Content, Vec<Question>) {
                match self {
                    $(DocumentKind::$kind => {
                        let content = crate::content::$content::of(document);
                        let questions = crate::$module::questions(document, &content, reader);
                        (Content::$kind(content), questions)
                    })+
                }
            }
        }

        impl Words for DocumentKind {
            const LIST: WordList = WordList {
                name: "document",
                words: &[$(Entry::new($name, $dutch, $english)),+],
            };

            fn name(self) -> &'static str {
                self.name()
            }

            fn from_name(name: &str) -> Option<Self> {
                Self::from_name(name)
            }
        }
    };
}

documents!(kinds);

impl DocumentId {
    /// The id of a space's document of one kind.
    ///
    /// It is the UUID v5 of the kind's name in the namespace of the space's id, so that a phone can make a space
    /// and fill its documents before it has ever seen a server.
    pub fn derive(space: SpaceId, kind: DocumentKind) -> Self {
        Self::new(Uuid::new_v5(&space.uuid(), kind.name().as_bytes()))
    }
}

impl DocumentKind {
    /// Returns whether anybody gets in by consent.
    pub fn asks_consent(self) -> bool {
        Role::ALL.iter().any(|role| self.by_consent(*role) > self.access(*role))
    }

    /// The kind with this name on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A new document of a kind: one change by a fixed author at a fixed time, the same bytes everywhere.
///
/// Phone and server start from it independently, so nothing needs to be sent for an empty document.
pub fn genesis(kind: DocumentKind) -> Automerge {
    let mut document = Automerge::new().with_actor(ActorId::from([0u8; 16]));
    let mut transaction = document.transaction();
    for section in kind.sections() {
        #[expect(clippy::expect_used, reason = "a map can always be put under a text key of the root")]
        transaction.put_object(ROOT, section, ObjType::Map).expect("the root of a new document is a map");
    }
    transaction.commit_with(CommitOptions::default().with_time(0));
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_differ_by_space_and_by_kind() {
        let space = SpaceId::new(Uuid::from_u128(1));
        let other = SpaceId::new(Uuid::from_u128(2));
        assert_eq!(DocumentId::derive(space, DocumentKind::Plan), DocumentId::derive(space, DocumentKind::Plan));
        assert_ne!(DocumentId::derive(space, DocumentKind::Plan), DocumentId::derive(space, DocumentKind::Circle));
        assert_ne!(DocumentId::derive(space, DocumentKind::Plan), DocumentId::derive(other, DocumentKind::Plan));
    }

    #[test]
    fn genesis_is_the_same_everywhere_and_differs_by_kind() {
        for &kind in DocumentKind::ALL {
            assert_eq!(genesis(kind).get_heads(), genesis(kind).get_heads());
            assert_eq!(DocumentKind::from_name(kind.name()), Some(kind));
        }
        assert_ne!(genesis(DocumentKind::Plan).get_heads(), genesis(DocumentKind::Circle).get_heads());
    }
}
