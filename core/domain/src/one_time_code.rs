//! One-time codes as text: how they are written, and how they are read from whatever somebody pastes.
//!
//! Sixteen symbols of Crockford's base 32 carry 80 bits. People paste the whole link, the sentence around the code, or
//! what their phone made of it; phone and server read all that with the one function here.

mod character;
mod escape;

use std::cmp::Reverse;

use character::{Character, Symbol};
use escape::unescaped;

/// The symbols of a code, without hyphens.
pub const LENGTH: usize = 16;

/// The most characters of a pasted text that are read: a message with a code in it, not a book.
const MAX_PASTED: usize = 4096;

/// The symbols of a code in a group.
const GROUP: usize = 4;

/// The code of these values, each of which counts modulo 32.
pub fn from_values(values: [u8; LENGTH]) -> [u8; LENGTH] {
    values.map(character::symbol)
}

/// A code in groups of four, like `K7QM-2XAB-90TV-ZZ4E`.
pub fn text(code: &[u8; LENGTH]) -> String {
    let groups: Vec<String> =
        code.chunks(GROUP).map(|group| group.iter().map(|&byte| char::from(byte)).collect()).collect();
    groups.join("-")
}

/// The code in a text that somebody typed or pasted; `None` where there is none.
///
/// ```
/// use kring_domain::one_time_code::{read, text};
///
/// for pasted in ["k7qm 2xab 9otv zz4e", "https://kring.example/join#K7QM-2XAB-90TV-ZZ4E", "Code: “K7QM–2XAB–90TV–ZZ4E”."] {
///     assert_eq!(read(pasted).map(|code| text(&code)).as_deref(), Some("K7QM-2XAB-90TV-ZZ4E"));
/// }
/// assert_eq!(read("no code at all"), None);
/// ```
pub fn read(pasted: &str) -> Option<[u8; LENGTH]> {
    if pasted.chars().nth(MAX_PASTED).is_some() {
        return None;
    }
    let tokens = tokens(&unescaped(pasted));
    let whole = leading(&tokens).filter(|found| found.tokens == tokens.len());
    let in_link = || leading_behind(&tokens, '#', |_| true);
    let in_sentence = || best_window(&tokens);
    let behind_label =
        || leading_behind(&tokens, ':', Found::has_digit).or_else(|| leading_behind(&tokens, '=', Found::has_digit));
    whole.or_else(in_link).or_else(in_sentence).or_else(behind_label).map(|found| found.code)
}

/// A run of letters and digits.
struct Token {
    /// Its symbols, while it has no other letters and no more symbols than a code.
    symbols: Option<Vec<Symbol>>,
    /// True when it has no lower case.
    is_upper: bool,
    /// True when only dashes are between it and the token before it.
    is_joined: bool,
    /// True when a line ends between it and the token before it, with nothing else there but the marks of a quoted message.
    is_broken: bool,
    /// The characters between it and the token before it that can announce a code.
    marks: Vec<char>,
}

/// A code that was found, and how much it looks like one.
struct Found {
    code: [u8; LENGTH],
    /// The tokens that it is made of.
    tokens: usize,
    joined: usize,
    upper: usize,
    digits: usize,
    lookalikes: usize,
}

impl Found {
    fn has_digit(&self) -> bool {
        self.digits > 0
    }

    fn likeness(&self) -> (usize, Reverse<usize>, usize, usize) {
        (self.joined, Reverse(self.lookalikes), self.upper, self.digits)
    }
}

/// Splits a text into runs of letters and digits; what cannot be seen separates nothing.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut gap = Gap::default();
    let mut is_inside = false;
    for written in text.chars() {
        let character = Character::of(written);
        match character {
            Character::Invisible => {}
            Character::Dash | Character::Gap => {
                is_inside = false;
                gap.add(written, character == Character::Dash);
            }
            Character::Symbol(_) | Character::Other => {
                if !is_inside {
                    let Gap { dashes, others, lines, words, marks } = std::mem::take(&mut gap);
                    let is_joined = dashes > 0 && others == 0 && !tokens.is_empty();
                    let is_broken = lines > 0 && dashes == 0 && words == 0 && !tokens.is_empty();
                    tokens.push(Token { symbols: Some(Vec::new()), is_upper: true, is_joined, is_broken, marks });
                    is_inside = true;
                }
                if let Some(token) = tokens.last_mut() {
                    token.add(character);
                    token.is_upper &= !written.is_lowercase();
                }
            }
        }
    }
    tokens
}

