//! The steps of the story's people, one edit after the other.

use kring_domain::{Date, DocumentKind, Role};
use serde_json::{Value, json};

use super::Story;
use super::story::{Action, Fields, Idea};

/// How far the story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// The network of the client is on the map.
    Mapped,
    /// The circle has had its ideas, and given its hearts.
    Brainstormed,
    /// The client has chosen, and three actions have begun.
    Chosen,
    /// Everybody has looked back on the three actions.
    Evaluated,
}

/// One edit by one person.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoStep {
    /// The owner of the edit.
    pub by: String,
    /// The document it is for.
    pub document: DocumentKind,
    /// The command, with the names of the story instead of ids.
    pub command: Value,
}

impl DemoStep {
    fn new(by: &str, document: DocumentKind, command: Value) -> Self {
        Self { by: by.to_owned(), document, command }
    }
}

impl Story {
    /// Everything that happens until a point in the story; `today` keeps out days that have not been yet.
    pub fn steps(&self, until: Until, today: Date) -> Vec<DemoStep> {
        let mut steps = self.mapping(today);
        if until >= Until::Brainstormed {
            steps.extend(self.ideas.iter().map(Idea::proposed));
            steps.extend(self.ideas.iter().flat_map(Idea::hearted));
        }
        if until >= Until::Chosen {
            steps.extend(self.ideas.iter().filter_map(|idea| idea.decided(self.client())));
            steps.extend(self.planning());
            // The fourth action waits for a place among the three that a person can carry.
            steps.extend(self.actions.iter().filter(|action| action.evaluation.is_some()).map(Action::started));
        }
        if until >= Until::Evaluated {
            steps.extend(self.actions.iter().flat_map(|action| action.looked_back_on(self.client())));
        }
        steps
    }

    /// The professional writes down whom the client names, and the client gives everybody a place.
    fn mapping(&self, today: Date) -> Vec<DemoStep> {
        let network = |by, command| DemoStep::new(by, DocumentKind::Network, command);
        let client = self.client();
        let professional = self.professional();
        let mut steps: Vec<DemoStep> =
            self.contacts.iter().map(|contact| network(professional, written_down(contact, today))).collect();
        steps.extend(self.ties.iter().map(|[a, b]| network(professional, json!({"type": "add_tie", "a": a, "b": b}))));
        steps.extend(self.contacts.iter().map(|contact| network(client, placed(contact))));
        steps.extend(self.contacts.iter().filter_map(said).map(|command| network(client, command)));
        steps.push(network(
            client,
            json!({"type": "take_snapshot", "snapshot_id": "snapshot of the start", "label": "start"}),
        ));
        steps
    }

    /// The goals, the actions with their steps and parts, and the right that the client lends.
    pub fn planning(&self) -> Vec<DemoStep> {
        let plan = |by, command| DemoStep::new(by, DocumentKind::Plan, command);
        let mut steps: Vec<DemoStep> =
            self.goals.iter().map(|goal| plan(self.client(), with_type("add_goal", goal.clone()))).collect();
        steps.push(self.delegation());
        steps.extend(self.actions.iter().flat_map(Action::planned));
        steps
    }

    fn delegation(&self) -> DemoStep {
        let command = json!({"type": "delegate_right", "person_id": self.delegated_to, "right": "start_action"});
        DemoStep::new(self.client(), DocumentKind::Plan, command)
    }

    fn client(&self) -> &str {
        self.key_of(Role::Client)
    }

    fn professional(&self) -> &str {
        self.key_of(Role::Professional)
    }

    fn key_of(&self, role: Role) -> &str {
        self.persons.iter().find(|person| person.role == role).map_or("", |person| &person.key)
    }
}

impl Idea {
    /// The author puts it before the circle.
    pub fn proposed(&self) -> DemoStep {
        let Self { idea_id, text, fits, strategy, activity, complexity, .. } = self;
        let command = json!({
            "type": "propose_idea", "idea_id": idea_id, "text": text, "fits": fits, "strategy": strategy,
            "activity": activity, "complexity": complexity,
        });
        DemoStep::new(&self.by, DocumentKind::Circle, command)
    }

