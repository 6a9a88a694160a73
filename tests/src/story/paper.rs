//! What the story is written on: a terminal of at most 100 columns.

use std::io::Write;
use std::time::Duration;

use kring_client::{EditState, Language};

use super::{Failure, Options};

/// The most columns of a line.
const WIDTH: usize = 100;
/// The columns of a person's name.
const NAME: usize = 8;
/// The columns of what happens.
const TEXT: usize = 60;

/// The time that each line is left to be read when the story is told slowly.
const PAUSE: Duration = Duration::from_millis(700);

/// A sign before what happens, with its colour.
#[derive(Clone, Copy)]
pub(super) enum Sign {
    /// Something that was made or said.
    Does,
    /// Saved on a phone.
    Saved,
    /// Shared with the circle.
    Shared,
    /// Not accepted.
    Refused,
    /// Without a connection.
    Away,
    /// With a connection.
    Online,
}

/// The lines of the story.
pub(super) struct Paper<'a> {
    out: &'a mut dyn Write,
    is_colourful: bool,
    pause: Option<Duration>,
    chapter: u32,
    pub(super) language: Language,
}

impl<'a> Paper<'a> {
    pub(super) fn new(out: &'a mut dyn Write, options: &Options, is_colourful: bool) -> Self {
        let pause = options.slow.then_some(PAUSE);
        Self { out, is_colourful, pause, chapter: 0, language: options.language() }
    }

    /// The Dutch or the English words.
    pub(super) fn pick<'t>(&self, dutch: &'t str, english: &'t str) -> &'t str {
        self.language.pick(dutch, english)
    }

    /// The title of it all.
    pub(super) fn title(&mut self, text: &str) -> Result<(), Failure> {
        let line = self.paint("1", text);
        self.write(&format!("\n  {line}"))
    }

    /// The beginning of a chapter, and what it is about.
    pub(super) fn chapter(&mut self, dutch: [&str; 2], english: [&str; 2]) -> Result<(), Failure> {
        let [title, about] = if self.language == Language::Dutch { dutch } else { english };
        self.chapter += 1;
        let line = self.paint("1;36", &format!("{:>2}  {title}", self.chapter));
        self.write(&format!("\n {line}"))?;
        self.prose(about)
    }

    /// Sentences, in lines that are not too long.
    pub(super) fn prose(&mut self, text: &str) -> Result<(), Failure> {
        for line in wrapped(text, WIDTH - 5) {
            let line = self.paint("2", &line);
            self.write(format!("     {line}").trim_end())?;
        }
        Ok(())
    }

    /// One thing that somebody does, and how it stands.
    pub(super) fn act(&mut self, who: &str, sign: Sign, text: &str, state: &str) -> Result<(), Failure> {
        let (mark, colour) = sign.form();
        let who = padded(who, NAME);
        let text = padded(text, TEXT);
        let room = WIDTH - 5 - NAME - 3 - TEXT - 2;
        let state = self.paint(colour, &cut(state, room));
        let mark = self.paint(colour, mark);
        self.write(format!("     {who} {mark} {text}  {state}").trim_end())
    }

    /// Why something was not accepted, or what somebody reads, under the line it belongs to.
    pub(super) fn below(&mut self, text: &str) -> Result<(), Failure> {
        self.below_with("", text)
    }

    /// The same with something in the margin, which stands there once.
    pub(super) fn below_with(&mut self, margin: &str, text: &str) -> Result<(), Failure> {
        let columns = margin.chars().count();
        for (number, line) in wrapped(text, WIDTH - 5 - NAME - 3 - columns).iter().enumerate() {
            let margin = if number == 0 { margin } else { "" };
            self.write(&format!("     {:NAME$}   {margin:columns$}{line}", ""))?;
        }
        Ok(())
    }

    /// A line as it is, however long: something to copy.
    pub(super) fn verbatim(&mut self, text: &str) -> Result<(), Failure> {
        let line = self.paint("2", text);
        self.write(&format!("     {line}"))
    }

    /// Returns what the story says should be so, and whether it is.
    pub(super) fn check(&mut self, text: &str, holds: bool) -> Result<(), Failure> {
        let text = cut(text, WIDTH - 7);
        let line =
            if holds { self.paint("32", &format!("✓ {text}")) } else { self.paint("1;31", &format!("✗ {text}")) };
        self.write(&format!("     {line}"))
    }

    fn write(&mut self, line: &str) -> Result<(), Failure> {
        writeln!(self.out, "{line}")?;
        self.out.flush()?;
        if let Some(pause) = self.pause {
            std::thread::sleep(pause);
        }
        Ok(())
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.is_colourful { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Returns where an edit is, as the person sees it.
    pub(super) fn state(&self, state: &EditState) -> (Sign, String) {
        match state {
            EditState::SavedHere => (Sign::Saved, self.pick("hier bewaard", "saved here").to_owned()),
            EditState::Shared { .. } => {
                (Sign::Shared, self.pick("hier bewaard → gedeeld", "saved here → shared").to_owned())
            }
            EditState::NotAccepted { .. } | EditState::Held { .. } => {
                (Sign::Refused, self.pick("→ niet aangenomen", "→ not accepted").to_owned())
            }
        }
    }
}

impl Sign {
    const fn form(self) -> (&'static str, &'static str) {
        match self {
            Self::Does => ("·", "0"),
            Self::Saved => ("◌", "33"),
            Self::Shared => ("●", "32"),
            Self::Refused => ("✗", "31"),
            Self::Away => ("○", "33"),
            Self::Online => ("●", "32"),
        }
    }
}

/// A text that takes at most `width` columns, with an ellipsis where it was longer.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A text in lines of at most `width` columns, as far as its words allow; at least one line.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn padded(text: &str, width: usize) -> String {
    format!("{:width$}", cut(text, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_it_does_not_fit() {
        for (text, width, expected) in
            [("Emine", 5, "Emine"), ("Öztürk", 4, "Özt…"), ("een kaart", 5, "een…"), ("", 3, "")]
        {
            assert_eq!(cut(text, width), expected);
        }
        assert_eq!(padded("Ruud", 6), "Ruud  ");
    }

    #[test]
    fn sentences_keep_every_word() {
        assert_eq!(wrapped("een kaart naar Dennis", 10), ["een kaart", "naar", "Dennis"]);
        assert_eq!(wrapped("kinderboerderij", 4), ["kinderboerderij"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
