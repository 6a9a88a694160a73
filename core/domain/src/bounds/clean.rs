//! Cleans names and texts of what nobody sees; nothing else does.
//!
//! Cleaning takes out characters that show nothing and mislead (overrides of the direction of writing, soft hyphens,
//! tags), and keeps what a script needs: joiners between letters, variation selectors, marks of direction. Two texts that
//! look the same to people of one script should be the same. It is done where a text is taken from a person; what a
//! document says already is never changed.

use icu_normalizer::ComposingNormalizerBorrowed;
use unicode_width::UnicodeWidthChar;

/// The lines that a text may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// One: a line break is a space.
    One,
    /// Many, with at most [`MAX_EMPTY_LINES`] empty ones in a row.
    Many,
}

const MAX_EMPTY_LINES: usize = 2;

/// The most marks on one letter: the longest stack of Tibetan has as many, and a longer one covers other lines.
pub(crate) const MAX_MARKS: usize = 8;

/// The most times that a text is cleaned again.
const MAX_PASSES: usize = 8;

const ZERO_WIDTH_SPACE: char = '\u{200b}';
const GRAPHEME_JOINER: char = '\u{34f}';
const BLACK_FLAG: char = '\u{1f3f4}';

/// The text without what nobody sees; empty where nothing of it can be seen.
pub(super) fn clean(text: &str, lines: Lines) -> String {
    let kept = without_heaps(&without_invisible(text, lines));
    let shaped = match lines {
        Lines::One => kept.split_whitespace().collect::<Vec<_>>().join(" "),
        Lines::Many => without_empty_lines(&kept),
    };
    let seen = shaped.trim_matches(|c: char| c.is_whitespace() || is_blank(c));
    if seen.chars().any(is_seen) { seen.to_owned() } else { String::new() }
}

/// The text cleaned and composed. Composing can move a mark between two others, so it goes on until nothing changes; a
/// pass that changes anything but the order makes the text shorter, so a few are enough.
pub(super) fn clean_and_compose(text: &str, lines: Lines, max: usize) -> String {
    let mut cleaned = composed(clean(text, lines), max);
    for _ in 0..MAX_PASSES {
        let again = composed(clean(&cleaned, lines), max);
        if again == cleaned {
            break;
        }
        cleaned = again;
    }
    cleaned
}

/// The text with letters and their accents composed (NFC), unless that makes it longer than `max` characters.
fn composed(text: String, max: usize) -> String {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    if nfc.is_normalized(&text) {
        return text;
    }
    let composed = nfc.normalize(&text).into_owned();
    // A few letters are composed into more characters than they were; a text is not refused for that.
    if composed.chars().nth(max).is_some() { text } else { composed }
}

/// Returns whether a character shows something by itself.
pub(crate) fn is_seen(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !is_blank(c) && !is_invisible(c)
}

fn without_invisible(text: &str, lines: Lines) -> String {
    let mut kept = String::with_capacity(text.len());
    let has_right_to_left = text.chars().any(is_right_to_left);
    let text = text.chars().map(blank_as_space).collect::<String>();
    let mut rest = text.chars().filter(|c| !is_misleading(*c)).peekable();
    // Whether the last emoji is the flag that tags may spell a region behind.
    let mut is_in_flag = false;
    while let Some(c) = rest.next() {
        let before = kept.chars().next_back();
        is_in_flag = c == BLACK_FLAG || (is_in_flag && is_tag(c));
        let keep = match c {
            ZERO_WIDTH_SPACE if lines == Lines::One => false,
            // Letters of these scripts take no other form beside a joiner or a selector.
            '\u{200c}' | '\u{200d}' | ZERO_WIDTH_SPACE if before.is_some_and(is_western_letter) => false,
            // Joins or parts two letters; behind a virama it gives the letter its form, whatever follows.
            '\u{200c}' | '\u{200d}' | ZERO_WIDTH_SPACE => {
                let joins = rest.peek().copied().is_some_and(is_seen);
                before.is_some_and(|before| is_virama(before) || (joins && (is_seen(before) || is_selector(before))))
            }
            _ if is_selector(c) => before.is_some_and(|before| is_seen(before) && !is_western_letter(before)),
            // A mark of direction does something only where writing goes both ways.
            '\u{200e}' | '\u{200f}' | '\u{61c}' => has_right_to_left,
            // Keeps two marks apart.
            GRAPHEME_JOINER => rest.peek().copied().is_some_and(is_mark),
            // Stand for a letter that is missing in a syllable of Hangul.
            '\u{115f}' => matches!(rest.peek(), Some('\u{1160}'..='\u{11a7}')),
            '\u{1160}' => {
                matches!(before, Some('\u{1100}'..='\u{115e}')) || matches!(rest.peek(), Some('\u{11a8}'..='\u{11ff}'))
            }
            _ if is_tag(c) => is_in_flag,
            _ => true,
        };
        if keep {
            kept.push(c);
        }
    }
    kept
}

