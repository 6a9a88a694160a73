//! `POST /v1/documents/{id}/commands`: what becomes of a command, whatever it is.

use kring_tests::outside::{Cast, Server, Socket, command, id};
use serde_json::{Value, json};

fn idea_texts(cast: &Cast) -> Vec<String> {
    let read = cast.client.read(&cast.circle);
    let ideas = read["content"]["ideas"].as_array().expect("ideas").clone();
    ideas.iter().map(|idea| idea["text"].as_str().expect("text").to_owned()).collect()
}

#[test]
fn admitted_commands_are_numbered_from_one_without_a_gap() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let propose = |text: &str| command(json!({"type": "propose_idea", "idea_id": id(), "text": text}));
    let verdicts = cast.member.submit(&cast.circle, &[propose("one"), propose("two"), propose("three")]);
    for (verdict, sequence) in verdicts.iter().zip(1..) {
        assert_eq!((&verdict["verdict"], &verdict["sequence"]), (&json!("admitted"), &json!(sequence)));
    }
    assert_eq!(idea_texts(&cast), ["one", "two", "three"]);
    assert_eq!(cast.member.submit(&cast.circle, &[]), Vec::<Value>::new());
}

#[test]
fn a_person_has_one_heart_for_an_idea() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let idea = cast.idea("a walk");
    let tablet = cast.member.another_device();
    let heart = || json!({"type": "heart_idea", "idea_id": idea});
    let hearts = || cast.client.read(&cast.circle)["content"]["ideas"][0]["hearts"].clone();
    for person in [&cast.member, &cast.member, &tablet] {
        person.send(&cast.circle, heart());
    }
    assert_eq!(hearts(), json!([cast.member.id]));
    cast.professional.admit(&cast.circle, heart());
    cast.client.admit(&cast.circle, heart());
    assert_eq!(hearts().as_array().unwrap().len(), 3);
    tablet.admit(&cast.circle, json!({"type": "unheart_idea", "idea_id": idea}));
    let left = hearts();
    assert!(left.as_array().unwrap().len() == 2 && !left.to_string().contains(&cast.member.id), "{left}");
}

#[test]
fn who_may_do_what_to_an_idea() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let idea = cast.idea("the client's idea");
    let by_member = id();
    let propose = json!({"type": "propose_idea", "idea_id": by_member, "text": "the member's idea"});
    cast.member.admit(&cast.circle, propose);
    for decide in ["choose_idea", "park_idea", "decline_idea"] {
        for person in [&cast.member, &cast.professional] {
            person.rejected(&cast.circle, json!({"type": decide, "idea_id": idea}), "forbidden");
        }
        cast.client.admit(&cast.circle, json!({"type": decide, "idea_id": idea}));
    }
    let edit = |idea: &str| json!({"type": "edit_idea", "idea_id": idea, "text": "changed"});
    let withdraw = |idea: &str| json!({"type": "withdraw_idea", "idea_id": idea});
    for change in [edit, withdraw] {
        cast.member.rejected(&cast.circle, change(&idea), "forbidden");
        cast.professional.rejected(&cast.circle, change(&by_member), "forbidden");
    }
    cast.member.admit(&cast.circle, edit(&by_member));
    cast.client.admit(&cast.circle, edit(&by_member));
    cast.client.admit(&cast.circle, withdraw(&by_member));
    let offer = json!({"type": "make_offer", "offer_id": id()});
    cast.professional.rejected(&cast.circle, offer.clone(), "forbidden");
    cast.member.admit(&cast.circle, offer);
}

#[test]
fn a_command_id_sent_twice_is_applied_once() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let commands = [
        command(json!({"type": "propose_idea", "idea_id": id(), "text": "only once"})),
        command(json!({"type": "choose_idea", "idea_id": id()})),
        command(json!({"type": "dance", "with": "somebody"})),
    ];
    let first = cast.member.submit(&cast.circle, &commands);
    let words: Vec<_> = first.iter().map(|verdict| verdict["verdict"].as_str().unwrap()).collect();
    assert_eq!(words, ["admitted", "rejected", "held"]);
    assert_eq!(cast.member.submit(&cast.circle, &commands), first, "over HTTP again");
    // A phone makes the sentence itself, in its own language.
    let mut wordless = first.clone();
    wordless.iter_mut().for_each(|verdict| _ = verdict.as_object_mut().unwrap().remove("text"));
    assert_eq!(cast.member.socket().submit(&cast.circle, &commands), wordless, "over a socket");
    server.kill();
    server.restart();
    assert_eq!(cast.member.socket().submit(&cast.circle, &commands), wordless, "over a socket after a restart");
    assert_eq!(cast.member.submit(&cast.circle, &commands), first, "over HTTP after a restart");
    assert_eq!(idea_texts(&cast), ["only once"]);
    let read = cast.member.read(&cast.circle);
    assert_eq!(read["sequence"], 1);

    let twice = command(json!({"type": "propose_idea", "idea_id": id(), "text": "twice in one batch"}));
    let verdicts = cast.member.submit(&cast.circle, &[twice.clone(), twice]);
    assert_eq!(verdicts[0], verdicts[1]);
    assert_eq!(idea_texts(&cast).len(), 2);
}

