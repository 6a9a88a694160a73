//! One character of a pasted text: a symbol of a code, part of a word, a gap, or nothing that can be seen.

/// The symbols of a code: Crockford's base 32, without the letters that look like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A character, as far as it matters to a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Character {
    /// It stands for this symbol.
    Symbol(Symbol),
    /// A letter or digit that is in no code.
    Other,
    /// A hyphen or another dash.
    Dash,
    /// White space or punctuation.
    Gap,
    /// It cannot be seen, or only changes how another character looks.
    Invisible,
}

/// A symbol, and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) byte: u8,
    /// True when a letter stands for it that no code has, like `O` for `0`.
    pub(super) is_lookalike: bool,
}

/// The symbol for a value below 32; larger values wrap.
pub(super) fn symbol(value: u8) -> u8 {
    ALPHABET.get(usize::from(value % 32)).copied().unwrap_or(b'0')
}

impl Character {
    pub(super) fn of(character: char) -> Self {
        if is_invisible(character) {
            return Self::Invisible;
        }
        let plain = plain(character);
        match plain.to_ascii_uppercase() {
            'O' => Self::lookalike(b'0'),
            'I' | 'L' => Self::lookalike(b'1'),
            letter => match u8::try_from(letter).ok().filter(|byte| ALPHABET.contains(byte)) {
                Some(byte) => Self::Symbol(Symbol { byte, is_lookalike: false }),
                None if is_dash(plain) => Self::Dash,
                None if plain.is_alphanumeric() => Self::Other,
                None => Self::Gap,
            },
        }
    }

    const fn lookalike(byte: u8) -> Self {
        Self::Symbol(Symbol { byte, is_lookalike: true })
    }
}

/// The ASCII character for one that is written in another width, style or script; any other stays.
fn plain(character: char) -> char {
    let code = u32::from(character);
    let ascii = |base: u8, offset: u32| u8::try_from(offset).map_or(character, |offset| char::from(base + offset));
    match code {
        // Full width.
        0xFF01..=0xFF5E => ascii(b'!', code - 0xFF01),
        // Digits of Arabic and of Persian, as those keyboards type them.
        0x0660..=0x0669 => ascii(b'0', code - 0x0660),
        0x06F0..=0x06F9 => ascii(b'0', code - 0x06F0),
        // Bold, italic and other styles of messages: alphabets of twice 26 letters, and digits.
        0x1D400..=0x1D6A3 => ascii(b'A', (code - 0x1D400) % 52 % 26),
        0x1D7CE..=0x1D7FF => ascii(b'0', (code - 0x1D7CE) % 10),
        _ => lookalike(character),
    }
}

/// The Latin letter that looks the same as one of Cyrillic or Greek, or that a Turkish phone writes as another.
fn lookalike(character: char) -> char {
    match character {
        'А' | 'а' | 'Α' | 'α' => 'A',
        'В' | 'в' | 'Β' | 'β' => 'B',
        'С' | 'с' | 'Ϲ' => 'C',
        'Е' | 'е' | 'Ε' | 'ε' => 'E',
        'Н' | 'н' | 'Η' | 'η' => 'H',
        'І' | 'і' | 'Ι' | 'ι' | 'ı' | 'İ' => 'I',
        'Ј' | 'ј' => 'J',
        'К' | 'к' | 'Κ' | 'κ' | 'K' => 'K',
        'М' | 'м' | 'Μ' | 'μ' => 'M',
        'Ν' | 'ν' => 'N',
        'О' | 'о' | 'Ο' | 'ο' => 'O',
        'Р' | 'р' | 'Ρ' | 'ρ' => 'P',
        'Ѕ' | 'ѕ' | 'ſ' => 'S',
        'Т' | 'т' | 'Τ' | 'τ' => 'T',
        'Х' | 'х' | 'Χ' | 'χ' => 'X',
        'У' | 'у' | 'Υ' | 'υ' => 'Y',
        'Ζ' | 'ζ' => 'Z',
        other => other,
    }
}

fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{58a}' | '\u{5be}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207b}'
                | '\u{2212}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{301c}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{2500}'
    )
}

/// Returns whether a character is a control, a mark of direction, a joiner, a filler or an accent of its own.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}'
            | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{20d0}'..='\u{20ff}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_is_read_as_itself_in_either_case() {
        for value in 0..32 {
            let byte = symbol(value);
            for character in [char::from(byte), char::from(byte).to_ascii_lowercase()] {
                let expected = Symbol { byte, is_lookalike: false };
                assert_eq!(Character::of(character), Character::Symbol(expected), "{character}");
            }
        }
    }

    #[test]
    fn other_writings_of_a_symbol_are_read() {
        for (written, byte) in [
            ('o', b'0'),
            ('O', b'0'),
            ('i', b'1'),
            ('L', b'1'),
            ('ı', b'1'),
            ('Ｋ', b'K'),
            ('ｋ', b'K'),
            ('７', b'7'),
            ('٧', b'7'),
            ('۷', b'7'),
            ('𝐊', b'K'),
            ('𝘬', b'K'),
            ('𝟳', b'7'),
            ('К', b'K'),
            ('Κ', b'K'),
        ] {
            assert!(matches!(Character::of(written), Character::Symbol(symbol) if symbol.byte == byte), "{written}");
        }
    }

    #[test]
    fn what_is_no_symbol_is_told_apart() {
        for (written, expected) in [
            ('u', Character::Other),
            ('é', Character::Other),
            ('ж', Character::Other),
            ('-', Character::Dash),
            ('–', Character::Dash),
            ('－', Character::Dash),
            ('−', Character::Dash),
            (' ', Character::Gap),
            ('\u{a0}', Character::Gap),
            ('“', Character::Gap),
            ('。', Character::Gap),
            ('\u{200e}', Character::Invisible),
            ('\u{feff}', Character::Invisible),
            ('\u{ad}', Character::Invisible),
        ] {
            assert_eq!(Character::of(written), expected, "{written:?}");
        }
    }
}
