//! For whom something is put into words.

use crate::{Language, Names};

/// How a document is put into words.
pub(crate) struct Reader<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) language: Language,
}
