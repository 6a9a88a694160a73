//! Consents: what they open, and that withdrawing one closes it at once.

use kring_tests::outside::{Cast, Event, Person, Server, Socket, id};
use serde_json::{Value, json};
use std::time::Duration;

const MARKER: &str = "Roerdomp-alleen-voor-mij";

fn note(text: &str) -> Value {
    json!({"type": "note_privately", "note_id": id(), "text": text})
}

fn read(person: &Person, document: &str) -> u16 {
    person.http.get(&format!("/v1/documents/{document}")).status
}

fn listed(welcome: &Value, document: &str) -> bool {
    welcome["documents"].as_array().unwrap().iter().any(|head| head["document"] == document)
}

#[test]
fn a_consent_opens_and_closes_a_document_at_once() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.client.admit(&cast.private, note(MARKER));
    let (mut phone, welcome) = Socket::hello(&cast.professional.http, &[]);
    assert!(!listed(&welcome, &cast.private));
    assert_eq!(read(&cast.professional, &cast.private), 404);

    let consent = cast.consent();
    let welcome = phone.frame("welcome");
    assert!(listed(&welcome, &cast.private), "{welcome}");
    let head = welcome["documents"].as_array().unwrap().iter().find(|head| head["document"] == cast.private).unwrap();
    assert_eq!(head["access"], "read");
    phone.until(|frame| {
        ["entries", "snapshot"].contains(&frame["t"].as_str().unwrap()) && frame["document"] == cast.private
    });
    assert!(phone.has_seen(MARKER));
    assert_eq!(read(&cast.professional, &cast.private), 200);
    cast.professional.rejected(&cast.private, note("x"), "forbidden");
    assert_eq!([read(&cast.member, &cast.private), read(&cast.backup, &cast.private)], [404, 404]);

    cast.withdraw(&consent);
    let gone = phone.until(|frame| frame["t"] == "access" && frame["document"] == cast.private);
    assert_eq!(gone["access"], "none");
    assert_eq!(read(&cast.professional, &cast.private), 404);
    cast.client.admit(&cast.private, note("Kwak-na-het-einde"));
    cast.client.admit(&cast.circle, json!({"type": "post_message", "message_id": id(), "text": "tea?"}));
    phone.until(|frame| frame["t"] == "entries" && frame["document"] == cast.circle);
    assert!(!phone.has_seen("Kwak-na-het-einde"), "a frame after the end of the consent");
    let forged = [json!({"document": cast.private, "generation": 1, "sequence": 0})];
    let (again, welcome) = Socket::hello(&cast.professional.http, &forged);
    assert!(!listed(&welcome, &cast.private) && !again.has_seen("Kwak-na-het-einde"));
}

/// Entries of a private document that come in the same burst as the end of the consent: whatever was admitted behind
/// the end reaches no professional.
#[test]
fn nothing_after_a_consent_has_ended_reaches_its_holder() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for round in 0..12 {
        let consent = cast.consent();
        let mut phones: Vec<Socket> = (0..3).map(|_| cast.professional.socket()).collect();
        let marker = format!("Woudaap-{round}-");
        let writer = {
            let client = cast.client.clone();
            let private = cast.private.clone();
            cast.withdraw(&consent);
            std::thread::spawn(move || client.admit(&private, note(&marker)))
        };
        // Devices that come at this very moment look up their rights while they change.
        phones.extend((0..3).map(|_| cast.professional.socket()));
        writer.join().unwrap();
        cast.client.admit(&cast.circle, json!({"type": "post_message", "message_id": id(), "text": "tea?"}));
        for phone in &mut phones {
            while let Some(Event::Frame(_)) = phone.next_within(Duration::from_millis(30)) {}
            assert!(!phone.has_seen(&format!("Woudaap-{round}-")), "round {round}");
        }
    }
}

#[test]
fn the_client_reads_the_work_notes_on_request() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let write = json!({"type": "write_work_note", "note_id": id(), "text": "IJsvogel", "subject": "start"});
    cast.professional.admit(&cast.work_notes, write);
    let mut phone = cast.client.socket();
    assert_eq!([read(&cast.client, &cast.work_notes), read(&cast.member, &cast.work_notes)], [404, 404]);
    let look = id();
    let ask = json!({"type": "ask_to_look", "consent_id": look, "compartment": "pronotes"});
    cast.member.http.get(&format!("/v1/documents/{}", cast.consents)).problem(404, "not_found");
    cast.professional.rejected(&cast.consents, ask.clone(), "forbidden");
    cast.client.admit(&cast.consents, ask);
    phone.until(|frame| frame["t"] == "entries" && frame["document"] == cast.work_notes);
    assert!(phone.has_seen("IJsvogel"));
    assert_eq!(read(&cast.client, &cast.work_notes), 200);
    assert_eq!(read(&cast.member, &cast.work_notes), 404);
    let log = cast.client.http.get(&format!("/v1/spaces/{}/access-log", cast.space)).ok(200);
    let looked = |line: &Value| line["person_id"] == cast.client.id && line["document"] == cast.work_notes;
    assert!(log["entries"].as_array().unwrap().iter().any(looked), "{log}");
    cast.withdraw(&look);
    assert_eq!(read(&cast.client, &cast.work_notes), 404);
}

