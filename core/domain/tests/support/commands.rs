//! Commands by number, over so few things that they keep getting in each other's way.

use kring_domain::DocumentKind;
use serde_json::{Value, json};

use crate::history::{about, id};

/// What a property is given to make a command of.
pub(crate) type Choice = (u8, u8, u8, u8);

/// A command for a document of a kind; every choice gives one, and every command has a choice.
pub(crate) fn command(kind: DocumentKind, (what, which, other, fresh): Choice) -> Value {
    let which = u128::from(which % 5) + 1;
    let other = u128::from(other % 5) + 1;
    let new = u128::from(fresh);
    match kind {
        DocumentKind::Network => network(what, which, other, new),
        DocumentKind::Plan => plan(what, which, other, new),
        DocumentKind::Circle => circle(what, which, other, new),
        DocumentKind::Private => private(what, which, other, new),
        DocumentKind::PrivateTime => private_time(what, which, other, new),
        DocumentKind::WorkNotes => work_notes(what, which, new),
        DocumentKind::Consents => consents(what, which, new),
    }
}

fn private(what: u8, which: u128, other: u128, new: u128) -> Value {
    let thing = id(which);
    let text = format!("Voor mij {new}");
    let helpfulness = ["helpful", "mixed", "unhelpful", "unsafe"][(new % 4) as usize];
    match what % 6 {
        0 => json!({ "type": "note_privately", "note_id": thing, "text": text, "contact_id": id(other) }),
        1 => json!({ "type": "edit_private_note", "note_id": thing, "text": text }),
        2 => json!({ "type": "remove_private_note", "note_id": thing }),
        3 => json!({ "type": "rate_helpfulness", "contact_id": thing, "helpfulness": helpfulness }),
        4 => json!({ "type": "plan_ask", "ask_id": thing, "what": text, "reason_shy": "debt", "dare_before": 2 }),
        _ => json!({ "type": "answer_ask", "ask_id": thing, "state": "yes", "dare_after": 4 }),
    }
}

fn private_time(what: u8, which: u128, other: u128, new: u128) -> Value {
    let idea = id(which);
    let session = id(other);
    match what % 8 {
        0 | 6 => json!({ "type": "open_private_time", "session_id": session, "question": format!("Wat nu {new}?") }),
        1 => json!({ "type": "close_private_time", "session_id": session }),
        2 | 7 => json!({
            "type": "propose_privately", "idea_id": idea, "session_id": session, "text": format!("Stil {new}"),
        }),
        3 => json!({ "type": "withdraw_private_idea", "idea_id": idea }),
        4 => json!({ "type": "heart_privately", "idea_id": idea }),
        _ => json!({ "type": "unheart_privately", "idea_id": idea }),
    }
}

fn work_notes(what: u8, which: u128, new: u128) -> Value {
    let note = id(which);
    let text = format!("Werk {new}");
    match what % 2 {
        0 => json!({ "type": "write_work_note", "note_id": note, "text": text, "subject": "start" }),
        _ => json!({ "type": "edit_work_note", "note_id": note, "text": text }),
    }
}

fn consents(what: u8, which: u128, new: u128) -> Value {
    let consent = id(which);
    match what % 6 {
        4 => json!({ "type": "accept_consent_suggestion", "suggestion_id": id(0xc000_0000 + new % 20) }),
        5 => json!({ "type": "decline_consent_suggestion", "suggestion_id": id(0xc000_0000 + new % 20) }),
        0 => json!({ "type": "ask_to_look", "consent_id": consent, "compartment": "pronotes" }),
        1 => json!({
            "type": "give_consent", "consent_id": consent, "compartment": "private", "purpose": "samen kijken",
            "role": "professional", "text_version": "1", "language_level": "a2",
        }),
        2 => json!({
            "type": "give_consent", "consent_id": consent, "compartment": "private", "purpose": "samen kijken",
            "person_id": id(new % 9 + 1), "text_version": "1", "language_level": "b1",
        }),
        _ => json!({ "type": "withdraw_consent", "consent_id": consent }),
    }
}

