//! The second round: everybody looks back, and goes on.

use kring_domain::{CardKind, DocumentKind};
use kring_server::demo::{DemoStep, id_of};
use serde_json::{Value, json};

use super::silence::after;
use super::starting::states;
use crate::story::Failure;
use crate::story::paper::Sign;
use crate::story::stage::Stage;

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        [
            "Terugkijken, en weer verder",
            "Ieder vinkt de eigen stappen af. Joost maakt drie acties af en kijkt terug. Dan begint de tweede ronde.",
        ],
        [
            "Looking back, and on again",
            "Everybody ticks their own steps. Joost finishes three actions and looks back. Then the second round begins.",
        ],
    )?;
    look_back(stage).await?;
    new_goal(stage).await?;
    new_action(stage).await?;
    let quiet = after(stage, 90)?;
    stage.expect(
        "ook in de tweede ronde merkt Kring dat het stil wordt",
        "in the second round too Kring notices when it gets quiet",
        quiet.standing_still,
    )
}

async fn look_back(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let actions: Vec<(Vec<DemoStep>, String)> =
        stage.story.actions.iter().map(|action| (action.looked_back_on("joost"), action.title.clone())).collect();
    for (demo_steps, title) in actions {
        let Some((look, before)) = demo_steps.split_last() else { continue };
        for demo_step in before {
            let phone = stage.phone(&demo_step.by)?;
            phone.answer(demo_step.document, phone.does(demo_step)?).await?;
            stage.everybody_follows(&demo_step.by, demo_step.document).await?;
        }
        let words = stage.paper.pick("kijkt terug op", "looks back on");
        stage.shares(look, &format!("{words} “{title}”")).await?;
        stage.everybody_follows("joost", DocumentKind::Plan).await?;
    }
    let phone = stage.phone("joost")?;
    let done = states(phone).iter().filter(|(_, state)| state == "done").count();
    let ticked = phone.plan().actions.iter().flat_map(|action| action.steps.clone()).filter(|step| step.done).count();
    stage.expect(
        "drie acties zijn klaar, met alle 8 stappen; de kalender is nu aan de beurt",
        "three actions are done, with all 8 steps; it is the turn of the calendar now",
        (done, ticked) == (3, 8) && states(stage.phone("joost")?).iter().any(|(_, state)| state == "active"),
    )
}

/// Returns what Joost wants is his to say: Marloes can only suggest a goal.
async fn new_goal(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let goal = json!({"type": "add_goal", "goal_id": "g3", "text": "Samen met treinen bezig zijn", "goal_type": "new"});
    let text = stage.paper.pick("stelt een doel voor", "suggests a goal");
    stage.shares(&plan("marloes", goal), text).await?;
    stage.everybody_follows("marloes", DocumentKind::Plan).await?;
    let goals = stage.phone("joost")?.plan().goals.len();
    let cards = stage.phone("joost")?.read(DocumentKind::Plan)?.cards;
    let card = cards.into_iter().find(|card| card.kind == CardKind::Suggestion).ok_or("there is no suggestion")?;
    let words = stage.paper.pick("krijgt een vraag:", "gets a question:");
    stage.paper.act("Joost", Sign::Does, words, "")?;
    stage.paper.below_with("? ", &card.text)?;
    let yes = card.options.first().and_then(|option| option.command.clone()).ok_or("the question has no answer")?;
    let text = stage.paper.pick("zegt ja", "says yes");
    stage.shares(&plan("joost", yes), text).await?;
    stage.everybody_follows("joost", DocumentKind::Plan).await?;
    let now = stage.phone("joost")?.plan().goals.len();
    stage.expect(
        "het doel is er pas nu Joost ja heeft gezegd",
        "the goal is there only now that Joost has said yes",
        now == goals + 1,
    )
}

async fn new_action(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let choose = DemoStep {
        by: "joost".to_owned(),
        document: DocumentKind::Circle,
        command: json!({"type": "choose_idea", "idea_id": "i07"}),
    };
    let text = stage.paper.pick("kiest 7: “Naar de modelspoorclub”", "chooses 7: “Naar de modelspoorclub”");
    stage.shares(&choose, text).await?;
    let action = json!({
        "type": "add_action", "action_id": "a5", "title": "Kijken bij de modelspoorclub", "idea_id": "i07", "goal_id": "g3",
        "client_part": "Ik vraag Chantal mee", "company": "pair", "setting": "ordinary", "complexity": 2,
    });
    let text = stage.paper.pick("plant: “Kijken bij de modelspoorclub”", "plans: “Kijken bij de modelspoorclub”");
    stage.shares(&plan("marloes", action), text).await?;
    stage.everybody_follows("marloes", DocumentKind::Plan).await?;
    let text = stage.paper.pick("start “Kijken bij de modelspoorclub”", "starts “Kijken bij de modelspoorclub”");
    stage.shares(&plan("joost", json!({"type": "activate_action", "action_id": "a5"})), text).await?;
    stage.everybody_follows("joost", DocumentKind::Plan).await?;
    let goal = id_of("g3");
    let shown = stage.phone("linda")?.plan().actions;
    let is_there = shown.iter().any(|action| {
        action.goal_id.is_some_and(|id| id.uuid() == goal) && action.state == kring_domain::plan::ActionState::Active
    });
    stage.expect("de tweede ronde loopt, op elke telefoon", "the second round goes on, on every phone", is_there)
}

fn plan(by: &str, command: Value) -> DemoStep {
    DemoStep { by: by.to_owned(), document: DocumentKind::Plan, command }
}
