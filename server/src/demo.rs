//! The demo: a made-up client with the people around him, told to a server by those people.
//!
//! What happens is data in `story.json`. Nobody gets in by a back door: every person signs in with a code, and
//! every edit goes through the same router as anybody else's.

mod api;
mod error;
mod load;
mod names;
mod steps;
mod story;

pub use error::DemoError;
pub use load::{Guest, LoadedStory, load};
pub use names::{Cast, id_of};
pub use steps::{DemoStep, Until};
pub use story::{Action, Idea, Part, Person, Story};
