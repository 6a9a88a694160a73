//! The content of each kind of document: lists of the entities in it, as the table says.

use automerge::ReadDoc;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::DocumentKind;
use crate::entity::Listed;
use crate::labels::{Labeller, Lists};
use crate::table::documents;

macro_rules! contents {
    ($($(#[$doc:meta])* $kind:ident = $name:literal => $module:ident, $content:ident, $dutch:literal, $english:literal {
        $($(#[$field_doc:meta])* $field:ident: $entity:ident [$($command:ident),*],)*
    })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
            pub struct $content {
                $($(#[$field_doc])* pub $field: Vec<crate::$module::$entity>,)*
            }

            impl $content {
                /// Reads the content of a document of this kind; of any other it is empty.
                pub(crate) fn of(document: &impl ReadDoc) -> Self {
                    Self { $($field: <crate::$module::$entity as Listed>::list(document),)* }
                }
            }
        )+

        /// The things in a document, by kind.
        #[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
        #[serde(untagged)]
        pub enum Content {
            $($(#[$doc])* $kind($content),)+
        }

        impl Content {
            /// Collects what a person reads for the words in it.
            pub(crate) fn add_labels(&self, labels: &mut Labeller<'_>) {
                match self {
                    $(Self::$kind(content) => {
                        $(content.$field.iter().for_each(|one| one.labels(labels));)*
                    })+
                }
            }
        }

        /// The JSON Schema of the content of each kind of document, by its name.
        pub(crate) fn schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
            vec![$((DocumentKind::$kind.name(), generator.subschema_for::<$content>())),+]
        }

        /// Collects the lists of all words of all documents.
        pub(crate) fn lists(lists: &mut Lists) {
            $($(<crate::$module::$entity as Listed>::lists(lists);)*)+
        }

        impl DocumentKind {
            /// The maps that every document of this kind has from its first moment.
            pub(crate) fn sections(self) -> Vec<&'static str> {
                let sections: &[Option<&str>] = match self {
                    $(Self::$kind => &[$(<crate::$module::$entity as Listed>::SECTION),*],)+
                };
                sections.iter().copied().flatten().collect()
            }
        }
    };
}

documents!(contents);