#[test]
fn consents_are_complete_and_never_changed() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let consent = cast.consent();
    let before = cast.client.read(&cast.consents)["content"]["consents"][0].clone();
    assert_eq!(before["id"], json!(consent));
    let fields = ["purpose", "text_version", "language_level", "given_as", "role", "compartment"];
    let expected = ["looking at it together", "2026-1", "a2", "client", "professional", "private"];
    assert_eq!(fields.map(|field| before[field].as_str().unwrap()), expected);
    assert_eq!((&before["in_force"], &before["by"]), (&json!(true), &json!(cast.client.id)));
    cast.withdraw(&consent);
    let after = cast.professional.read(&cast.consents)["content"]["consents"][0].clone();
    assert_eq!(after["in_force"], json!(false));
    assert_eq!(after["withdrawn"]["by"], json!(cast.client.id));
    assert_eq!(after["purpose"], before["purpose"]);

    let give = |fields: Value| {
        let mut give = json!({"type": "give_consent", "consent_id": id(), "compartment": "private", "purpose": "x",
                              "text_version": "1", "language_level": "b1"});
        give.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        give
    };
    for wrong in [
        json!({}),
        json!({"role": "member"}),
        json!({"role": "professional", "person_id": cast.professional.id}),
        json!({"role": "professional", "compartment": "private_time"}),
        json!({"role": "professional", "compartment": "network"}),
        json!({"role": "representative", "compartment": "pronotes"}),
        json!({"role": "professional", "language_level": "x"}),
    ] {
        cast.client.rejected(&cast.consents, give(wrong), "invalid");
    }
    cast.professional.rejected(&cast.consents, give(json!({"role": "professional"})), "forbidden");
    // A consent to the wrong person opens nothing.
    cast.client.admit(&cast.consents, give(json!({"person_id": cast.member.id})));
    assert_eq!(read(&cast.member, &cast.private), 404);
    cast.client.admit(&cast.consents, give(json!({"person_id": cast.professional.id})));
    assert_eq!(read(&cast.professional, &cast.private), 200);
}

#[test]
fn a_representative_gives_and_withdraws_and_it_says_so() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let ria = Person::sign_in(&server.http(), &cast.client.invite(&cast.space, "representative"), "Ria");
    let look = json!({"type": "ask_to_look", "consent_id": id(), "compartment": "pronotes"});
    ria.admit(&cast.consents, look);
    assert_eq!([read(&ria, &cast.work_notes), read(&cast.client, &cast.work_notes)], [200, 404]);
    let consent = cast.consent();
    ria.admit(&cast.consents, json!({"type": "withdraw_consent", "consent_id": consent}));
    assert_eq!(read(&cast.professional, &cast.private), 404);
    let consents = cast.client.read(&cast.consents);
    assert_eq!(consents["content"]["consents"][0]["given_as"], "representative");
    assert_eq!(consents["content"]["consents"][1]["withdrawn"]["by"], json!(ria.id));
}

#[test]
fn everybody_finds_the_consents_that_are_for_them_and_no_others() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let give = |to: &Person| {
        let consent = id();
        let give = json!({"type": "give_consent", "consent_id": consent, "compartment": "private", "person_id": to.id,
                          "purpose": "looking at it together", "text_version": "2026-1", "language_level": "a2"});
        cast.client.admit(&cast.consents, give);
        consent
    };
    let to_member = give(&cast.member);
    let _to_professional = give(&cast.professional);
    let path = format!("/v1/spaces/{}/consents", cast.space);
    let of = |person: &Person| person.http.get(&path).ok(200)["consents"].as_array().unwrap().clone();
    assert_eq!(read(&cast.member, &cast.consents), 404, "the document is not for members");
    let theirs = of(&cast.member);
    assert_eq!(theirs.len(), 1);
    assert_eq!((&theirs[0]["id"], &theirs[0]["in_force"]), (&json!(to_member), &json!(true)));
    assert_eq!(theirs[0]["by"], json!(cast.client.id));
    assert_eq!((of(&cast.client).len(), of(&cast.professional).len(), of(&cast.backup).len()), (2, 2, 0));
    cast.withdraw(&to_member);
    let theirs = of(&cast.member);
    assert_eq!(theirs[0]["in_force"], json!(false));
    assert!(theirs[0]["withdrawn"]["at"].is_string(), "{theirs:?}");
    let stranger = Cast::new(&server).client;
    assert_eq!(stranger.http.get(&path).status, 404);
}
