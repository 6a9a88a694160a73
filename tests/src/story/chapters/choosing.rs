//! Joost chooses, and a plan is made of what he chose.

use kring_domain::DocumentKind;
use kring_server::demo::id_of;

use super::brainstorm::number;
use crate::story::Failure;
use crate::story::stage::Stage;

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        ["Joost kiest", "Kiezen mag alleen Joost. Daarna maken hij en Marloes er acties van."],
        ["Joost chooses", "Nobody but Joost may choose. Then he and Marloes make actions of it."],
    )?;
    // Under the words that it has by now, which are not the first ones of every idea.
    let shown = stage.phone("joost")?.circle().ideas;
    let decisions: Vec<_> = stage
        .story
        .ideas
        .iter()
        .filter_map(|idea| {
            let id = id_of(&idea.idea_id);
            let text = shown.iter().find(|shown| shown.id.uuid() == id).map(|shown| shown.text.clone())?;
            let number = number(&stage.story.ideas, &idea.idea_id);
            Some((idea.decided("joost")?, number, idea.status == "chosen", text))
        })
        .collect();
    for (demo_step, number, is_chosen, text) in decisions {
        let verb = match is_chosen {
            true => stage.paper.pick("kiest", "chooses"),
            false => stage.paper.pick("bewaart voor later", "keeps for later"),
        };
        stage.shares(&demo_step, &format!("{verb} {number}: “{text}”")).await?;
    }
    for demo_step in stage.story.planning() {
        match words(stage, &demo_step.command) {
            Some(text) => stage.shares(&demo_step, &text).await?,
            None => {
                let phone = stage.phone(&demo_step.by)?;
                phone.answer(demo_step.document, phone.does(&demo_step)?).await?;
            }
        }
        // Whoever plans next builds on this.
        stage.everybody_follows(&demo_step.by, demo_step.document).await?;
    }
    stage.everybody_has(DocumentKind::Plan, |phone| planned(phone) == (4, 10, 5)).await?;
    let holds = planned(stage.phone("linda")?) == (4, 10, 5);
    stage.expect(
        "vier acties met wie wat doet; bij elke actie staat wat Joost zelf doet",
        "four actions with who does what; each says what Joost does himself",
        holds,
    )
}

/// Returns what is told of a step in the planning; goals, steps and parts belong to their action and pass in silence.
fn words(stage: &Stage<'_>, command: &serde_json::Value) -> Option<String> {
    let text = |field: &str| command.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    match text("type").as_str() {
        "delegate_right" => {
            let words = stage.paper.pick("vindt goed dat Linda ook acties mag starten", "lets Linda start actions too");
            Some(words.to_owned())
        }
        "add_action" => {
            let words = stage.paper.pick("plant:", "plans:");
            Some(format!("{words} “{}”", text("title")))
        }
        _ => None,
    }
}

/// Returns how many actions, steps and parts there are.
fn planned(phone: &crate::story::phone::Phone) -> (usize, usize, usize) {
    let plan = phone.plan();
    let steps = plan.actions.iter().map(|action| action.steps.len()).sum();
    (plan.actions.len(), steps, plan.actions.iter().map(|action| action.parts.len()).sum())
}
