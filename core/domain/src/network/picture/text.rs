//! Text in a picture: how wide it is at most, where it breaks, and how it is escaped.
//!
//! Everything is counted in what people see as one character (a grapheme), and nothing is cut within one.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

use crate::bounds::clean_line;

/// The widest line of a label, in em.
const MAX_LINE: f64 = 8.6;
/// A name up to this wide stays on one line, in em.
const ONE_LINE: f64 = 6.4;
/// The most graphemes of a line, whatever their width.
const MAX_GRAPHEMES: usize = 24;
/// The width of an emoji, in em.
const EMOJI: f64 = 1.35;

/// Returns how wide a text is at most, in em.
///
/// The advances are those of DejaVu Sans, rounded up: of the fonts a browser or a printer falls back on, it is
/// among the widest. Wide scripts and symbols count as a square and a bit, an emoji with all that is joined to it as
/// one, and marks on a letter as nothing.
pub(super) fn width(text: &str) -> f64 {
    text.graphemes(true).map(advance_of).sum()
}

fn advance_of(grapheme: &str) -> f64 {
    if is_emoji(grapheme) { EMOJI } else { grapheme.chars().map(advance).sum() }
}

/// Returns whether a grapheme is drawn as one picture: a pictograph alone, or with what joins, colours or selects it.
fn is_emoji(grapheme: &str) -> bool {
    let joins =
        |c| matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{1f1e6}'..='\u{1f1ff}');
    let mut chars = grapheme.chars();
    let Some(first) = chars.next() else { return false };
    let is_wide = first.width() == Some(2);
    matches!(first, '\u{1f000}'..='\u{1faff}')
        || (is_wide && chars.clone().any(joins))
        || chars.any(|c| c == '\u{fe0f}' || c == '\u{20e3}')
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '\'' | '‘' | '’' | '.' | ',' | ':' | ';' | '|' | ' ' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '-' | 'J' | '/' => 0.43,
        'm' | 'W' | '@' | '…' | '%' | 'Æ' | 'Œ' | 'æ' | 'œ' => 1.03,
        'M' | 'w' => 0.88,
        _ if c.is_ascii() && c.is_uppercase() => 0.79,
        _ if c.is_ascii() => 0.65,
        // Marks, joiners and selectors.
        _ if c.width() == Some(0) => 0.0,
        '\u{a0}'..='\u{17f}' if c.is_uppercase() => 0.81,
        '\u{a0}'..='\u{17f}' => 0.66,
        '\u{180}'..='\u{6ff}' => 0.9,
        '\u{e00}'..='\u{eff}' => 0.8,
        // Single characters that are as long as a word.
        '\u{2e3a}' => 2.1,
        '\u{2e3b}' | '\u{12031}' | '\u{1242b}' => 3.2,
        '\u{fdfd}' => 8.0,
        _ => 1.1,
    }
}

/// Breaks a name into one or two lines, each with an ellipsis where it is too long.
pub(super) fn lines(name: &str) -> Vec<String> {
    let whole = clean_line(name);
    let words: Vec<&str> = whole.split_whitespace().collect();
    if words.len() < 2 || width(&whole) <= ONE_LINE {
        return vec![shortened(&whole)];
    }
    let halves = (1..words.len()).map(|at| {
        let (first, second) = words.split_at(at);
        (first.join(" "), second.join(" "))
    });
    let best = halves.min_by(|one, other| raggedness(one).total_cmp(&raggedness(other)));
    best.map(|(first, second)| vec![shortened(&first), shortened(&second)]).unwrap_or_default()
}

/// The wider line, in em; more where a word like “van” or “de” is torn off the name it belongs to.
fn raggedness((first, second): &(String, String)) -> f64 {
    let last = first.rsplit(' ').next().and_then(|word| word.chars().next());
    let torn = if last.is_some_and(char::is_lowercase) && first.contains(' ') { 2.0 } else { 0.0 };
    width(first).max(width(second)) + torn
}