    /// Everybody who likes it gives it a heart.
    pub fn hearted(&self) -> impl Iterator<Item = DemoStep> {
        let command = json!({"type": "heart_idea", "idea_id": self.idea_id});
        self.hearts.iter().map(move |by| DemoStep::new(by, DocumentKind::Circle, command.clone()))
    }

    /// Returns what the client decides, where they do.
    pub fn decided(&self, client: &str) -> Option<DemoStep> {
        let decision = match self.status.as_str() {
            "chosen" => "choose_idea",
            "parked" => "park_idea",
            _ => return None,
        };
        let command = json!({"type": decision, "idea_id": self.idea_id});
        Some(DemoStep::new(client, DocumentKind::Circle, command))
    }
}

impl Action {
    fn planned(&self) -> Vec<DemoStep> {
        let plan = |command| DemoStep::new(&self.by, DocumentKind::Plan, command);
        let mut fields = self.fields.clone();
        fields.insert("action_id".to_owned(), self.action_id.as_str().into());
        fields.insert("title".to_owned(), self.title.as_str().into());
        let mut steps = vec![plan(with_type("add_action", fields))];
        steps.extend(self.steps.iter().cloned().map(|mut step| {
            step.insert("action_id".to_owned(), self.action_id.as_str().into());
            plan(with_type("add_step", step))
        }));
        steps.extend(self.parts.iter().map(|part| {
            plan(json!({
                "type": "assign_part", "action_id": self.action_id, "person_id": part.person, "part": part.part,
                "support": part.support, "step_ids": part.step_ids,
            }))
        }));
        steps
    }

    /// Somebody starts it.
    pub fn started(&self) -> DemoStep {
        let command = json!({"type": "activate_action", "action_id": self.action_id});
        DemoStep::new(&self.started_by, DocumentKind::Plan, command)
    }

    /// Returns where it was looked back on: everybody ticks their steps, the client finishes it, and looks back.
    pub fn looked_back_on(&self, client: &str) -> Vec<DemoStep> {
        let Some(mut fields) = self.evaluation.clone() else { return Vec::new() };
        let plan = |by: &str, command| DemoStep::new(by, DocumentKind::Plan, command);
        let ticks = self.steps.iter().filter_map(|step| {
            let step = step.get("step_id")?.as_str()?;
            let part = self.parts.iter().find(|part| part.step_ids.iter().any(|own| own == step));
            let by = part.map_or(client, |part| &part.person);
            Some(plan(by, json!({"type": "tick_step", "action_id": self.action_id, "step_id": step})))
        });
        let mut steps: Vec<DemoStep> = ticks.collect();
        steps.push(plan(client, json!({"type": "finish_action", "action_id": self.action_id})));
        fields.insert("action_id".to_owned(), self.action_id.as_str().into());
        steps.push(plan(client, with_type("evaluate_action", fields)));
        steps
    }
}

fn with_type(name: &str, mut fields: Fields) -> Value {
    fields.insert("type".to_owned(), name.into());
    Value::Object(fields)
}

/// What the client says about a contact, beside its place.
const OWN_WORDS: [&str; 3] = ["wish", "desired_ring", "status"];

/// A contact without what is the client's to say.
fn written_down(contact: &Fields, today: Date) -> Value {
    let mut fields = contact.clone();
    fields.retain(|field, value| match field.as_str() {
        "ring" | "quadrant" => false,
        own if OWN_WORDS.contains(&own) => false,
        "last_contact" => value.as_str().and_then(|day| day.parse().ok()).is_some_and(|day: Date| day <= today),
        _ => true,
    });
    with_type("add_contact", fields)
}

