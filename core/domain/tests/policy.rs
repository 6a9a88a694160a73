//! Tries every command by every role in every situation, as `docs/policy.md` shows it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where it stands")]

#[path = "support/examples.rs"]
mod examples;
#[path = "support/history.rs"]
mod history;

use std::fmt::Write;
use std::path::Path;

use examples::{CONSENT_SUGGESTION, PLAN_SUGGESTION, SUGGESTION, example, give_consent, things};
use history::{Device, History, id};
use kring_domain::policy::{Condition, Rule};
use kring_domain::{Access, Command, CommandDescription, Decision, DocumentKind, Effect, RefusalCode, Role, authorize};
use serde_json::json;

const CLIENT: u128 = 1;
/// The person who tries; somebody else than the client, so that “their own” differs from “the client's”.
const SENDER: u128 = 2;

const INTRODUCTION: &str = "\
# Who may see and do what

This page is made by trying: every command of every role, in every situation that a rule names, decided by the code
that the server and the phones run. Do not edit it: run `UPDATE_DOCS=1 cargo test -p kring-domain --test policy`.

Beside this table stand the rules about who is there: the client, their representative and the professionals invite;
the client removes anybody but themselves, the representative anybody but the client, a professional anybody but a
representative, everybody else only themselves.

What is *as a suggestion* waits for the client's answer, and is done at once in a space that no client has joined yet. Of an
`add_contact` or `update_contact` by others the wish, the desired ring, how things stand and another place on the map are
suggestions.

## Who sees what

A document syncs whole, so who sees it is decided per document. *By consent* is while a consent, or a look that was
asked for, is in force; it ends at once when it is withdrawn.
";

#[test]
fn the_matrix_is_what_the_code_decides() {
    let page = page();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/policy.md is out of date; make it anew with `UPDATE_DOCS=1 cargo test -p kring-domain --test policy`"
    );
}

/// Nobody sends commands to a document that they only read, and nobody has a rule for one that does not exist for them.
#[test]
fn a_rule_and_write_access_go_together() {
    for command in Command::descriptions() {
        for role in Role::ALL {
            let may = command.policy.rule(role) != Rule::Never;
            let writes = command.kind.access(role) == Access::Write;
            assert!(!may || writes, "{role:?} may {} in a document they do not write", command.name);
            assert!(command.kind.by_consent(role) < Access::Write, "a consent lets nobody write");
        }
    }
    for &kind in DocumentKind::ALL {
        for role in Role::ALL.into_iter().filter(|role| kind.access(*role) == Access::Write) {
            let mut commands = Command::descriptions().into_iter().filter(|command| command.kind == kind);
            assert!(
                commands.any(|command| command.policy.rule(role) != Rule::Never),
                "{role:?} writes nothing in {kind}"
            );
        }
    }
}

#[test]
fn a_command_erases_exactly_where_it_says_so() {
    for command in Command::descriptions() {
        let example = Command::parse(example(command.name, SENDER)).unwrap();
        assert_eq!(example.erases().is_some(), example.effect() == Effect::Erases, "{}", command.name);
    }
}

#[test]
fn consents_and_delegations_change_rights() {
    let descriptions = Command::descriptions();
    let examples = descriptions.iter().map(|command| Command::parse(example(command.name, SENDER)).unwrap());
    let changing: Vec<_> =
        examples.filter(|command| command.effect() == Effect::ChangesRights).map(|command| command.name()).collect();
    assert_eq!(
        changing,
        [
            "delegate_right",
            "revoke_right",
            "give_consent",
            "withdraw_consent",
            "ask_to_look",
            "accept_consent_suggestion"
        ]
    );
}

/// A circumstance that a rule names, as it is or as it is not.
#[derive(Clone, Copy, PartialEq)]
enum Situation {
    Plain,
    Special(Condition),
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let head = Role::ALL.map(|role| role.name().replace('_', " ")).join(" | ");
    let line = "---|".repeat(Role::ALL.len());
    writeln!(page, "\n| document | {head} |\n|---|{line}").unwrap();
    for &kind in DocumentKind::ALL {
        let cells = Role::ALL.map(|role| seen(kind, role)).join(" | ");
        writeln!(page, "| `{kind}` | {cells} |").unwrap();
    }
    let status = Role::ALL.map(|role| if role.sees_status() { "read" } else { "–" }).join(" | ");
    writeln!(page, "| how it goes, in a sentence | {status} |\n\n## Who does what").unwrap();
    for &kind in DocumentKind::ALL {
        writeln!(page, "\n### `{kind}`\n\n| command | {head} |\n|---|{line}").unwrap();
        for command in Command::descriptions().iter().filter(|command| command.kind == kind) {
            let cells = Role::ALL.map(|role| decided(command, role)).join(" | ");
            writeln!(page, "| `{}` | {cells} |", command.name).unwrap();
        }
    }
    page
}

