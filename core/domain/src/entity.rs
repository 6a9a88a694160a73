//! Entities: the things in a document, as maps of plain fields below a section, keyed by id.
//!
//! Each kind has one home: the file that declares it with [`entity!`]. The declaration is its read model; it names the
//! section and the keys, and makes the typed reader of each field. Commands write through [`Writer`] and its keys, so no
//! other file spells a key of the document.

mod item;
mod value;
mod writer;

use std::fmt::Display;
use std::str::FromStr;

use automerge::ReadDoc;
use automerge::transaction::Transactable;
use uuid::Uuid;

pub(crate) use item::{Candidate, Item, Key};
pub(crate) use value::{Field, Shown, Stores, Value};
pub(crate) use writer::Writer;

use crate::labels::{Labeller, Lists};
use crate::{Context, PersonId, Refusal, Rewording, erasure};

/// Something that the content of a document lists.
pub(crate) trait Listed: Sized {
    /// The section that every document of the kind has from its first moment; absent for what has none of its own.
    const SECTION: Option<&'static str> = None;

    /// Reads them, in the order in which they were made.
    fn list<R: ReadDoc>(document: &R) -> Vec<Self>;

    /// Collects what a person reads for the words in this one.
    fn labels(&self, _labels: &mut Labeller<'_>) {}

    /// Collects the lists that its words are from.
    fn lists(_lists: &mut Lists) {}
}

/// A kind of thing with an id: maps under one key of a document, or of another entity.
pub(crate) trait Entity: Sized {
    /// The type of the ids.
    type Id: Copy + Display + FromStr;
    /// The key of the map that holds them.
    const IN: &'static str;
    /// The field in which commands name one.
    const ID: &'static str;
    /// The word for it in an erasure, where it is not the usual thing of its document.
    const ERASED_AS: Option<&'static str> = None;

    /// Reads one.
    fn read<R: ReadDoc>(id: Self::Id, item: &Item<'_, R>) -> Self;

    /// Tells whether people read it; what was taken back stays in the document.
    fn is_shown<R: ReadDoc>(_item: &Item<'_, R>) -> bool {
        true
    }

    /// Collects labels that do not follow from the type of a field.
    fn more_labels(&self, _labels: &mut Labeller<'_>) {}

    /// Collects lists that do not follow from the type of a field.
    fn more_lists(_lists: &mut Lists) {}

    /// Finds all of them below a document's root or another entity, in the order in which they were made.
    fn items<'a, R: ReadDoc>(parent: &Item<'a, R>) -> Vec<(Self::Id, Item<'a, R>)> {
        let items = parent.map(Self::IN).map(|items| items.maps()).unwrap_or_default();
        items.into_iter().filter_map(|(id, item)| Some((id.parse().ok()?, item))).collect()
    }

    /// Reads all of them that people read.
    fn all<R: ReadDoc>(parent: &Item<'_, R>) -> Vec<Self> {
        let items = Self::items(parent).into_iter().filter(|(_, item)| Self::is_shown(item));
        items.map(|(id, item)| Self::read(id, &item)).collect()
    }

    /// Finds one below a document's root or another entity.
    fn below<'a, R: ReadDoc>(parent: &Item<'a, R>, id: Self::Id) -> Option<Item<'a, R>> {
        parent.map(Self::IN)?.map(&id.to_string())
    }

    /// Finds one in its section of a document.
    fn item<R: ReadDoc>(document: &R, id: Self::Id) -> Option<Item<'_, R>> {
        Self::below(&Item::root(document), id)
    }

    /// Finds one in a document, for a condition about it.
    ///
    /// # Errors
    ///
    /// `not_found`, about the field in which commands name it.
    fn existing<R: ReadDoc>(document: &R, id: Self::Id) -> Result<Item<'_, R>, Refusal> {
        Self::item(document, id).ok_or_else(|| Refusal::not_found(Self::ID))
    }

    /// Returns who made one; nobody where it is not there.
    fn author(document: &impl ReadDoc, id: Self::Id) -> Option<PersonId> {
        Self::item(document, id)?.by()
    }

    /// Refuses the name of one that is not there.
    fn must_exist(document: &impl ReadDoc, id: Self::Id) -> Result<(), Refusal> {
        Self::existing(document, id).map(drop)
    }

    /// Refuses the name of one that is not there, in a field of its own.
    fn must_exist_as(document: &impl ReadDoc, id: Self::Id, field: &str) -> Result<(), Refusal> {
        Self::item(document, id).map(drop).ok_or_else(|| Refusal::not_found(field))
    }

    /// Refuses an id for a new one that is taken.
    fn must_be_free(document: &impl ReadDoc, id: Self::Id) -> Result<(), Refusal> {
        match Self::item(document, id) {
            Some(_) => Err(Refusal::duplicate(Self::ID)),
            None => Ok(()),
        }
    }

    /// Opens one for writing.
    fn open<T: Transactable>(transaction: &mut T, id: Self::Id) -> Result<Writer<'_, T>, Refusal> {
        Writer::root(transaction).into_map(Self::IN)?.into_entity(id, Self::ID)
    }

    /// Makes one in its section, and notes who made it and when.
    fn create<'t, T: Transactable>(
        context: &Context,
        transaction: &'t mut T,
        id: Self::Id,
    ) -> Result<Writer<'t, T>, Refusal> {
        Writer::root(transaction).into_map(Self::IN)?.create(context, id)
    }

    /// The new words of a command for the text of one.
    fn rewording(id: Uuid, text: &str) -> Rewording<'_> {
        Rewording { section: Self::IN, id, field: Self::ID, text }
    }

    /// Takes one out of its section for good, and keeps that it was erased.
    fn erase(context: &Context, transaction: &mut impl Transactable, id: Self::Id) -> Result<(), Refusal> {
        Self::open(transaction, id)?;
        Writer::root(transaction).into_map(Self::IN)?.delete(&id.to_string())?;
        erasure::note(context, transaction, id, Self::ERASED_AS)
    }
}

