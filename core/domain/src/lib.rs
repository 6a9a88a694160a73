//! What Kring is about, as pure functions over plain data: the documents of a space, the commands that edit
//! them, who may do which command, and what a person gets to read.
//!
//! There is no IO here, no clock, no randomness and no `async`: time, ids and authors are arguments, so the same
//! code decides on the phone (to show a button or not) and on the server (to admit an edit or not).
//!
//! The tour, in the order in which an edit travels:
//!
//! 1. [`Command`] is the edit: one variant per thing a person can do, parsed from bounded plain data.
//! 2. [`authorize`] decides by [`policy`] and by the document as it stands; only it can make a [`Authorized`].
//! 3. [`Authorized::execute`] writes the edit into an Automerge transaction, as one change by an [`Author`].
//! 4. [`read_model`] shows the merged document, with the rules that concurrent work can break derived at read
//!    time and the questions they raise as [`Card`]s.
//!
//! ```
//! use kring_domain::{Author, Command, Context, Decision, DocumentKind, Role, authorize, genesis};
//! use serde_json::json;
//!
//! let mut document = genesis(DocumentKind::Circle);
//! let linda = Author::example(Role::Member);
//! let command = Command::parse(json!({
//!     "type": "propose_idea",
//!     "idea_id": "0195f3a0-0000-7000-8000-000000000001",
//!     "text": "Een kaart naar Dennis",
//! }))?;
//! let Decision::Admit(authorized) = authorize(&linda, &command, &document) else { panic!("a member may propose") };
//! let mut transaction = document.transaction();
//! authorized.execute(&Context::example(linda), &mut transaction)?;
//! transaction.commit();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod author;
mod authorization;
mod because;
mod bounds;
mod brief;
mod calling;
mod card;
pub mod circle;
mod command;
mod command_kind;
pub mod consents;
mod content;
mod context;
mod docs;
mod document;
mod effect;
mod entity;
mod erasure;
mod field_words;
mod grants;
mod hearts;
mod id;
mod labels;
mod language;
pub mod network;
pub mod one_time_code;
pub mod plan;
pub mod policy;
pub mod private;
pub mod private_time;
mod problem;
mod question;
mod read;
mod reader;
mod refusal;
mod register;
mod rewrite;
mod role;
mod run;
mod safety;
mod shared_text;
mod status;
mod strict;
mod suggestion;
mod table;
pub mod text_merge;
mod time;
mod words;
pub mod work_notes;

pub use author::Author;
pub use authorization::{Authorized, Decision, authorize};
pub use because::{Because, Reason};
pub use bounds::{Name, Slug, Text};
pub use calling::first_names;
pub use card::{Answerer, Card, CardKind, CardOption, Choose};
pub use command::{Command, CommandDescription, ParseError};
pub use command_kind::{CommandKind, Names, Rewording};
pub use content::Content;
pub use context::Context;
pub use docs::{COMMANDS_SCHEMA_ID, READ_MODELS_SCHEMA_ID, commands_markdown, commands_schema, read_models_schema};
pub use document::{DocumentKind, genesis};
pub use effect::Effect;
pub use erasure::{mentions, outline, words_of_outline};
pub use grants::{Grant, Grantee, Grants, access};
pub use id::{
    ActionId, AskId, CommandId, ConsentId, ContactId, DeviceId, DocumentId, EvaluationId, GoalId, IdeaId, MessageId,
    NoteId, OfferId, PersonId, ServerId, SessionId, SnapshotId, SpaceId, StepId,
};
pub use labels::{Labels, Vocabulary, vocabulary};
pub use language::Language;
pub use problem::{PhoneProblem, ProblemCode};
pub use read::{ReadModel, read_model, read_model_for};
pub use reader::Reader;
pub use refusal::{Refusal, RefusalCode, explain};
pub use rewrite::rewrite;
pub use role::{Access, Role};
pub use run::named_ids;
pub use safety::UnsafePeople;
pub use shared_text::{TextVersion, TextVersions};
pub use status::{Phase, Status, StatusRequest, StatusSources, status};
pub use strict::{Located, Strict, Strictly, fault, field_of};
pub use suggestion::KeptSuggestion;
pub use time::{Date, Timestamp};
pub use words::{Entry, Perspective, Word, WordList, Words};
