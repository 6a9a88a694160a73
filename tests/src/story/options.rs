//! The options of the story.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use kring_client::Language;

/// Tells the story of Joost and his circle: a real server, and a phone for each person.
#[derive(Clone, Debug, Parser)]
#[command(name = "kring-story", max_term_width = 100)]
pub struct Options {
    /// The location to write the client's network circle
    #[arg(long, value_name = "FILE", default_value = "target/demo/circle.svg")]
    pub picture: PathBuf,
    /// Stop when the story has been told, instead of staying up until Ctrl-C
    #[arg(long)]
    pub once: bool,
    /// Wait after every line, for telling it to others
    #[arg(long)]
    pub slow: bool,
    /// The language of the story
    #[arg(long, value_enum, default_value_t = Tongue::En)]
    pub language: Tongue,
    /// The program `kring` [default: the one beside this program]
    #[arg(long, value_name = "FILE")]
    pub server: Option<PathBuf>,
}

/// A language to tell the story in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// English
    En,
    /// Dutch
    Nl,
}

impl Options {
    pub(super) fn language(&self) -> Language {
        match self.language {
            Tongue::En => Language::English,
            Tongue::Nl => Language::Dutch,
        }
    }

    /// Returns whether a terminal wants colours: see <https://no-color.org>.
    pub(super) fn colours(&self, out: &impl IsTerminal) -> bool {
        out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }
}