/// Declares a kind of entity: its read model, its section and its keys.
///
/// ```ignore
/// entity! {
///     /// A working note.
///     WorkNote[note_id: NoteId] in "notes" {
///         /// What it is about.
///         subject: Option<String>,
///         /// What it says.
///         text: String => |item| shared_text::text(item),
///     }
/// }
/// ```
///
/// A field is stored under its own name, or behind `as "…"` under another one, and reads as the default behind `=` where
/// nothing stands there. A field behind `=>` is made when it is read. Keys that nobody reads as they are stand behind `keeps`,
/// and methods of [`Entity`] in the block `impl`.
macro_rules! entity {
    (
        $(#[$doc:meta])*
        $name:ident[$id_field:ident: $id:ty] in $section:literal {
            $($(#[$field_doc:meta])* $field:ident: $type:ty
                $(as $key:literal)? $(= $default:expr)? $(=> |$item:ident| $read:expr)?,)*
        }
        $(keeps { $($kept:ident: $kept_type:ty,)* })?
        $(impl { $($method:item)* })?
    ) => {
        $crate::entity::entity! {
            @nested
            $(#[$doc])*
            $name[$id_field: $id] in $section {
                $($(#[$field_doc])* $field: $type $(as $key)? $(= $default)? $(=> |$item| $read)?,)*
            }
            $(keeps { $($kept: $kept_type,)* })?
            $(impl { $($method)* })?
        }

        impl $crate::entity::Listed for $name {
            const SECTION: Option<&'static str> = Some($section);

            fn list<R: automerge::ReadDoc>(document: &R) -> Vec<Self> {
                <Self as $crate::entity::Entity>::all(&$crate::entity::Item::root(document))
            }

            fn labels(&self, labels: &mut $crate::labels::Labeller<'_>) {
                $crate::entity::Shown::labels(self, "", labels);
            }

            fn lists(lists: &mut $crate::labels::Lists) {
                <Self as $crate::entity::Shown>::lists(lists);
            }
        }
    };
    (
        @nested
        $(#[$doc:meta])*
        $name:ident[$id_field:ident: $id:ty] in $section:literal {
            $($(#[$field_doc:meta])* $field:ident: $type:ty
                $(as $key:literal)? $(= $default:expr)? $(=> |$item:ident| $read:expr)?,)*
        }
        $(keeps { $($kept:ident: $kept_type:ty,)* })?
        $(impl { $($method:item)* })?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
        pub struct $name {
            /// The id.
            pub id: $id,
            /// The person who made it.
            pub by: Option<$crate::PersonId>,
            /// When it was made.
            pub at: $crate::Timestamp,
            $($(#[$field_doc])* #[serde(skip_serializing_if = "crate::entity::Shown::is_absent")] pub $field: $type,)*
        }

        impl $name {
            $($crate::entity::entity!(@key $field, $type, [$($key)?], [$($item)?]);)*
            $($(
                #[expect(non_upper_case_globals, reason = "a key has the name of what it holds")]
                pub(super) const $kept: $crate::entity::Key<$kept_type> =
                    $crate::entity::Key::new(stringify!($kept));
            )*)?
        }

        impl $crate::entity::Entity for $name {
            type Id = $id;
            const IN: &'static str = $section;
            const ID: &'static str = stringify!($id_field);

            fn read<R: automerge::ReadDoc>(id: $id, item: &$crate::entity::Item<'_, R>) -> Self {
                Self {
                    id,
                    by: item.by(),
                    at: item.at(),
                    $($field: $crate::entity::entity!(@read item, $field, $type, [$($default)?], [$($item, $read)?]),)*
                }
            }

            $($($method)*)?
        }

        impl $crate::entity::Shown for $name {
            fn labels(&self, _field: &'static str, labels: &mut $crate::labels::Labeller<'_>) {
                $($crate::entity::Shown::labels(
                    &self.$field,
                    $crate::entity::entity!(@name $field $($key)?),
                    labels,
                );)*
                $crate::entity::Entity::more_labels(self, labels);
            }

            fn lists(lists: &mut $crate::labels::Lists) {
                $(<$type as $crate::entity::Shown>::lists(lists);)*
                <Self as $crate::entity::Entity>::more_lists(lists);
            }
        }
    };
    (@key $field:ident, $type:ty, [$($key:literal)?], []) => {
        #[expect(non_upper_case_globals, reason = "a key has the name of its field")]
        pub(super) const $field: $crate::entity::Key<<$type as $crate::entity::Field>::Value> =
            $crate::entity::Key::new($crate::entity::entity!(@name $field $($key)?));
    };
    (@key $field:ident, $type:ty, [], [$item:ident]) => {};
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $key:literal) => { $key };
    (@read $from:ident, $field:ident, $type:ty, [], []) => {
        <$type as $crate::entity::Field>::of($from.get(Self::$field))
    };
    (@read $from:ident, $field:ident, $type:ty, [$default:expr], []) => {
        $from.get(Self::$field).unwrap_or_else(|| $default.into())
    };
    (@read $from:ident, $field:ident, $type:ty, [], [$item:ident, $read:expr]) => {{
        let $item = $from;
        $read
    }};
}

pub(crate) use entity;