/// What is between two tokens.
#[derive(Default)]
struct Gap {
    dashes: usize,
    others: usize,
    lines: usize,
    /// What a broken line has not.
    words: usize,
    marks: Vec<char>,
}

impl Gap {
    fn add(&mut self, written: char, is_dash: bool) {
        match is_dash {
            true => self.dashes += 1,
            false => self.others += 1,
        }
        match written {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.lines += 1,
            // A quoted message, and the end of a line as mail programs send it.
            '>' | '|' | '=' => {}
            _ if written.is_whitespace() => {}
            _ => self.words += 1,
        }
        match written {
            '#' | '＃' => self.marks.push('#'),
            ':' | '：' => self.marks.push(':'),
            '=' => self.marks.push('='),
            _ => {}
        }
    }
}

impl Token {
    fn add(&mut self, character: Character) {
        match (&mut self.symbols, character) {
            (Some(symbols), Character::Symbol(symbol)) if symbols.len() < LENGTH => symbols.push(symbol),
            (symbols, _) => *symbols = None,
        }
    }

    fn len(&self) -> Option<usize> {
        self.symbols.as_ref().map(Vec::len)
    }
}

/// The code that a list of tokens begins with.
fn leading(tokens: &[Token]) -> Option<Found> {
    let mut symbols: Vec<Symbol> = Vec::with_capacity(LENGTH);
    for (number, token) in tokens.iter().enumerate() {
        symbols.extend(token.symbols.as_ref()?);
        if symbols.len() >= LENGTH {
            return found(&symbols, tokens.get(..=number)?);
        }
    }
    None
}

fn found(symbols: &[Symbol], tokens: &[Token]) -> Option<Found> {
    let bytes: Vec<u8> = symbols.iter().map(|symbol| symbol.byte).collect();
    Some(Found {
        code: bytes.try_into().ok()?,
        tokens: tokens.len(),
        joined: tokens.iter().skip(1).filter(|token| token.is_joined).count(),
        upper: tokens.iter().filter(|token| token.is_upper).count(),
        digits: symbols.iter().filter(|symbol| symbol.byte.is_ascii_digit() && !symbol.is_lookalike).count(),
        lookalikes: symbols.iter().filter(|symbol| symbol.is_lookalike).count(),
    })
}

/// The code behind the last such mark that has one behind it.
fn leading_behind(tokens: &[Token], mark: char, is_good: impl Fn(&Found) -> bool) -> Option<Found> {
    let marked = tokens.iter().enumerate().rev().filter(|(_, token)| token.marks.contains(&mark));
    marked.filter_map(|(start, _)| leading(tokens.get(start..)?)).find(is_good)
}

/// The run of tokens in a sentence that looks most like a code: groups as it is written in, with a digit, and not a part of
/// something longer.
fn best_window(tokens: &[Token]) -> Option<Found> {
    let windows = (0..tokens.len()).filter_map(|start| {
        let rest = tokens.get(start..)?;
        let found = leading(rest)?;
        let taken = rest.get(..found.tokens)?;
        let is_grouped = is_grouped(taken.iter().filter_map(Token::len)) || is_grouped(unbroken(taken));
        let is_cut = found.joined > 0 && rest.first().is_some_and(|token| token.is_joined);
        let is_continued = rest.get(found.tokens).is_some_and(|next| next.is_joined);
        (is_grouped && found.has_digit() && !is_cut && !is_continued).then_some(found)
    });
    // The last of the best, as a code stands behind what announces it.
    windows.max_by_key(Found::likeness)
}

/// Returns whether these are the lengths of the groups of a code.
fn is_grouped(lengths: impl IntoIterator<Item = usize>) -> bool {
    let lengths: Vec<usize> = lengths.into_iter().collect();
    matches!(lengths.len(), 1 | 2 | 4) && lengths.windows(2).all(|pair| pair.first() == pair.last())
}