/// The text with at most [`MAX_MARKS`] marks on a letter.
fn without_heaps(text: &str) -> String {
    let mut marks = 0;
    let fits = |c: &char| {
        marks = if is_mark(*c) { marks + 1 } else { 0 };
        marks <= MAX_MARKS
    };
    text.chars().filter(fits).collect()
}

fn without_empty_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    let mut kept: Vec<&str> = Vec::new();
    let mut empty = 0;
    for line in text.split('\n') {
        empty = if line.chars().any(is_seen) { 0 } else { empty + 1 };
        if empty == 0 {
            kept.push(line.trim_end());
        } else if empty <= MAX_EMPTY_LINES {
            kept.push("");
        }
    }
    kept.join("\n")
}

/// Returns whether a control character is a break of a line or a tab, as word processors and old programs write them.
pub(super) fn is_layout(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}')
}

/// A space for a letter or a pattern that is empty.
fn blank_as_space(c: char) -> char {
    if is_blank(c) { ' ' } else { c }
}

/// Returns whether a character is drawn on the one before it, and is none of the joiners and selectors.
fn is_mark(c: char) -> bool {
    c.width() == Some(0) && !c.is_control() && !is_invisible(c)
}

/// Letters of Latin, Greek and Cyrillic.
fn is_western_letter(c: char) -> bool {
    c < '\u{530}' && c.is_alphabetic()
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
        && c != '\u{61c}'
}

/// Characters that show nothing and change how others read: overrides, embeddings and isolates of the direction of
/// writing, soft hyphens, invisible operators, annotations, shorthand and musical controls.
fn is_misleading(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{180e}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e001f}')
}

/// Characters without a form of their own, which are kept where they do something to others.
fn is_invisible(c: char) -> bool {
    is_misleading(c)
        || is_selector(c)
        || matches!(c,
            '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{200b}'..='\u{200f}'
            | '\u{e0020}'..='\u{e0fff}')
}

