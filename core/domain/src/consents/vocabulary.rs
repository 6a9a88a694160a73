//! The closed lists of words in the commands about consents.

use crate::words::words;

words! {
    /// How plain the text was that somebody agreed to, by the Common European Framework of Reference.
    LanguageLevel in "language_level" {
        /// Words and short sentences.
        A1 = "a1": "heel makkelijk", "very easy";
        /// Plain language.
        A2 = "a2": "makkelijk", "easy";
        /// Clear language.
        B1 = "b1": "duidelijk", "clear";
        /// Ordinary language.
        B2 = "b2": "gewoon", "ordinary";
        /// Difficult language.
        C1 = "c1": "moeilijk", "difficult";
        /// Read aloud, or explained with pictures.
        Spoken = "spoken": "voorgelezen of uitgelegd", "read aloud or explained";
    }
}