/// The lengths of the groups, where a line may have ended within one.
fn unbroken(tokens: &[Token]) -> Vec<usize> {
    let mut lengths: Vec<usize> = Vec::new();
    for token in tokens {
        let length = token.len().unwrap_or_default();
        match lengths.last_mut() {
            Some(last) if token.is_broken => *last += length,
            _ => lengths.push(length),
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CODE: &str = "K7QM-2XAB-90TV-ZZ4E";

    fn read_text(pasted: &str) -> Option<String> {
        read(pasted).map(|code| text(&code))
    }

    #[test]
    fn a_code_is_read_however_it_is_pasted() {
        for pasted in [
            "K7QM-2XAB-90TV-ZZ4E",
            "k7qm2xab90tvzz4e",
            " K7QM 2XAB 90TV ZZ4E\n",
            "K 7 Q M 2 X A B 9 0 T V Z Z 4 E",
            "K7QM.2XAB_90TV/ZZ4E",
            "K7QM–2XAB—90TV−ZZ4E",
            "K7QM\u{2011}2XAB\u{ad}-90TV-\u{200b}ZZ4E",
            "\u{feff}\u{200e}K7QM-2XAB-90TV-ZZ4E\u{200f}",
            "\u{202a}K7QM\u{a0}2XAB\u{202f}90TV\u{3000}ZZ4E\u{202c}",
            "Ｋ７ＱＭ－２ＸＡＢ－９０ＴＶ－ＺＺ４Ｅ",
            "k7qm-2xab-9otv-zz4e",
            "K7QM-2XAB-9ОТV-ZZ4Е",
            "“K7QM-2XAB-90TV-ZZ4E”.",
            "'K7QM-2XAB-90TV-ZZ4E',",
            "<K7QM-2XAB-90TV-ZZ4E>!",
            "(K7QM-2XAB-90TV-ZZ4E)",
            "K7QM-2XAB-\r\n90TV-ZZ4E",
            "K7QM -- 2XAB -- 90TV -- ZZ4E",
            "#K7QM-2XAB-90TV-ZZ4E",
            "🔑 K7QM-2XAB-90TV-ZZ4E 🙂",
            "K7️⃣QM-2XAB-90TV-ZZ4E",
            "𝗞𝟳𝗤𝗠-𝟮𝗫𝗔𝗕-𝟵𝟬𝗧𝗩-𝗭𝗭𝟰𝗘",
            "Code: K7QM-2XAB-90TV-ZZ4E.",
            "code K7QM 2XAB 90TV ZZ4E",
            "Code：K7QM2XAB 90TVZZ4E",
            "De code is k7qm 2xab 90tv zz4e",
            "Je code: K7 QM2XAB 90TV ZZ4E",
            "Dag Emine, je code is K7QM-2XAB-90TV-ZZ4E. Groetjes, Marloes",
            "Deze week: K7QM-2XAB-90TV-ZZ4E (geldig tot 14-12-2026)",
            "https://kring.example/join#K7QM-2XAB-90TV-ZZ4E",
            "HTTPS://KRING.EXAMPLE/JOIN#K7QM-2XAB-90TV-ZZ4E",
            "<https://kring.example/join#K7QM-2XAB-90TV-ZZ4E>.",
            "[Kring](https://kring.example/join#K7QM-2XAB-90TV-ZZ4E)",
            "https://kring.example/join#K7QM2XAB90TVZZ4E?utm_source=chat&x=1",
            "https://kring.example/join%23K7QM%2D2XAB%2D90TV%2DZZ4E",
            "https://safe.example/?url=https%3A%2F%2Fkring.example%2Fjoin%23K7QM-2XAB-90TV-ZZ4E&data=05%7C01%7Cemine",
            "http://127.0.0.1:8787/join#K7QM-2XAB-90TV-ZZ4E",
            "Kom erbij! https://kring.example/join#K7QM-2XAB-90TV-ZZ4E Tot dan",
            "https://kring.example/app?code=K7QM-2XAB-90TV-ZZ4E",
            "K7QM\u{a0}-\u{a0}2XAB\u{a0}-\u{a0}90TV\u{a0}-\u{a0}ZZ4E",
            "> K7QM-2XAB-90TV-ZZ4E",
            "> Je code is K7QM-2XAB-\n> 90TV-ZZ4E. Tot morgen",
            "Op maandag schreef Marloes:\n>> Je code is\n>> K7QM-2XAB-90TV-ZZ4E\n>> Groet",
            "Je code is K7QM-2X\nAB-90TV-ZZ4E. Tot morgen",
            "> Je code is K7QM-2X\r\n> AB-90TV-ZZ4E. Tot morgen",
            "Je code is K7QM2XAB9=\n0TVZZ4E.",
            "Je code is K7QM-2XAB-90T=\r\nV-ZZ4E. Tot morgen",
            "| Je code is K7QM 2XAB\n| 90TV ZZ4E |",
            "https://kring.example/join#K7QM-2X\nAB-90TV-ZZ4E",
            "> https://kring.exam\n> ple/join#K7QM-2XAB-90TV-ZZ4E",
            "[K7QM-2XAB-90TV-ZZ4E](https://kring.example/join#K7QM-2XAB-90TV-ZZ4E)",
            "[doe mee](<https://kring.example/join#K7QM-2XAB-90TV-ZZ4E> \"Kring\")",
            "https://kring.example/join#K7QM%E2%80%932XAB%E2%80%9390TV%E2%80%93ZZ4E",
            "https://kring.example/join#K7QM%C2%A02XAB%C2%A090TV%C2%A0ZZ4E",
            "https://safe.example/?url=https%253A%252F%252Fkring.example%252Fjoin%2523K7QM%252D2XAB%252D90TV%252DZZ4E",
            "%EF%BC%AB%EF%BC%97%EF%BC%B1%EF%BC%AD-2XAB-90TV-ZZ4E",
            "https://kring.example/join#K7QM-2XAB-90TV-ZZ4E. Kom je ook?",
            "Hier is je code: K7QM–2XAB–90TV–ZZ4E, 100% gratis.",
        ] {
            assert_eq!(read_text(pasted).as_deref(), Some(CODE), "{pasted}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for pasted in [
            "",
            " ",
            "K7QM",
            "AAAA-AAAA-AAAA",
            "U7QM-2XAB-90TV-ZZ4E",
            "K7QM-2XAB-90TV-ZZ4E-0",
            "0-K7QM-2XAB-90TV-ZZ4E",
            "K7QM-2XAB-90TV-ZZ4É",
            "ééééééééééééééééé",
            "no code at all",
            "https://kring.example/join",
            "https://kring.example/join#",
            "https://kring.example/join#K7QM",
            "Dag Emine, kom je morgen ook eten bij ons?",
            "Bel me even op 06-12345678",
            "Dat kost 100 euro\nvoor 2 mensen samen",
            "%",
            "100%",
            "%E2%80",
            "%FF%FE%",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
        ] {
            assert_eq!(read_text(pasted), None, "{pasted}");
        }
        assert_eq!(read(&"-".repeat(1_000_000)), None);
        assert_eq!(read(&format!("{CODE}{}", " ".repeat(1_000_000))), None);
    }

    proptest! {
        #[test]
        fn a_written_code_is_read_back_from_what_is_around_it(
            values in prop::array::uniform16(0u8..32),
            before in "[ .,:;!?'\"“”«»()<>\u{200b}\u{200e}\u{a0}\n]{0,6}",
            after in "[ .,:;!?'\"“”«»()<>\u{200b}\u{200e}\u{a0}\n]{0,6}",
            is_lower: bool,
            is_link: bool,
        ) {
            let code = from_values(values);
            let mut written = text(&code);
            if is_lower {
                written = written.to_lowercase();
            }
            if is_link {
                written = format!("https://kring.example.org/join#{written}");
            }
            prop_assert_eq!(read(&format!("{before}{written}{after}")), Some(code));
        }

        #[test]
        fn no_text_takes_it_by_surprise(pasted in "\\PC{0,200}") {
            let _ = read(&pasted);
        }
    }
}