/// Letters and patterns that are empty.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// The signs that take the vowel off a letter, in the scripts that write half letters with a joiner.
fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_is_nothing() {
        for text in [
            "\u{200b}",
            "\u{200d}\u{200c}",
            "\u{2800}",
            "\u{3164}\u{3164}",
            "\u{ad}",
            "\u{fe0f}",
            "\u{e0041}\u{e007f}",
            "\u{feff} ",
            "\u{202e}\u{202c}",
            "\u{2066}\u{2069}",
            "\u{200e}\u{200f}",
            "\u{ffa0}",
            "\u{115f}\u{1160}",
            "\u{34f}",
            "\u{a0}\u{3000}",
            "\u{2060}",
            "\u{180e}",
            "\u{1d173}",
            "\u{61c}",
            "\u{e0100}",
        ] {
            assert_eq!(clean(text, Lines::One), "", "{}", text.escape_unicode());
            assert_eq!(clean(text, Lines::Many), "", "{}", text.escape_unicode());
        }
    }

    #[test]
    fn a_name_is_one_line_without_what_misleads() {
        for (written, name) in [
            ("  Emine  Yılmaz ", "Emine Yılmaz"),
            ("Ria\nvan\r\n\tDalen", "Ria van Dalen"),
            ("Ria\u{2028}van\u{a0}Dalen", "Ria van Dalen"),
            ("\u{202e}naaJ\u{202c}", "naaJ"),
            ("J\u{200b}oost\u{feff}", "Joost"),
            ("Jo\u{ad}ost \u{200d}", "Joost"),
            ("\u{2800}Joost\u{3164}", "Joost"),
            ("Joost\u{fe0f}\u{fe0f} \u{fe0f}", "Joost"),
            ("J\u{200d}o\u{200c}ost", "Joost"),
            ("\u{200e}Jo\u{61c}ost\u{200f}", "Joost"),
            ("J\u{34f}oost", "Joost"),
            ("Jo\u{115f}o\u{1160}st", "Joost"),
            ("Joost\u{3164}van\u{2800}Dalen", "Joost van Dalen"),
            ("Joost\u{85}van\u{b}\u{c}Dalen", "Joost van Dalen"),
            ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}"),
            ("Е\u{fe0e}лена", "Елена"),
            ("\u{2067}יוסי\u{2069}", "יוסי"),
        ] {
            assert_eq!(clean(written, Lines::One), name, "{}", written.escape_unicode());
        }
    }

    #[test]
    fn what_a_script_needs_is_kept() {
        for text in [
            "می\u{200c}خواهم",
            "ക്\u{200d}ഷ",
            "അവന്\u{200d}",
            "👩\u{200d}👩\u{200d}👧\u{200d}👦",
            "❤\u{fe0f}\u{200d}🔥",
            "👍🏽",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "葛\u{e0100}城",
            "שלום\u{200f}!",
            "น้ำฝน",
            "Nguyễn Thị",
            "علي (A\u{200e})",
            "مريم 12\u{61c}-34",
            "ཧྐྵྨླྺྼྻྂ",
            "क्\u{200d}ष",
            "श्री कृष्ण",
            "ที่นั่ง",
            "🇳🇱🇹🇷",
            "1\u{fe0f}\u{20e3}",
            "\u{1112}\u{1160}\u{11ab}",
            "a\u{302}\u{34f}\u{301}b",
        ] {
            assert_eq!(clean(text, Lines::One), text, "{}", text.escape_unicode());
            assert_eq!(clean(text, Lines::Many), text, "{}", text.escape_unicode());
        }
    }

    #[test]
    fn a_text_has_no_heap_of_empty_lines() {
        let heap = format!("eerst{}\nlaatst \t\n", "\n \u{200b}".repeat(198));
        assert_eq!(clean(&heap, Lines::Many), "eerst\n\n\nlaatst");
        assert_eq!(clean("a\r\nb\rc\n\nd", Lines::Many), "a\nb\nc\n\nd");
        assert_eq!(clean("melk\n  - eieren\n  - brood", Lines::Many), "melk\n  - eieren\n  - brood");
        assert_eq!(clean("\u{202a}06-12\u{202c} \u{2068}34\u{2069}", Lines::Many), "06-12 34");
    }

    #[test]
    fn a_letter_carries_no_heap_of_marks() {
        for mark in ["\u{301}", "\u{489}", "\u{20dd}", "\u{e31}", "\u{5b0}", "\u{94d}"] {
            let heap = format!("Z{}o", mark.repeat(500));
            let kept = clean_and_compose(&heap, Lines::One, 200);
            assert!(kept.chars().count() <= MAX_MARKS + 2 && kept.ends_with('o'), "{}", kept.escape_unicode());
            assert_eq!(clean_and_compose(&kept, Lines::One, 200), kept);
        }
    }

    #[test]
    fn letters_are_composed_unless_that_is_too_long() {
        assert_eq!(composed("Rene\u{301}e".to_owned(), 200), "Renée");
        let growing = "\u{958}".repeat(200);
        assert_eq!(composed(growing.clone(), 200), growing);
    }

    proptest! {
        #[test]
        fn cleaning_again_changes_nothing(
            text in proptest::collection::vec(prop_oneof![
                any::<char>(),
                proptest::sample::select("aé \n\r\u{301}\u{200b}\u{200c}\u{200d}\u{200e}\u{202e}\u{fe0f}\u{2800}\u{3164}\u{e0067}\u{e007f}🏴👩ക്म\u{34f}\u{61c}\u{85}\u{1112}\u{115f}\u{1160}\u{11ab}ا"
                    .chars().collect::<Vec<_>>()),
            ], 0..40),
        ) {
            let text: String = text.into_iter().collect();
            for lines in [Lines::One, Lines::Many] {
                let once = clean_and_compose(&text, lines, 200);
                prop_assert_eq!(&clean_and_compose(&once, lines, 200), &once);
            }
        }
    }
}
