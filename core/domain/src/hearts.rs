//! Hearts: a person gives an idea one, or takes it back, in whichever document the idea is.

/// The two commands of a document's hearts. Its module has the sections, the policy and a view with a `title`.
macro_rules! hearts {
    ($View:ident;
     $(#[$give_docs:meta])* $Give:ident = $give:literal;
     $(#[$take_docs:meta])* $Take:ident = $take:literal;) => {
        $(#[$give_docs])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Give {
            /// The idea.
            pub idea_id: IdeaId,
        }

        $(#[$take_docs])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Take {
            /// The idea.
            pub idea_id: IdeaId,
        }

        impl Edit for $Give {
            const NAME: &'static str = $give;
            const POLICY: Policy = EVERYBODY;

            fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                must_exist(document, IDEAS, self.idea_id, "idea_id")
            }

            fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
                let idea = find(transaction, IDEAS, self.idea_id, "idea_id")?;
                let hearts = child(transaction, &idea, "hearts")?;
                let at = ScalarValue::Timestamp(context.at.millis());
                Ok(transaction.put(&hearts, context.author.person.to_string(), at)?)
            }

            fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
                let idea = $View::new(document).title(self.idea_id, language);
                format!("{} {idea}", language.pick("heeft een hartje gegeven aan", "gave a heart to"))
            }
        }

        impl Edit for $Take {
            const NAME: &'static str = $take;
            const POLICY: Policy = EVERYBODY;

            fn check(&self, document: &impl ReadDoc) -> Result<(), Refusal> {
                must_exist(document, IDEAS, self.idea_id, "idea_id")
            }

            fn execute(&self, context: &Context, transaction: &mut impl Transactable) -> Result<(), Refusal> {
                let idea = find(transaction, IDEAS, self.idea_id, "idea_id")?;
                let hearts = child(transaction, &idea, "hearts")?;
                Ok(transaction.delete(&hearts, context.author.person.to_string())?)
            }

            fn words(&self, document: &impl ReadDoc, _names: Names<'_>, language: Language) -> String {
                let idea = $View::new(document).title(self.idea_id, language);
                format!("{} {idea}", language.pick("heeft een hartje teruggenomen van", "took a heart back from"))
            }
        }
    };
}

pub(crate) use hearts;
