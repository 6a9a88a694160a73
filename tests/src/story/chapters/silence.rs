//! The map is ready, and nothing happens: day 14.

use kring_domain::{Role, Status, StatusRequest, StatusSources, Timestamp, status};

use crate::story::Failure;
use crate::story::paper::Sign;
use crate::story::stage::Stage;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        [
            "Dag 14: het is stil",
            "De kaart hangt aan de muur en er gebeurt niets. Zo gaat het vaak. Kring zegt het, en noemt een volgende stap.",
        ],
        [
            "Day 14: it is quiet",
            "The map hangs on the wall and nothing happens. That is common. Kring says so, and names a next step.",
        ],
    )?;
    let before = after(stage, 13)?;
    let then = after(stage, 14)?;
    let words = stage.paper.pick("dag 14:", "day 14:");
    stage.paper.act("Kees", Sign::Does, &format!("{words} “{}”", then.text), "")?;
    stage.told.quiet = then.text.clone();
    stage.expect(
        "op dag 13 is het nog niet stil, op dag 14 wel",
        "on day 13 it is not quiet yet, on day 14 it is",
        !before.standing_still && then.standing_still && before.text != then.text,
    )
}

/// Returns how it goes for the backup so many days after the last step, if nobody does anything: by what is on Joost's phone.
pub(super) fn after(stage: &Stage<'_>, days: i64) -> Result<Status, Failure> {
    let phone = stage.phone("joost")?;
    let network = phone.network().ok_or("there is no network")?;
    let plan = phone.plan();
    let circle = phone.circle();
    let sources = StatusSources { network: Some(&network), plan: Some(&plan), circle: Some(&circle) };
    let language = stage.paper.language;
    let at = |now: Timestamp| status(sources, StatusRequest { now, began: None, role: Role::Backup, language });
    let last = at(Timestamp::from_millis(i64::MAX / 2)).last_step_at.ok_or("nobody has done anything yet")?;
    Ok(at(last.plus_days(days)))
}