fn seen(kind: DocumentKind, role: Role) -> &'static str {
    match (kind.access(role), kind.by_consent(role)) {
        (Access::Write, _) => "read, write",
        (Access::Read, _) => "read",
        (_, Access::Read) => "read by consent",
        _ => "–",
    }
}

/// The decisions about a command of a role, in words.
fn decided(command: &CommandDescription, role: Role) -> String {
    let mut conditions: Vec<Condition> = Vec::new();
    for role in Role::ALL {
        if let Rule::If(condition) = command.policy.rule(role) {
            conditions.retain(|other| *other != condition);
            conditions.push(condition);
        }
    }
    assert!(conditions.len() <= 1, "the page has room for one situation of {}, not {conditions:?}", command.name);
    let plain = decide(command, role, Situation::Plain);
    match conditions.into_iter().next() {
        Some(condition) => match (plain, decide(command, role, Situation::Special(condition))) {
            (plain, special) if plain == special => plain.to_owned(),
            ("–", special) => format!("{special}, {}", when(condition)),
            (plain, special) => format!("{plain}; {special}, {}", when(condition)),
        },
        None => plain.to_owned(),
    }
}

fn when(condition: Condition) -> &'static str {
    match condition {
        Condition::Author => "what they made",
        Condition::AuthorUntilChosen => "what they made, until it is chosen",
        Condition::Assigned => "a step of their part",
        Condition::Delegated => "when delegated",
        Condition::Oneself => "for themselves",
    }
}

/// Returns what the code decides about an example of a command.
fn decide(command: &CommandDescription, role: Role, situation: Situation) -> &'static str {
    let (history, device) = prepared(command.kind, role, situation);
    let person = if situation == Situation::Special(Condition::Oneself) { SENDER } else { 3 };
    let example = Command::parse(example(command.name, person)).unwrap();
    if command.kind.access(role) < Access::Write {
        // The server answers whoever may not see the document, and whoever only reads it, before this is asked.
        let refused = matches!(authorize(&device.author, &example, &history.document),
            Decision::Refuse(refusal) if refusal.code == RefusalCode::Forbidden);
        assert!(refused, "{role:?} could {} without access", command.name);
        return "–";
    }
    match authorize(&device.author, &example, &history.document) {
        Decision::Admit(_) => "yes",
        Decision::Suggest(_) => "as a suggestion",
        Decision::Hold(_) => "held",
        Decision::Refuse(refusal) if refusal.code == RefusalCode::Forbidden => "–",
        Decision::Refuse(refusal) => panic!("the example of {} is refused: {refusal}", command.name),
    }
}

/// A document with one thing of each sort in it, made by the client or, where that is the situation, by the sender.
fn prepared(kind: DocumentKind, role: Role, situation: Situation) -> (History, Device) {
    let mut history = History::new(kind);
    let mut client = Device::new(1, CLIENT, Role::Client);
    let mut professional = Device::new(2, 9, Role::Professional);
    let sender = Device::new(3, SENDER, role);
    for command in things(kind) {
        let mut own = sender.clone();
        let authors = [Condition::Author, Condition::AuthorUntilChosen].map(Situation::Special);
        let is_own = authors.contains(&situation);
        history.sync(&mut own);
        if is_own && history.send(&mut own, command.clone()).is_ok() {
            continue;
        }
        for device in [&mut client, &mut professional] {
            history.sync(device);
        }
        let made = history.send(&mut client, command.clone());
        made.or_else(|_| history.send(&mut professional, command)).unwrap();
    }
    let suggested = match kind {
        DocumentKind::Network => {
            let place = json!({"type": "place_contact", "contact_id": id(1), "ring": 2, "quadrant": "peers"});
            Some((place, SUGGESTION))
        }
        DocumentKind::Plan => Some((json!({"type": "add_goal", "goal_id": id(40), "text": "x"}), PLAN_SUGGESTION)),
        DocumentKind::Consents => Some((give_consent(40), CONSENT_SUGGESTION)),
        _ => None,
    };
    if let Some((command, expected)) = suggested {
        let mut representative = Device::new(4, 10, Role::Representative);
        history.sync(&mut representative);
        assert_eq!(history.send(&mut representative, command).unwrap().to_string(), id(expected));
    }
    history.sync(&mut client);
    if situation == Situation::Special(Condition::Assigned) {
        history
            .send(
                &mut client,
                json!({"type": "assign_part", "action_id": id(1), "person_id": id(SENDER), "part": "x",
            "support": "together", "step_ids": [id(1)]}),
            )
            .unwrap();
    }
    if situation == Situation::Special(Condition::Delegated) {
        let right = json!({"type": "delegate_right", "person_id": id(SENDER), "right": "start_action"});
        history.send(&mut client, right).unwrap();
    }
    (history, sender)
}
