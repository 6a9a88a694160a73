//! An example of every command, and the things that the examples are about.

#![allow(dead_code, reason = "each test crate uses its own part of this")]

use kring_domain::DocumentKind;
use serde_json::{Value, json};
use uuid::Uuid;

/// The commands that make the suggestions in the prepared documents: the last ones of their histories.
pub(crate) const SUGGESTION: u128 = 0xc000_0005;
pub(crate) const PLAN_SUGGESTION: u128 = 0xc000_0005;
pub(crate) const CONSENT_SUGGESTION: u128 = 0xc000_0002;

fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

/// The commands that make what the examples are about.
pub(crate) fn things(kind: DocumentKind) -> Vec<Value> {
    match kind {
        DocumentKind::Network => vec![
            json!({"type": "add_contact", "contact_id": id(1), "name": "Ali"}),
            json!({"type": "add_contact", "contact_id": id(2), "name": "Bo"}),
            json!({"type": "add_contact", "contact_id": id(3), "name": "Cas"}),
            json!({"type": "add_tie", "a": id(1), "b": id(2)}),
        ],
        DocumentKind::Plan => vec![
            json!({"type": "add_goal", "goal_id": id(1), "text": "x"}),
            json!({"type": "add_action", "action_id": id(1), "title": "x", "client_part": "x"}),
            json!({"type": "add_step", "action_id": id(1), "step_id": id(1), "text": "x"}),
            json!({"type": "delegate_right", "person_id": id(8), "right": "start_action"}),
        ],
        DocumentKind::Circle => vec![
            json!({"type": "propose_idea", "idea_id": id(1), "text": "x"}),
            json!({"type": "make_offer", "offer_id": id(2), "what": "x"}),
            json!({"type": "post_message", "message_id": id(3), "text": "x"}),
        ],
        DocumentKind::Private => vec![
            json!({"type": "note_privately", "note_id": id(1), "text": "x"}),
            json!({"type": "plan_ask", "ask_id": id(1), "what": "x"}),
        ],
        DocumentKind::PrivateTime => vec![
            json!({"type": "open_private_time", "session_id": id(1), "question": "x"}),
            json!({"type": "propose_privately", "idea_id": id(1), "session_id": id(1), "text": "x"}),
        ],
        DocumentKind::WorkNotes => vec![json!({"type": "write_work_note", "note_id": id(1), "text": "x"})],
        DocumentKind::Consents => vec![json!({"type": "ask_to_look", "consent_id": id(1), "compartment": "pronotes"})],
    }
}

pub(crate) fn give_consent(number: u128) -> Value {
    json!({"type": "give_consent", "consent_id": id(number), "compartment": "private", "purpose": "x",
        "role": "professional", "text_version": "1", "language_level": "a2"})
}

/// A command that makes sense in a prepared document; where it is about a person, about this one.
pub(crate) fn example(name: &str, person: u128) -> Value {
    let one = id(1);
    let new = id(50);
    let person = id(person);
    let mut fields = match name {
        "add_contact" => json!({"contact_id": new, "name": "x"}),
        "update_contact" => json!({"contact_id": one, "name": "y"}),
        "place_contact" => json!({"contact_id": one, "ring": 1, "quadrant": "family"}),
        "archive_contact" | "erase_contact" => json!({"contact_id": one}),
        "link_member" => json!({"contact_id": one, "person_id": person}),
        "unlink_member" => json!({"contact_id": one}),
        "add_tie" | "distinguish_contacts" => json!({"a": one, "b": id(3)}),
        "remove_tie" => json!({"a": one, "b": id(2)}),
        "take_snapshot" => json!({"snapshot_id": new, "label": "start"}),
        "accept_suggestion" | "decline_suggestion" => json!({"suggestion_id": id(SUGGESTION)}),
        "accept_plan_suggestion" | "decline_plan_suggestion" => json!({"suggestion_id": id(PLAN_SUGGESTION)}),
        "accept_consent_suggestion" | "decline_consent_suggestion" => json!({"suggestion_id": id(CONSENT_SUGGESTION)}),
        "add_goal" => json!({"goal_id": new, "text": "x"}),
        "update_goal" => json!({"goal_id": one, "text": "y"}),
        "add_action" => json!({"action_id": new, "title": "x", "client_part": "x"}),
        "update_action" => json!({"action_id": one, "title": "y"}),
        "add_step" => json!({"action_id": one, "step_id": new, "text": "x"}),
        "activate_action" | "stop_action" | "finish_action" => json!({"action_id": one}),
        "rank_actions" => json!({"action_ids": [one]}),
        "tick_step" | "untick_step" => json!({"action_id": one, "step_id": one}),
        "assign_part" => json!({"action_id": one, "person_id": person, "part": "x", "support": "together"}),
        "evaluate_action" => json!({"evaluation_id": new, "action_id": one, "next": "continue"}),
        "delegate_right" => json!({"person_id": person, "right": "start_action"}),
        "revoke_right" => json!({"person_id": id(8), "right": "start_action"}),
        "propose_idea" => json!({"idea_id": new, "text": "x"}),
        "edit_idea" => json!({"idea_id": one, "text": "y"}),
        "withdraw_idea" | "erase_idea" | "heart_idea" | "unheart_idea" | "choose_idea" | "park_idea"
        | "decline_idea" => {
            json!({"idea_id": one})
        }
        "make_offer" => json!({"offer_id": new, "what": "x"}),
        "withdraw_offer" | "erase_offer" => json!({"offer_id": id(2)}),
        "withdraw_message" | "erase_message" => json!({"message_id": id(3)}),
        "post_message" => json!({"message_id": new, "text": "x"}),
        "note_privately" | "write_work_note" => json!({"note_id": new, "text": "x"}),
        "edit_private_note" | "edit_work_note" => json!({"note_id": one, "text": "y"}),
        "remove_private_note" => json!({"note_id": one}),
        "rate_helpfulness" => json!({"contact_id": one, "helpfulness": "helpful"}),
        "plan_ask" => json!({"ask_id": new, "what": "x"}),
        "answer_ask" => json!({"ask_id": one, "state": "yes"}),
        "open_private_time" => json!({"session_id": new, "question": "x"}),
        "close_private_time" => json!({"session_id": one}),
        "propose_privately" => json!({"idea_id": new, "session_id": one, "text": "x"}),
        "withdraw_private_idea" | "heart_privately" | "unheart_privately" => json!({"idea_id": one}),
        "give_consent" => give_consent(50),
        "withdraw_consent" => json!({"consent_id": one}),
        "ask_to_look" => json!({"consent_id": new, "compartment": "pronotes"}),
        other => panic!("{other} has no example"),
    };
    fields["type"] = json!(name);
    fields
}
