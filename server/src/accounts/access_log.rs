//! The access log: who looked at what, who changed what, who came and went, and who was refused.
//!
//! One chain of lines per space, and one of the server for what concerns no space. A line is only ever added: the
//! database refuses to change or delete one, each line's link covers all lines before it, and the end of each chain is
//! sealed with the key of the log, so that [`verify`] finds what was changed behind the server's back.
//!
//! **What is folded.** Looking, receiving, writing and being refused make one line per person, device, document and
//! ten minutes: whoever reads the log wants to know that Marloes worked in the plan on Tuesday morning. Which commands
//! she gave, each with its time, is in the document's history, which has a signed chain of its own. Everything that
//! changes who may do what, takes something out, or erases makes a line each time.

mod action;
mod chain;
mod line;
mod lines;
mod record;
mod refused;
mod seal;
mod verify;
mod words;

pub use action::{Action, Outcome};
pub use line::{AccessPoint, COPY, Line};
pub use lines::{Filter, LogLine, MAX_LINES, client_of, lines};
pub use record::{SAME, adopt, is_recorded, record, record_at_document};
pub use refused::{Target, record_refused};
pub use seal::{has_grown, seal};
pub use verify::{Fault, Report, verify};