#[test]
fn a_command_id_counts_once_whoever_sends_it() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let mine = command(json!({"type": "propose_idea", "idea_id": id(), "text": "mine"}));
    let admitted = cast.client.submit(&cast.circle, std::slice::from_ref(&mine)).remove(0);
    assert_eq!(admitted["verdict"], "admitted");
    let mut other = command(json!({"type": "propose_idea", "idea_id": id(), "text": "another's"}));
    other["id"] = mine["id"].clone();
    let verdict = cast.member.submit(&cast.circle, &[other]).remove(0);
    assert_eq!(verdict, admitted, "what was answered to the first");
    assert_eq!(idea_texts(&cast), ["mine"], "command ids are unique within a document");
}

#[test]
fn misdirected_commands_are_rejected() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let heart = || json!({"type": "heart_idea", "idea_id": id()});
    cast.client.rejected(&cast.circle, heart(), "not_found");
    cast.client.rejected(&cast.plan, heart(), "invalid");
    cast.client.rejected(&cast.network, heart(), "invalid");
    let contact = json!({"type": "add_contact", "contact_id": id(), "name": "Ria"});
    cast.client.rejected(&cast.circle, contact, "invalid");
    cast.client.rejected(&cast.plan, json!({"type": "tick_step", "action_id": id(), "step_id": id()}), "not_found");
    cast.client.rejected(&cast.plan, json!({"type": "activate_action", "action_id": id()}), "not_found");
    let place = json!({"type": "place_contact", "contact_id": id(), "ring": 1, "quadrant": "family"});
    cast.client.rejected(&cast.network, place, "not_found");
    cast.client.rejected(&cast.network, json!({"type": "erase_contact", "contact_id": id()}), "not_found");

    let idea = cast.idea("first");
    let again = json!({"type": "propose_idea", "idea_id": idea, "text": "second"});
    cast.client.rejected(&cast.circle, again.clone(), "duplicate_id");
    cast.member.rejected(&cast.circle, again, "duplicate_id");
    assert_eq!(idea_texts(&cast), ["first"]);
    cast.contact("Ria");
    let contacts = cast.client.read(&cast.network)["content"]["contacts"].clone();
    let again = json!({"type": "add_contact", "contact_id": contacts[0]["id"], "name": "Ria"});
    cast.client.rejected(&cast.network, again, "duplicate_id");
}

#[test]
fn an_unknown_command_is_held_and_not_lost() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for fields in [json!({"type": "send_flowers", "to": "Ria"}), json!({"type": "x".repeat(40)})] {
        let verdict = cast.member.send(&cast.circle, fields);
        assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("held"), &json!("unknown_command")));
    }
    assert_eq!(cast.member.read(&cast.circle)["sequence"], 0);
}

#[test]
fn a_base_beyond_the_head_is_invalid() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let based = |generation: u64, sequence: u64| {
        let mut it = command(json!({"type": "post_message", "message_id": id(), "text": "hi"}));
        it["base"] = json!({"generation": generation, "sequence": sequence});
        it
    };
    for (generation, sequence) in [(1, 1), (1, 1000), (2, 0), (1, u64::MAX), (u64::MAX, 0)] {
        let verdict = cast.member.submit(&cast.circle, &[based(generation, sequence)]).remove(0);
        assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("rejected"), &json!("invalid")), "{verdict}");
        assert_eq!(verdict["field"], "base", "{verdict}");
    }
    assert_eq!(cast.member.submit(&cast.circle, &[based(1, 0)]).remove(0)["verdict"], "admitted");
    assert_eq!(cast.member.submit(&cast.circle, &[based(1, 1)]).remove(0)["verdict"], "admitted");
}

