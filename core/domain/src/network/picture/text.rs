//! Text in a picture: how wide it is at most, where it breaks, and how it is escaped.

/// The widest line of a label, in em.
const MAX_LINE: f64 = 8.6;
/// A name up to this wide stays on one line, in em.
const ONE_LINE: f64 = 6.4;
/// The most characters of a line, whatever their width.
const MAX_CHARS: usize = 24;

/// How wide a text is at most, in em.
///
/// The advances are those of DejaVu Sans, rounded up: of the fonts a browser or a printer falls back on, it is
/// among the widest. Wide scripts and symbols count as a square and a bit.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(advance).sum()
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '\'' | '‘' | '’' | '.' | ',' | ':' | ';' | '|' | ' ' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '-' | 'J' | '/' => 0.43,
        'm' | 'W' | '@' | '…' | '%' | 'Æ' | 'Œ' | 'æ' | 'œ' => 1.03,
        'M' | 'w' => 0.88,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        _ if c.is_ascii() && c.is_uppercase() => 0.79,
        _ if c.is_ascii() => 0.65,
        '\u{a0}'..='\u{17f}' if c.is_uppercase() => 0.81,
        '\u{a0}'..='\u{17f}' => 0.66,
        '\u{180}'..='\u{6ff}' => 0.9,
        _ => 1.1,
    }
}

/// Breaks a name into one or two lines, each with an ellipsis where it is too long.
pub(super) fn lines(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let whole = words.join(" ");
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
    if line.chars().count() <= MAX_CHARS {
        return fitted(line, MAX_LINE);
    }
    let start: String = line.chars().take(MAX_CHARS - 1).collect();
    fitted(&format!("{start}…"), MAX_LINE)
}

/// Cuts a text, with an ellipsis, to a width in em.
pub(super) fn fitted(text: &str, room: f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = advance('…');
    for c in text.chars() {
        used += advance(c);
        if used > room {
            break;
        }
        short.push(c);
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

    #[test]
    fn names_break_into_balanced_lines_that_are_never_too_wide() {
        assert_eq!(lines("Bram"), ["Bram"]);
        assert_eq!(lines("Marloes  Hendriks"), ["Marloes", "Hendriks"]);
        assert_eq!(lines("Ria van Dalen"), ["Ria", "van Dalen"]);
        let long = "Wilhelmina-Mathilde-Antoinette van Wwwwwwwwwwwwwwwwwwwwwwwww tot Mmmmmmmmmm";
        for line in lines(long).into_iter().chain(lines(&"界".repeat(200))).chain(lines(&"\u{301}".repeat(200))) {
            assert!(width(&line) <= MAX_LINE && line.chars().count() <= MAX_CHARS, "{line}");
        }
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn markup_in_a_name_stays_text() {
        assert_eq!(escaped("<b a=\"1\">R&D\u{0}\u{ffff}\n'"), "&lt;b a=&quot;1&quot;&gt;R&amp;D &#39;");
    }
}
