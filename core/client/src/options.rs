//! The settings of an open file.

use kring_domain::Language;

/// The settings with which a file is opened.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The language of what is read.
    pub language: Language,
    /// The app and its version, for the server's statistics.
    pub app: String,
}