#[test]
fn an_edit_of_a_clock_far_ahead_is_held() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let at = |seconds: u64| {
        let mut it = command(json!({"type": "post_message", "message_id": id(), "text": "hi"}));
        it["made_at"] = json!(rfc3339(seconds));
        it
    };
    let held = cast.member.submit(&cast.circle, &[at(now + 25 * 3600)]).remove(0);
    assert_eq!((&held["verdict"], &held["code"]), (&json!("held"), &json!("clock")), "{held}");
    for seconds in [now + 23 * 3600, now + 60, now, now - 365 * 24 * 3600, 1] {
        let verdict = cast.member.submit(&cast.circle, &[at(seconds)]).remove(0);
        assert_eq!(verdict["verdict"], "admitted", "{verdict}");
    }
    let read = cast.member.read(&cast.circle);
    let latest = rfc3339(now + 300);
    for message in read["content"]["messages"].as_array().unwrap() {
        assert!(message["at"].as_str().unwrap() < latest.as_str(), "nothing is from the future: {message}");
    }
}

#[test]
fn values_out_of_their_bounds_are_invalid() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let contact = cast.contact("Ria");
    let place = |ring: Value, quadrant: Value| json!({"type": "place_contact", "contact_id": contact, "ring": ring, "quadrant": quadrant});
    for ring in [json!(5), json!(-1), json!(1.5), json!("1"), json!(null), json!(u64::MAX), json!(1e300), json!([])] {
        cast.client.rejected(&cast.network, place(ring, json!("family")), "invalid");
    }
    for quadrant in [json!("work"), json!(""), json!(1), json!(null), json!({})] {
        cast.client.rejected(&cast.network, place(json!(1), quadrant), "invalid");
    }
    let update = |field: &str, value: Value| json!({"type": "update_contact", "contact_id": contact, field: value});
    for (field, value) in [
        ("ring", json!(5)),
        ("quadrant", json!("work")),
        ("initiator", json!("nobody")),
        ("gives", json!(["money"])),
        ("gives", json!("practical")),
        ("status", json!("lost")),
        ("wish", json!("more")),
        ("known_since", json!(-5)),
        ("known_since", json!("1980")),
        ("last_contact", json!("2026-02-30")),
        ("last_contact", json!("yesterday")),
        ("frequency_per_year", json!(-1)),
        ("frequency_per_year", json!(1e308)),
        ("desired_ring", json!(9)),
        ("minor", json!("yes")),
        ("name", json!("")),
        ("name", json!(7)),
    ] {
        cast.client.rejected(&cast.network, update(field, value), "invalid");
    }
    let action = cast.action("call");
    let evaluate = |gas: Value| json!({"type": "evaluate_action", "evaluation_id": id(), "action_id": action, "next": "stop", "gas": gas});
    for gas in [json!(3), json!(-3), json!(0.5), json!("0"), json!(i64::MIN)] {
        cast.client.rejected(&cast.plan, evaluate(gas), "invalid");
    }
    for fields in [
        json!({"type": "propose_idea", "idea_id": "x", "text": "t"}),
        json!({"type": "propose_idea", "idea_id": 1, "text": "t"}),
        json!({"type": "propose_idea", "idea_id": id()}),
        json!({"type": "propose_idea", "idea_id": id(), "text": ""}),
        json!({"type": "propose_idea", "idea_id": id(), "text": 5}),
        json!({"type": "propose_idea", "text": "t"}),
        json!({"type": "post_message", "message_id": id(), "text": null}),
    ] {
        let verdict = cast.client.rejected(&cast.circle, fields.clone(), "invalid");
        assert!(verdict["field"].is_string(), "the field is named: {fields} {verdict}");
    }
    assert_eq!(cast.client.read(&cast.circle)["sequence"], 0);
    let nul = json!({"type": "propose_idea", "idea_id": id(), "text": "a\u{0}b"});
    assert_eq!(cast.client.rejected(&cast.circle, nul, "invalid")["field"], "text");
    let names = cast.client.read(&cast.network)["content"]["contacts"][0]["name"].clone();
    assert_eq!(names, "Ria");
}

