//! The closed lists of words in the commands about consents.

use crate::words::words;

words! {
    /// How plain the text was that somebody agreed to, by the Common European Framework of Reference.
    LanguageLevel {
        /// Words and short sentences.
        A1 = "a1",
        /// Plain language.
        A2 = "a2",
        /// Clear language.
        B1 = "b1",
        /// Ordinary language.
        B2 = "b2",
        /// Difficult language.
        C1 = "c1",
        /// Read aloud, or explained with pictures.
        Spoken = "spoken",
    }
}