/// Cuts a line to the widest a label takes.
fn shortened(line: &str) -> String {
    if line.graphemes(true).count() <= MAX_GRAPHEMES {
        return fitted(line, MAX_LINE);
    }
    let start: String = line.graphemes(true).take(MAX_GRAPHEMES - 1).collect();
    fitted(&format!("{start}…"), MAX_LINE)
}

/// Cuts a text, with an ellipsis, to a width in em.
pub(super) fn fitted(text: &str, room: f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = advance('…');
    for grapheme in text.graphemes(true) {
        used += advance_of(grapheme);
        if used > room {
            break;
        }
        short.push_str(grapheme);
    }
    format!("{}…", short.trim_end_matches([' ', '…']))
}

/// Escapes a text for XML and leaves out what XML cannot hold.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if c.is_control() => {}
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::MAX_MARKS;

    #[test]
    fn names_break_into_balanced_lines_that_are_never_too_wide() {
        assert_eq!(lines("Bram"), ["Bram"]);
        assert_eq!(lines("Marloes  Hendriks"), ["Marloes", "Hendriks"]);
        assert_eq!(lines("Ria van Dalen"), ["Ria", "van Dalen"]);
        let long = "Wilhelmina-Mathilde-Antoinette van Wwwwwwwwwwwwwwwwwwwwwwwww tot Mmmmmmmmmm";
        for line in lines(long).into_iter().chain(lines(&"界".repeat(200))).chain(lines(&"\u{301}".repeat(200))) {
            assert!(width(&line) <= MAX_LINE && line.graphemes(true).count() <= MAX_GRAPHEMES, "{line}");
        }
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn markup_in_a_name_stays_text() {
        assert_eq!(escaped("<b a=\"1\">R&D\u{0}\u{ffff}\n'"), "&lt;b a=&quot;1&quot;&gt;R&amp;D &#39;");
    }

    #[test]
    fn a_name_is_as_wide_as_what_is_seen() {
        let one = |text: &str| width(text);
        assert_eq!(one("Rene\u{301}e"), one("Renee"));
        assert_eq!(one("👩\u{200d}👩\u{200d}👧\u{200d}👦"), EMOJI);
        assert_eq!(one("👍🏽"), EMOJI);
        assert_eq!(one("🇳🇱"), EMOJI);
        assert_eq!(one("❤\u{fe0f}"), EMOJI);
        assert_eq!(one("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"), EMOJI);
        assert!((one("น้ำ") - 1.6).abs() < 0.01, "a letter, a mark above it, a vowel behind it: {}", one("น้ำ"));
        assert!(one("界界") > 2.0 && one("界界") < 3.0);
        assert_eq!(one("می\u{200c}خواهم"), one("میخواهم"));
    }

    #[test]
    fn a_name_is_never_cut_within_a_grapheme() {
        let names = [
            "e\u{301}".repeat(100),
            "👩\u{200d}👩\u{200d}👧\u{200d}👦".repeat(28),
            "น้ำ".repeat(60),
            "🇳🇱".repeat(100),
            "ക്ഷി".repeat(50),
            "각".repeat(60),
            "👍🏽".repeat(100),
            "ཧྐྵྨླྺྼྻྂ".repeat(22),
            "श्री".repeat(40),
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}".repeat(28),
            "شْ".repeat(90),
            "1\u{fe0f}\u{20e3}".repeat(60),
        ];
        for name in names {
            let graphemes: Vec<&str> = name.graphemes(true).collect();
            let line = lines(&name).concat();
            let kept: Vec<&str> = line.trim_end_matches('…').graphemes(true).collect();
            assert!(line.ends_with('…') && kept.len() > 1, "{line}");
            assert_eq!(kept, graphemes[..kept.len()], "{line}");
        }
    }

    #[test]
    fn a_label_shows_no_pile_of_marks_and_no_override() {
        assert_eq!(lines(&format!("Z{}o", "\u{301}".repeat(150))), [format!("Z{}o", "\u{301}".repeat(MAX_MARKS))]);
        assert_eq!(lines("\u{202e}naaJ"), ["naaJ"]);
    }
}
