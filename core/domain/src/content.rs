//! The content of a document: lists of the entities in it.

/// Declares the read model of a kind of document, by the entities that it lists.
///
/// It makes what every document's module has: `sections` and `read`. The module has a function `questions` beside it.
macro_rules! content {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $entity:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Vec<$entity>,)*
        }

        impl $name {
            /// Collects what a person reads for the words in it.
            pub(crate) fn labels(&self, labels: &mut $crate::labels::Labeller<'_>) {
                $(self.$field.iter().for_each(|one| $crate::entity::Listed::labels(one, labels));)*
            }

            /// Collects the lists that its words are from.
            pub(crate) fn lists(lists: &mut $crate::labels::Lists) {
                $(<$entity as $crate::entity::Listed>::lists(lists);)*
            }
        }

        /// The maps that every document of this kind has from its first moment.
        pub(crate) fn sections() -> Vec<&'static str> {
            [$(<$entity as $crate::entity::Listed>::SECTION),*].into_iter().flatten().collect()
        }

        /// The document as plain data, with the questions it raises.
        pub(crate) fn read(
            document: &impl automerge::ReadDoc,
            reader: &$crate::Reader<'_>,
        ) -> ($name, Vec<$crate::question::Question>) {
            let content = $name { $($field: <$entity as $crate::entity::Listed>::list(document),)* };
            let questions = questions(document, &content, reader);
            (content, questions)
        }
    };
}

pub(crate) use content;