fn network(what: u8, which: u128, other: u128, new: u128) -> Value {
    let contact = id(which);
    let quadrant = ["family", "peers", "professionals", "society"][(new % 4) as usize];
    let label = ["start", "interim", "end", "year"][(new % 4) as usize];
    match what % 18 {
        14 => json!({ "type": "link_member", "contact_id": contact, "person_id": id(new % 9 + 1) }),
        15 => json!({ "type": "unlink_member", "contact_id": contact }),
        16 => json!({ "type": "add_contact", "contact_id": contact, "name": "Jan" }),
        17 => json!({ "type": "distinguish_contacts", "a": contact, "b": id(other) }),
        12 => json!({ "type": "update_contact", "contact_id": contact, "status": "strained", "desired_ring": 2 }),
        13 => json!({ "type": "accept_suggestion", "suggestion_id": id(0xc000_0000 + new % 20) }),
        0 => json!({ "type": "add_contact", "contact_id": contact, "name": format!("Naam {new}"), "ring": other - 1 }),
        1 => json!({ "type": "update_contact", "contact_id": contact, "name": format!("Naam {new}") }),
        2 => json!({ "type": "update_contact", "contact_id": contact, "ring": other - 1, "quadrant": quadrant }),
        3 => json!({ "type": "update_contact", "contact_id": contact, "wish": "keep", "does": null }),
        4 => json!({ "type": "place_contact", "contact_id": contact, "ring": other - 1, "quadrant": quadrant }),
        5 => json!({ "type": "archive_contact", "contact_id": contact }),
        6 => json!({ "type": "erase_contact", "contact_id": contact }),
        7 => json!({ "type": "add_tie", "a": contact, "b": id(other) }),
        8 => json!({ "type": "remove_tie", "a": contact, "b": id(other) }),
        9 => json!({ "type": "take_snapshot", "snapshot_id": id(other), "label": label }),
        10 => json!({ "type": "accept_suggestion", "suggestion_id": id(0xc000_0000 + new % 60) }),
        _ => json!({ "type": "decline_suggestion", "suggestion_id": id(0xc000_0000 + new % 60) }),
    }
}

fn plan(what: u8, which: u128, other: u128, new: u128) -> Value {
    let action = id(which);
    let step = id(other);
    let person = id(new % 4 + 1);
    match what % 24 {
        22 => json!({ "type": "update_goal", "goal_id": action, "text": format!("Doel {new}") }),
        23 => {
            json!({ "type": "update_goal", "goal_id": action, "goal_type": if new.is_multiple_of(2) { json!("new") } else { json!(null) } })
        }
        20 => json!({ "type": "accept_plan_suggestion", "suggestion_id": id(0xc000_0000 + new % 40) }),
        21 => json!({ "type": "decline_plan_suggestion", "suggestion_id": id(0xc000_0000 + new % 40) }),
        0 => json!({ "type": "add_goal", "goal_id": action, "text": format!("Doel {new}"), "goal_type": "revive" }),
        1 | 2 => json!({
            "type": "add_action", "action_id": action, "title": format!("Actie {new}"), "client_part": "Ik begin",
            "complexity": other % 3 + 1,
        }),
        3 => json!({ "type": "update_action", "action_id": id(1), "title": format!("Actie {new}") }),
        4 => json!({ "type": "update_action", "action_id": action, "client_part": null, "setting": "ordinary" }),
        5 => json!({ "type": "update_action", "action_id": action, "client_part": format!("Deel {new}") }),
        6 => json!({ "type": "add_step", "action_id": action, "step_id": step, "text": format!("Stap {new}") }),
        7 | 8 | 18 | 19 => about("activate_action", which),
        9 => about("stop_action", which),
        10 => about("finish_action", which),
        11 => json!({ "type": "rank_actions", "action_ids": [action, step] }),
        12 => json!({ "type": "tick_step", "action_id": action, "step_id": step }),
        13 => json!({ "type": "untick_step", "action_id": action, "step_id": step }),
        14 => json!({
            "type": "assign_part", "action_id": action, "person_id": person, "part": format!("Deel {}", new % 3),
            "support": "together", "step_ids": if new.is_multiple_of(2) { vec![step] } else { vec![] },
        }),
        15 => json!({
            "type": "evaluate_action", "evaluation_id": id(new), "action_id": action, "next": "adjust", "gas": -2,
        }),
        16 => json!({ "type": "delegate_right", "person_id": person, "right": "start_action" }),
        _ => json!({ "type": "revoke_right", "person_id": person, "right": "start_action" }),
    }
}

fn circle(what: u8, which: u128, other: u128, new: u128) -> Value {
    let about = |command: &str| json!({ "type": command, "idea_id": id(which) });
    let text = format!("Samen vissen {new} en {other}");
    match what % 17 {
        0 | 1 => json!({ "type": "propose_idea", "idea_id": id(which), "text": text, "fits": ["vissen"] }),
        2 | 3 => json!({ "type": "edit_idea", "idea_id": id(which), "text": text }),
        4 => about("withdraw_idea"),
        12 => about("erase_idea"),
        5 => about("heart_idea"),
        6 => about("unheart_idea"),
        7 => about(["choose_idea", "park_idea", "decline_idea"][(new % 3) as usize]),
        8 => about("choose_idea"),
        9 => json!({ "type": "make_offer", "offer_id": id(which + 10), "what": text }),
        10 => json!({ "type": "withdraw_offer", "offer_id": id(which + 10) }),
        13 => json!({ "type": "erase_offer", "offer_id": id(which + 10) }),
        14 => json!({ "type": "withdraw_message", "message_id": id(which + 20) }),
        15 => json!({ "type": "erase_message", "message_id": id(which + 20) }),
        _ => json!({ "type": "post_message", "message_id": id(which + 20), "text": text }),
    }
}
