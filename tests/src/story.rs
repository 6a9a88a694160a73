//! The story of Joost, told by real phones against a real server, as it happens.
//!
//! Each [`phone::Phone`] is a `kring-client` with a file of its own; the server is the program `kring demo` in a
//! process of its own. The chapters make the people act, show what their phones say about it, and note in
//! [`told::Told`] whether it went as the story says.

mod chapters;
mod http;
mod options;
mod paper;
mod phone;
mod server;
mod stage;
mod told;

use std::io::Write;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

pub use options::Options;
pub use server::beside;
pub use told::Told;

use paper::Paper;
use stage::Stage;

/// Why the story could not go on; a story that went on otherwise than expected is in [`Told::failures`].
pub type Failure = Box<dyn std::error::Error>;

/// Tells the story on standard output, and stays up until Ctrl-C unless it is told once.
pub fn main(options: &Options) -> ExitCode {
    let told = runtime().and_then(|runtime| runtime.block_on(show(options)));
    match told {
        Ok(told) if told.failures.is_empty() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            // There is nobody left to tell where even this fails.
            let _ = writeln!(std::io::stderr(), "kring-story: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tells the story into `out` and returns when it has been told.
///
/// # Errors
///
/// When the server cannot be started, or a phone waits for something that does not happen.
pub fn tell(options: &Options, out: &mut dyn Write) -> Result<Told, Failure> {
    runtime()?.block_on(async {
        let mut stage = Stage::open(options, Paper::new(out, options, false)).await?;
        chapters::all(&mut stage).await?;
        Ok(stage.told)
    })
}

async fn show(options: &Options) -> Result<Told, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut out = std::io::stdout().lock();
    let is_colourful = options.colours(&out);
    let story = async {
        let mut stage = Stage::open(options, Paper::new(&mut out, options, is_colourful)).await?;
        chapters::all(&mut stage).await?;
        if !options.once {
            chapters::stay(&mut stage).await?;
            return Ok((stage.told.clone(), Some(stage)));
        }
        Ok::<_, Failure>((stage.told.clone(), None))
    };
    // Whatever ends it, the phones and the server are put away.
    let (told, stage) = tokio::select! {
        told = story => told?,
        _ = terminate.recv() => return Err("stopped".into()),
        _ = interrupt.recv() => return Err("stopped".into()),
    };
    if stage.is_some() {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
    Ok(told)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
