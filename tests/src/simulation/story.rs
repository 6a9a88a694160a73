//! What people do, at random: any command of any kind, on things they can see or half remember.

use fastrand::Rng;
use kring_domain::{DocumentId, DocumentKind};
use serde_json::{Value, json};

/// A word that occurs in every text of a document, to search the bytes of others for.
pub(super) fn secret(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Network => "GeheimNetwerk",
        DocumentKind::Plan => "GeheimPlan",
        DocumentKind::Circle => "GeheimKring",
    }
}

/// One random command for a document of a kind, about one of a few things.
pub(super) fn command(kind: DocumentKind, persons: &[String], rng: &mut Rng) -> Value {
    let secret = secret(kind);
    let id = |section: u64, rng: &mut Rng| uuid::Uuid::from_u64_pair(section, rng.u64(1..7)).to_string();
    let text = |rng: &mut Rng| format!("{secret} {}", rng.u32(0..1000));
    match kind {
        DocumentKind::Circle => match rng.u32(0..12) {
            0..3 => json!({"type": "propose_idea", "idea_id": id(1, rng), "text": text(rng)}),
            3 => json!({"type": "edit_idea", "idea_id": id(1, rng), "text": text(rng)}),
            4..6 => json!({"type": "heart_idea", "idea_id": id(1, rng)}),
            6 => json!({"type": "unheart_idea", "idea_id": id(1, rng)}),
            7 => json!({"type": "choose_idea", "idea_id": id(1, rng)}),
            8 => json!({"type": "withdraw_idea", "idea_id": id(1, rng)}),
            9 => json!({"type": "make_offer", "offer_id": id(2, rng), "what": text(rng)}),
            10 => json!({"type": "withdraw_offer", "offer_id": id(2, rng)}),
            _ => json!({"type": "post_message", "message_id": uuid::Uuid::from_u128(rng.u128(..)), "text": text(rng)}),
        },
        DocumentKind::Network => match rng.u32(0..10) {
            0..3 => json!({"type": "add_contact", "contact_id": id(3, rng), "name": text(rng), "ring": rng.u8(0..5)}),
            3 => json!({"type": "update_contact", "contact_id": id(3, rng), "name": text(rng)}),
            4..6 => {
                json!({"type": "place_contact", "contact_id": id(3, rng), "ring": rng.u8(0..5), "quadrant": "peers"})
            }
            6 => json!({"type": "archive_contact", "contact_id": id(3, rng)}),
            7 => json!({"type": "erase_contact", "contact_id": id(3, rng)}),
            8 => json!({"type": "add_tie", "a": id(3, rng), "b": id(3, rng)}),
            _ => {
                json!({"type": "take_snapshot", "snapshot_id": uuid::Uuid::from_u128(rng.u128(..)), "label": "interim"})
            }
        },
        DocumentKind::Plan => match rng.u32(0..12) {
            0..2 => {
                json!({"type": "add_action", "action_id": id(4, rng), "title": text(rng), "client_part": text(rng)})
            }
            2 => json!({"type": "update_action", "action_id": id(4, rng), "title": text(rng)}),
            3 => json!({"type": "add_step", "action_id": id(4, rng), "step_id": id(5, rng), "text": text(rng)}),
            4..6 => json!({"type": "activate_action", "action_id": id(4, rng)}),
            6 => json!({"type": "stop_action", "action_id": id(4, rng)}),
            7 => json!({"type": "finish_action", "action_id": id(4, rng)}),
            8 => json!({"type": "tick_step", "action_id": id(4, rng), "step_id": id(5, rng)}),
            9 => {
                let person = &persons[rng.usize(..persons.len())];
                json!({"type": "assign_part", "action_id": id(4, rng), "person_id": person, "part": text(rng),
                       "support": "together", "step_ids": [id(5, rng)]})
            }
            10 => {
                let person = &persons[rng.usize(..persons.len())];
                json!({"type": "delegate_right", "person_id": person, "right": "start_action"})
            }
            _ => json!({"type": "evaluate_action", "evaluation_id": uuid::Uuid::from_u128(rng.u128(..)),
                        "action_id": id(4, rng), "well": text(rng), "next": "continue"}),
        },
    }
}

/// The document a person works in next.
pub(super) fn choose(documents: &[(DocumentId, DocumentKind)], rng: &mut Rng) -> Option<(DocumentId, DocumentKind)> {
    (!documents.is_empty()).then(|| documents[rng.usize(..documents.len())])
}
