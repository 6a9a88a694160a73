//! Texts of people inside sentences of Kring, which stay short whatever is quoted.

/// The first words of a text, with an ellipsis where more follow.
pub(crate) fn brief(text: &str, words: usize) -> String {
    let mut all = text.split_whitespace();
    let mut brief = all.by_ref().take(words).collect::<Vec<_>>().join(" ");
    if all.next().is_some() {
        brief.push('…');
    }
    brief
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn a_long_text_is_cut_between_words() {
        for (text, expected) in [
            ("Samen naar de markt", "Samen naar de…"),
            (" Samen  naar\nde ", "Samen naar de"),
            ("Çarşıya birlikte gidelim mi", "Çarşıya birlikte gidelim…"),
            ("👩‍👩‍👧 👋🏽 ok nu", "👩‍👩‍👧 👋🏽 ok…"),
            ("", ""),
        ] {
            assert_eq!(brief(text, 3), expected);
        }
    }
}