fn placed(contact: &Fields) -> Value {
    let fields = contact.iter().filter(|(field, _)| matches!(field.as_str(), "contact_id" | "ring" | "quadrant"));
    with_type("place_contact", fields.map(|(field, value)| (field.clone(), value.clone())).collect())
}

/// Returns what the client says about a contact; nothing where they say nothing.
fn said(contact: &Fields) -> Option<Value> {
    let is_said = |field: &str| field == "contact_id" || OWN_WORDS.contains(&field);
    let fields: Fields = contact
        .iter()
        .filter(|(field, _)| is_said(field))
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect();
    (fields.len() > 1).then(|| with_type("update_contact", fields))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kring_domain::Command;
    use kring_domain::Words;
    use kring_domain::circle::{Activity, Strategy};
    use kring_domain::network::Relation;

    use super::*;
    use crate::demo::Cast;

    #[test]
    fn the_story_is_made_of_commands_and_grows() {
        let story = Story::of_joost().unwrap();
        let mut cast = Cast::default();
        for person in &story.persons {
            cast.insert(&person.key, kring_domain::PersonId::new(crate::demo::id_of(&person.key)));
        }
        let keys: BTreeSet<&str> = story.persons.iter().map(|person| person.key.as_str()).collect();
        let today = "2026-04-01".parse().unwrap();
        let lengths = [Until::Mapped, Until::Brainstormed, Until::Chosen, Until::Evaluated].map(|until| {
            let steps = story.steps(until, today);
            for step in &steps {
                assert!(keys.contains(step.by.as_str()), "{step:?}");
                let command = Command::parse(cast.resolve(step.command.clone()));
                assert!(command.is_ok(), "{step:?}: {:?}", command.err());
            }
            steps.len()
        });
        assert_eq!(lengths, [18 + 18 + 18 + 18 + 1, 73 + 12 + 24, 109 + 5 + 2 + 1 + 4 + 10 + 5 + 3, 139 + 8 + 3 + 3]);
    }

    /// Open lists take any word, so that a newer version may know more; the story keeps to those that exist.
    #[test]
    fn the_story_uses_only_words_that_exist() {
        let story = Story::of_joost().unwrap();
        let lists = [("strategy", Strategy::LIST), ("activity", Activity::LIST), ("relation", Relation::LIST)];
        let mut used = BTreeSet::new();
        for step in story.steps(Until::Evaluated, "2026-06-01".parse().unwrap()) {
            for (field, list) in lists {
                if let Some(word) = step.command.get(field).and_then(Value::as_str) {
                    assert!(list.find(word).is_some(), "{field} {word}");
                    used.insert(field);
                }
            }
        }
        assert_eq!(used.len(), lists.len(), "the story uses a word of each list");
        let of_one = |idea: &Idea| idea.strategy.is_some() != idea.activity.is_some();
        assert!(story.ideas.iter().all(of_one), "an idea is a strategy or an activity");
    }

    #[test]
    fn nothing_is_looked_back_on_before_it_is_finished() {
        let story = Story::of_joost().unwrap();
        let mut finished = BTreeSet::new();
        let mut evaluations = 0;
        for DemoStep { command, .. } in story.steps(Until::Evaluated, "2026-06-01".parse().unwrap()) {
            let action = command.get("action_id").map(Value::to_string).unwrap_or_default();
            match command.get("type").and_then(Value::as_str) {
                Some("finish_action") => {
                    finished.insert(action);
                }
                Some("evaluate_action") => {
                    assert!(finished.contains(&action), "{command}");
                    evaluations += 1;
                }
                _ => {}
            }
        }
        assert_eq!(evaluations, 3);
    }

    #[test]
    fn a_day_that_has_not_been_yet_is_left_out() {
        let story = Story::of_joost().unwrap();
        let days = |today: &str| {
            let steps = story.steps(Until::Mapped, today.parse().unwrap());
            steps.iter().filter(|step| step.command.get("last_contact").is_some()).count()
        };
        assert_eq!((days("2026-03-02"), days("2020-01-01")), (18, 0));
    }
}
