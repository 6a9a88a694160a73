//! Words that mean one thing together: a phone number in groups, a date with its month, an amount, a postcode.

use super::piece::{Piece, TokenKind, slice};

/// The names of the months, as people write them in Dutch, English, Turkish and Arabic.
const MONTHS: &[&str] = &[
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
    "jan",
    "feb",
    "mrt",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "okt",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "may",
    "june",
    "july",
    "august",
    "october",
    "mar",
    "oct",
    "ocak",
    "şubat",
    "mart",
    "nisan",
    "mayıs",
    "haziran",
    "temmuz",
    "ağustos",
    "eylül",
    "ekim",
    "kasım",
    "aralık",
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
];

/// The units that belong to the number before them.
const UNITS: &[&str] = &[
    "uur", "u", "h", "am", "pm", "a.m", "p.m", "euro", "eur", "€", "cent", "lira", "tl", "dollar", "minuten", "min",
    "o'clock", "saat", "ساعة", "يورو",
];

/// The fewest and the most digits of a phone number in groups.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=20;

/// Joins the pieces that mean one thing together.
pub(super) fn join(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut index = 0;
    while let Some(&first) = pieces.get(index) {
        let rest = Pieces { text, pieces: pieces.get(index..).unwrap_or_default() };
        let follows_word = joined.last().is_some_and(|piece| piece.kind == TokenKind::Word);
        let length = if follows_word { 1 } else { rest.group().max(1) };
        let last = pieces.get(index + length - 1).unwrap_or(&first);
        let kind = if length > 1 { TokenKind::Word } else { first.kind };
        joined.push(Piece { start: first.start, end: last.end, kind });
        index += length;
    }
    joined
}

/// The pieces from one on.
#[derive(Clone, Copy)]
struct Pieces<'a> {
    text: &'a str,
    pieces: &'a [Piece],
}

impl<'a> Pieces<'a> {
    /// The number of pieces of the longest group that starts here; 0 where none does.
    fn group(self) -> usize {
        let first = self.at(0);
        if !first.starts_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '+' | '(' | '€' | '$' | '£'))
        {
            return 0;
        }
        [self.phone(), self.account(), self.date(), self.amount(), self.postcode()].into_iter().max().unwrap_or(0)
    }

    fn at(self, index: usize) -> &'a str {
        self.pieces.get(index).map_or("", |piece| slice(self.text, piece.start, piece.end))
    }

    fn is_word(self, index: usize) -> bool {
        self.pieces.get(index).is_some_and(|piece| piece.kind == TokenKind::Word)
    }

    /// Returns whether this piece is one blank within a line.
    fn is_blank(self, index: usize) -> bool {
        matches!(self.at(index), " " | "\u{A0}" | "\u{202F}" | "\u{2009}")
    }

    /// Digits in groups, with blanks, hyphens or brackets between: `06 12 34 56 78`, `(010) 123 45 67`, `10 000`.
    fn phone(self) -> usize {
        let is_bracketed = self.at(0) == "(";
        let mut end = usize::from(is_bracketed);
        let first = self.at(end);
        let mut digits = count_digits(first);
        let mut groups = 1;
        let mut is_thousands = (1..=3).contains(&first.len());
        if digits == 0 {
            return 0;
        }
        end += 1;
        loop {
            let gap = self.gap(end);
            let group = self.at(end + gap);
            if gap == 0 || count_digits(group) == 0 || digits + count_digits(group) > *PHONE_DIGITS.end() {
                break;
            }
            is_thousands &= self.is_blank(end) && gap == 1 && group.len() >= 3 && group.chars().take(3).all(is_digit);
            digits += count_digits(group);
            groups += 1;
            end += gap + 1;
        }
        let is_dialled = is_bracketed || first.starts_with(['0', '+']) || groups >= 3;
        let is_phone = PHONE_DIGITS.contains(&digits) && is_dialled;
        if groups > 1 && (is_phone || is_thousands) { end } else { 0 }
    }

    /// The number of pieces between two groups of digits: a blank, a hyphen or a bracket, with blanks around.
    fn gap(self, index: usize) -> usize {
        let is_sign = |index: usize| matches!(self.at(index), "-" | "‐" | "‑" | "–" | ")" | "/" | "(");
        let mut length = 0;
        let mut signs = 0;
        while length < 4 && (self.is_blank(index + length) || is_sign(index + length)) {
            signs += usize::from(is_sign(index + length));
            length += 1;
        }
        let blanks = length - signs;
        if signs <= 2 && blanks <= 1 + signs { length } else { 0 }
    }

    /// A bank account in groups: `NL91 ABNA 0417 1643 00`.
    fn account(self) -> usize {
        let first: Vec<char> = self.at(0).chars().collect();
        let [country, code, one, two, ..] = first.as_slice() else { return 0 };
        if ![country, code].into_iter().all(char::is_ascii_uppercase)
            || ![one, two].into_iter().all(char::is_ascii_digit)
        {
            return 0;
        }
        let is_group = |group: &str| {
            (1..=4).contains(&group.len())
                && group.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
        };
        let mut end = 1;
        while end < 16 && self.is_blank(end) && is_group(self.at(end + 1)) {
            end += 2;
        }
        if end >= 5 { end } else { 0 }
    }

    /// A day and a month, with a year where there is one: `12 maart 2026`, `March 12, 2026`.
    fn date(self) -> usize {
        let is_day = |index: usize| {
            (1..=2).contains(&count_digits(self.at(index).trim_end_matches(['e', 's', 't', 'h', 'n', 'd', 'r'])))
        };
        let is_month = |index: usize| MONTHS.contains(&self.at(index).to_lowercase().as_str());
        // A dot may stand behind the day or behind a month that is cut short.
        let blank = |index: usize| {
            let index = if matches!(self.at(index), "." | ",") { index + 1 } else { index };
            self.is_blank(index).then_some(index + 1)
        };
        let Some(second) = blank(1) else { return 0 };
        if !(is_day(0) && is_month(second) || is_month(0) && is_day(second)) {
            return 0;
        }
        match blank(second + 1) {
            Some(year) if count_digits(self.at(year)) == 4 => year + 1,
            _ => second + 1,
        }
    }

    /// A number with its unit or currency: `10 uur`, `10 euro`, `€ 10`.
    fn amount(self) -> usize {
        if !self.is_blank(1) {
            return 0;
        }
        let is_number = |index: usize| self.at(index).starts_with(char::is_numeric);
        let is_unit = |index: usize| UNITS.contains(&self.at(index).to_lowercase().as_str());
        let is_amount = is_number(0) && is_unit(2) || matches!(self.at(0), "€" | "$" | "£") && is_number(2);
        if is_amount { 3 } else { 0 }
    }

    /// A Dutch postcode: `1234 AB`.
    fn postcode(self) -> usize {
        let letters = self.at(2);
        let is_letters = letters.len() == 2 && letters.chars().all(|letter| letter.is_ascii_uppercase());
        let is_code = count_digits(self.at(0)) == 4 && self.is_blank(1) && self.is_word(2) && is_letters;
        if is_code { 3 } else { 0 }
    }
}

fn is_digit(letter: char) -> bool {
    letter.is_numeric()
}

/// The number of digits of a word that is a number; 0 for any other.
fn count_digits(word: &str) -> usize {
    let word = word.strip_prefix('+').unwrap_or(word);
    let is_part = |letter: char| is_digit(letter) || matches!(letter, '-' | '‑' | '/' | '.');
    let digits = word.chars().filter(|letter| is_digit(*letter)).count();
    if word.chars().all(is_part) { digits } else { 0 }
}
