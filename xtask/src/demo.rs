//! The demo: a server, the people of the story, and their phones.

use clap::Args;

use crate::process::{Failure, cargo, program, root};
use crate::run::Run;
use crate::setup;

/// Options of `demo`.
#[derive(Args)]
pub(crate) struct Options {
    /// Stop when the story has been told, instead of staying up.
    #[arg(long)]
    once: bool,
    /// Where to write the client's network circle.
    #[arg(long, default_value = "target/demo/circle.svg")]
    picture: String,
    /// Wait after every line, for telling it to others.
    #[arg(long)]
    slow: bool,
    /// The language of the story: en or nl.
    #[arg(long, default_value = "en")]
    language: String,
    #[command(flatten)]
    setup: setup::Options,
}

/// Builds what the demo needs and tells the story.
pub(crate) fn run(run: &mut Run, options: &Options) -> Result<(), Failure> {
    setup::ensure(run, &options.setup, &[setup::COMPILER])?;
    let build = ["build", "--workspace", "--bins"];
    run.step("build (a few minutes the first time)", &mut cargo(&build))?;
    let story = root().join("target/debug/kring-story");
    let mut arguments = vec!["--picture", options.picture.as_str(), "--language", &options.language];
    if options.once {
        arguments.push("--once");
    }
    if options.slow {
        arguments.push("--slow");
    }
    run.step("the story", &mut program(&story.to_string_lossy(), &arguments))
}
