//! Two edits that are not accepted: one that the phone knows of, and one that only the server can.

use kring_domain::{DocumentKind, Role};
use kring_server::demo::DemoStep;
use serde_json::{Value, json};

use super::starting::states;
use crate::story::Failure;
use crate::story::paper::Sign;
use crate::story::stage::Stage;

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        [
            "Wat niet mag, en hoe je dat hoort",
            "De telefoon kent dezelfde regels als de server en zegt het meteen. Wat de telefoon niet kon weten, \
             komt terug met de reden, en niets gaat stil verloren.",
        ],
        [
            "What is not allowed, and how people hear of it",
            "The phone knows the rules of the server and says so at once. What the phone could not know \
             comes back with the reason, and nothing gets lost in silence.",
        ],
    )?;
    not_his_step(stage).await?;
    not_her_right_any_more(stage).await
}

/// Ruud may tick off his own step and no other; his phone says so without asking anybody.
async fn not_his_step(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let tick =
        |action: &str, step: &str| plan("ruud", json!({"type": "tick_step", "action_id": action, "step_id": step}));
    let refused = stage.refused_at_once(&tick("a2", "s21"))?;
    let text =
        stage.paper.pick("vinkt de stap van Linda af: het adres zoeken", "ticks Linda's step: finding the address");
    let state = stage.paper.pick("kan niet", "not possible");
    stage.paper.act("Ruud", Sign::Refused, text, state)?;
    if let Some(reason) = &refused {
        stage.reason(reason)?;
    }
    let text = stage.paper.pick("vinkt zijn eigen stap af: uitleggen wat waar staat", "ticks his own step: explaining");
    stage.shares(&tick("a3", "s31"), text).await?;
    stage.expect(
        "de stap van een ander is geweigerd, op de telefoon zelf; de eigen stap is gedeeld",
        "the step of somebody else was refused, on the phone itself; his own was shared",
        refused.is_some(),
    )
}

/// Joost takes his right back while Linda is in a tunnel and uses it.
async fn not_her_right_any_more(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.go_away("linda", "rijdt een tunnel in", "enters a tunnel").await?;
    let revoke = plan("joost", json!({"type": "revoke_right", "person_id": "linda", "right": "start_action"}));
    let text =
        stage.paper.pick("wil voortaan zelf acties starten en stoppen", "wants to start and stop actions himself");
    stage.shares(&revoke, text).await?;
    let title = stage.story.actions.last().map(|action| action.title.clone()).unwrap_or_default();
    let text = format!("{} “{title}”", stage.paper.pick("stopt", "stops"));
    let stop = plan("linda", json!({"type": "stop_action", "action_id": "a4"}));
    let id = stage.saves(&stop, &text)?;
    stage.come_back("linda", "is de tunnel uit", "is out of the tunnel").await?;
    stage.became("linda", DocumentKind::Plan, id, &text)?;
    let kept = stage.phone("linda")?.kring.not_accepted()?;
    let is_kept = kept.iter().any(|edit| edit.id == id && edit.command.value()["type"] == "stop_action");
    let is_still_there = states(stage.phone("linda")?).contains(&(title, "queued".to_owned()));
    stage.phone("linda")?.kring.acknowledge(id)?;
    let text = stage.paper.pick("heeft het gezien; de actie wacht nog steeds", "has seen it; the action still waits");
    stage.paper.act("Linda", Sign::Does, text, "")?;
    let is_seen = stage.phone("linda")?.kring.not_accepted()?.is_empty();
    stage.expect(
        "wat niet is aangenomen bleef bewaard tot Linda het gezien had",
        "what was not accepted was kept until Linda had seen it",
        is_kept && is_still_there && is_seen,
    )?;
    let clients = stage.phones().iter().filter(|phone| phone.role == Role::Client).count();
    stage.expect("de keuze blijft bij Joost", "the choice stays with Joost", clients == 1 && delegations(stage)? == 0)
}

fn delegations(stage: &Stage<'_>) -> Result<usize, Failure> {
    Ok(stage.phone("joost")?.plan().delegations.len())
}

fn plan(by: &str, command: Value) -> DemoStep {
    DemoStep { by: by.to_owned(), document: DocumentKind::Plan, command }
}
