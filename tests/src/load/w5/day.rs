//! A working day without coverage: fifty commands of ten kinds in three documents, shared in a moment in the background.

use std::time::Duration;

use kring_domain::{Command, DocumentId, DocumentKind};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use crate::load::full::Full;
use crate::load::people::{Space, create_space, invite};
use crate::load::process::say;
use crate::load::relay::Relay;
use crate::load::server::Server;
use crate::load::{Figure, Outcome, Settings};

/// The number of days; the kernel counts processor time too coarsely for one.
const DAYS: usize = 10;

/// The time that the phone's connection may take to be gone.
const HANG_UP: Duration = Duration::from_millis(500);

pub(super) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    say("w5: a working day without coverage");
    let server = Server::start(settings)?;
    let professional = server.professional()?;
    let space = create_space(&server.api, &professional)?;
    let relay = Relay::start(server.api.address()).await?;
    let code = invite(&server.api, &professional, space, "client")?;
    let phone = Full::sign_in(settings, &format!("http://{}", relay.address), &code, space.circle).await?;
    phone.kring.disconnect();
    sleep(HANG_UP).await;
    let mut cpu = 0.0;
    let mut rounds = 0;
    let mut made = 0;
    for _ in 0..DAYS {
        let day = day(space);
        made = day.len();
        for (document, command) in day {
            phone.kring.submit(document, Command::parse(command)?)?;
        }
        let before = server.sample()?;
        let asked = relay.rounds();
        phone.kring.sync_once().await?;
        if phone.kring.waiting() > 0 {
            return Err(format!("{} of {made} edits of a day were not shared", phone.kring.waiting()).into());
        }
        cpu += server.sample()?.cpu_since(&before) * 1000.0;
        rounds = rounds.max(relay.rounds() - asked);
    }
    let figure = |key, what, value, unit| Figure::new("w5", key, what, value, unit);
    Ok(vec![
        figure("day.rounds", "a day without coverage: rounds to share it, at most", rounds as f64, "").at_most(2.0),
        figure("day.cpu", "a day without coverage: server CPU to share it", cpu / DAYS as f64, "ms").at_most(20.0),
        figure("day", "a day without coverage: commands", made as f64, ""),
    ])
}

/// Returns what a client does on one day, with the document of each command.
fn day(space: Space) -> Vec<(DocumentId, Value)> {
    let document = |kind| DocumentId::derive(space.id, kind);
    let mut day = Vec::new();
    for number in 0..5 {
        let [idea, message, contact, action, step] = std::array::from_fn(|_| Uuid::now_v7());
        let circle = [
            json!({"type": "propose_idea", "idea_id": idea, "text": format!("Een kaart sturen, nummer {number}")}),
            json!({"type": "edit_idea", "idea_id": idea, "text": format!("Een mooie kaart sturen, nummer {number}")}),
            json!({"type": "heart_idea", "idea_id": idea}),
            json!({"type": "post_message", "message_id": message, "text": "Ik heb de kaarten gekocht"}),
        ];
        let network = [
            json!({"type": "add_contact", "contact_id": contact, "name": format!("Buur {number}")}),
            json!({"type": "update_contact", "contact_id": contact, "relation": "neighbour"}),
            json!({"type": "place_contact", "contact_id": contact, "ring": 2, "quadrant": "society"}),
        ];
        let plan = [
            json!({"type": "add_action", "action_id": action, "title": "Kaart", "client_part": "Ik schrijf hem"}),
            json!({"type": "add_step", "action_id": action, "step_id": step, "text": "Postzegels kopen"}),
            json!({"type": "tick_step", "action_id": action, "step_id": step}),
        ];
        day.extend(circle.map(|command| (document(DocumentKind::Circle), command)));
        day.extend(network.map(|command| (document(DocumentKind::Network), command)));
        day.extend(plan.map(|command| (document(DocumentKind::Plan), command)));
    }
    day
}

#[cfg(test)]
mod tests {
    use kring_domain::SpaceId;

    use super::*;

    #[test]
    fn a_day_is_fifty_commands_of_ten_kinds() {
        let id = SpaceId::new(Uuid::nil());
        let day = day(Space { id, circle: DocumentId::derive(id, DocumentKind::Circle) });
        let names =
            day.iter().map(|(_, command)| Command::parse(command.clone()).map(|command| command.name()).unwrap());
        let names: std::collections::BTreeSet<_> = names.collect();
        assert_eq!((day.len(), names.len()), (50, 10));
    }
}