#[test]
fn texts_and_names_beyond_their_bound_are_too_large() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let propose = |text: String| json!({"type": "propose_idea", "idea_id": id(), "text": text});
    cast.client.admit(&cast.circle, propose("é".repeat(2_000)));
    cast.client.rejected(&cast.circle, propose("é".repeat(2_001)), "too_large");
    cast.client.rejected(&cast.circle, propose("x".repeat(500_000)), "too_large");
    let contact = |name: String| json!({"type": "add_contact", "contact_id": id(), "name": name});
    cast.client.admit(&cast.network, contact("ü".repeat(200)));
    cast.client.rejected(&cast.network, contact("ü".repeat(201)), "too_large");
    let message = json!({"type": "post_message", "message_id": id(), "text": "m".repeat(2_001)});
    cast.member.rejected(&cast.circle, message, "too_large");
}

#[test]
fn a_malformed_batch_is_invalid_as_a_whole() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let path = format!("/v1/documents/{}/commands", cast.circle);
    let good = json!({"type": "post_message", "message_id": id(), "text": "hi"});
    for body in [
        json!({}),
        json!([]),
        json!(null),
        json!({"commands": {}}),
        json!({"commands": [7]}),
        json!({"commands": [{"command": good}]}),
        json!({"commands": [{"id": "x", "command": good}]}),
        json!({"commands": [{"id": id(), "command": good, "base": {"generation": -1, "sequence": 0}}]}),
        json!({"commands": [{"id": id(), "command": good, "base": 3}]}),
        json!({"commands": [{"id": id(), "command": good, "made_at": "yesterday"}]}),
    ] {
        cast.member.http.post(&path, &body).invalid();
    }
    for command in [json!(7), json!("x"), json!([]), json!({}), json!({"type": 7}), json!({"type": null}), json!(null)]
    {
        let answer = cast.member.http.post(&path, &json!({"commands": [{"id": id(), "command": command}]})).ok(200);
        assert_eq!(answer["verdicts"][0]["code"], "invalid", "{command}: {answer}");
    }
    for body in ["", "{", "{\"commands\": [1", "nonsense", "{\"commands\": 1e9999}"] {
        cast.member.http.post_bytes(&path, "application/json", body.into()).invalid();
    }
    assert_eq!(cast.member.read(&cast.circle)["sequence"], 0, "nothing of it was done");
}

#[test]
fn unknown_fields_are_no_reason_to_refuse_an_envelope() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let mut later = command(json!({"type": "post_message", "message_id": id(), "text": "hi"}));
    later["from_a_later_version"] = json!({"a": [1]});
    assert_eq!(cast.member.submit(&cast.circle, &[later.clone()]).remove(0)["verdict"], "admitted");
    later["id"] = json!(id());
    later["command"]["message_id"] = json!(id());
    let mut socket = cast.member.socket();
    let frame = json!({"t": "submit", "document": cast.circle, "commands": [later], "later": true});
    socket.send(&frame);
    assert_eq!(socket.frame("verdicts")["verdicts"][0]["verdict"], "admitted");
}

#[test]
fn over_a_socket_the_verdicts_are_those_of_http() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let (mut member, mut backup): (Socket, Socket) = (cast.member.socket(), cast.backup.socket());
    let heart = |idea: String| command(json!({"type": "heart_idea", "idea_id": idea}));
    let commands = [
        heart(id()),
        command(json!({"type": "choose_idea", "idea_id": cast.idea("walk")})),
        command(json!({"type": "add_contact", "contact_id": id(), "name": "Ria"})),
        command(json!({"type": "unheard_of"})),
        command(json!({"type": "propose_idea", "idea_id": id(), "text": "x".repeat(2_001)})),
    ];
    let codes: Vec<_> = member.submit(&cast.circle, &commands).iter().map(|verdict| verdict["code"].clone()).collect();
    assert_eq!(json!(codes), json!(["not_found", "forbidden", "invalid", "unknown_command", "too_large"]));
    // What a device may not see is not there, whoever's it is.
    let contact = || [command(json!({"type": "add_contact", "contact_id": id(), "name": "Ria"}))];
    let unseen = |socket: &mut Socket, document: &str| {
        let verdict = socket.submit(document, &contact()).remove(0);
        assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("rejected"), &json!("not_found")), "{verdict}");
    };
    unseen(&mut member, &cast.network);
    unseen(&mut member, &id());
    unseen(&mut backup, &cast.network);
    assert_eq!(backup.submit(&cast.circle, &[heart(id())]).remove(0)["code"], "not_found");
}

/// A moment in UTC, as RFC 3339 to the second (days to a civil date after Howard Hinnant, "chrono-compatible
/// low-level date algorithms").
fn rfc3339(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let rest = seconds % 86_400;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}
