//! The access log: who looked at what, who changed what, who came and went, and who was refused.
//!
//! One chain of lines per space, and one of the server for what concerns no space. A line is only ever added: the
//! database refuses to change or delete one, each line's chain hash covers all lines before it, and the end of each chain is
//! sealed with the key of the log, so that [`verify`] finds what was changed behind the server's back.
//!
//! **What is folded.** Looking, receiving, writing and being refused make one line per person, device, document and
//! ten minutes: whoever reads the log wants to know that Marloes worked in the plan on Tuesday morning. Which commands
//! she gave, each with its time, is in the document's history, which has a signed chain of its own. Everything that
//! changes who may do what, takes something out, or erases makes a line each time.

mod action;
mod audit_entry;
mod chain;
mod record;
mod refused;
mod rows;
mod seal;
mod verify;
mod words;

pub use action::{Action, Outcome};
pub use audit_entry::{AccessPoint, AuditEntry, COPY};
pub use record::{FOLD_WINDOW_MS, adopt, is_recorded, record, record_at_document};
pub use refused::{Target, record_refused};
pub use rows::{AuditRow, Filter, MAX_ROWS, client_of, rows};
pub use seal::{has_grown, seal};
pub use verify::{Fault, Report, verify};
