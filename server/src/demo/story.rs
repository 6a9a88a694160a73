//! The story as data.

use kring_domain::Role;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::DemoError;

/// The fields of a command, with the names of the story instead of ids.
pub(super) type Fields = Map<String, Value>;

/// The people of the story, and what they do.
#[derive(Debug, Deserialize)]
pub struct Story {
    /// The name of the space.
    pub space: String,
    /// The people, the professional who starts the space first.
    pub persons: Vec<Person>,
    /// The ideas of the brainstorm.
    pub ideas: Vec<Idea>,
    /// The actions of the plan.
    pub actions: Vec<Action>,
    /// The member who may start actions for the client.
    pub delegated_to: String,
    pub(super) contacts: Vec<Fields>,
    pub(super) ties: Vec<[String; 2]>,
    pub(super) goals: Vec<Fields>,
}

/// Somebody who signs in.
#[derive(Debug, Deserialize)]
pub struct Person {
    /// The name by which the story calls them.
    pub key: String,
    /// Their name.
    pub name: String,
    /// Their role in the space.
    pub role: Role,
}

/// An idea, who had it, who gave it a heart and what became of it.
#[derive(Debug, Deserialize)]
pub struct Idea {
    /// The idea's name in the story.
    pub idea_id: String,
    /// The owner of the idea.
    pub by: String,
    /// The idea in words.
    pub text: String,
    /// The person who gave it a heart.
    pub hearts: Vec<String>,
    /// `open`, `chosen` or `parked`.
    pub status: String,
    pub(super) fits: Vec<String>,
    /// One of the twelve strategies, or one of the seven activities.
    pub(super) strategy: Option<String>,
    pub(super) activity: Option<String>,
    pub(super) complexity: u8,
}

/// An action with what belongs to it.
#[derive(Debug, Deserialize)]
pub struct Action {
    /// The action's name in the story.
    pub action_id: String,
    /// The person who plans it.
    pub by: String,
    /// The person who starts it.
    pub started_by: String,
    /// The name.
    pub title: String,
    /// The tasks of each person.
    pub parts: Vec<Part>,
    pub(super) steps: Vec<Fields>,
    pub(super) evaluation: Option<Fields>,
    #[serde(flatten)]
    pub(super) fields: Fields,
}

/// Somebody's part in an action.
#[derive(Debug, Deserialize)]
pub struct Part {
    /// The owner of the part.
    pub person: String,
    /// The things that they do.
    pub part: String,
    /// The steps that belong to it.
    pub step_ids: Vec<String>,
    pub(super) support: String,
}

impl Story {
    /// Joost, 34, who would like somebody to go fishing with, and the people around him.
    ///
    /// # Errors
    ///
    /// When the data in the program is not a story, which a test rules out.
    pub fn of_joost() -> Result<Self, DemoError> {
        Ok(serde_json::from_str(include_str!("story.json"))?)
    }

    /// The name of somebody of the story; their key where there is no such person.
    pub fn name<'a>(&'a self, key: &'a str) -> &'a str {
        self.persons.iter().find(|person| person.key == key).map_or(key, |person| &person.name)
    }
}
