//! `GET /v1/documents/{id}`: who may read what, and the shapes that integrators rely on.

use kring_tests::outside::{Cast, Person, Server, id};
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|item| item["id"].as_str().expect("an id")).collect()
}

/// Every item of a list says who made it and when.
fn signed(list: &Value) {
    for item in list.as_array().expect("a list") {
        assert!(uuid::Uuid::parse_str(item["by"].as_str().expect("by")).is_ok(), "{item}");
        assert!(item["at"].as_str().expect("at").ends_with('Z'), "{item}");
    }
}

#[test]
fn each_role_reads_exactly_its_documents() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for (role, person) in cast.everybody() {
        for (kind, document, may) in cast.documents(role) {
            let paths = [format!("/v1/documents/{document}"), format!("/v1/documents/{document}/history")];
            for path in paths {
                let answer = person.http.get(&path);
                assert_eq!(answer.status, if may { 200 } else { 404 }, "{role} {kind}: {}", answer.text());
                if !may {
                    answer.problem(404, "not_found");
                }
            }
            if !may {
                let add = json!({"commands": []});
                person.http.post(&format!("/v1/documents/{document}/commands"), &add).problem(404, "not_found");
            }
        }
    }
    for stranger in [Person::professional(&server, "Otto"), Cast::new(&server).client] {
        for document in [&cast.network, &cast.plan, &cast.circle] {
            for path in [format!("/v1/documents/{document}"), format!("/v1/documents/{document}/history")] {
                stranger.http.get(&path).problem(404, "not_found");
            }
            let commands = json!({"commands": [{"id": id(), "command": {"type": "heart_idea", "idea_id": id()}}]});
            let path = format!("/v1/documents/{document}/commands");
            stranger.http.post(&path, &commands).problem(404, "not_found");
        }
        for path in ["members", "status", "access-log", "export"] {
            stranger.http.get(&format!("/v1/spaces/{}/{path}", cast.space)).problem(404, "not_found");
        }
    }
    cast.backup.http.get(&format!("/v1/spaces/{}/members", cast.space)).problem(404, "not_found");
    cast.client.http.get(&format!("/v1/documents/{}", id())).problem(404, "not_found");
    for malformed in ["x", "0", "00000000", &"a".repeat(3_000), "%00", "..%2f..", "%F0%9F%A6%80"] {
        cast.client.http.get(&format!("/v1/documents/{malformed}")).invalid();
        cast.client.http.get(&format!("/v1/documents/{malformed}/history")).invalid();
        cast.client.http.get(&format!("/v1/spaces/{malformed}/members")).invalid();
    }
}

#[test]
fn an_empty_document_is_at_sequence_nought_of_generation_one() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let lists = [
        (&cast.network, "network", vec!["contacts", "ties", "snapshots", "suggestions"]),
        (&cast.circle, "circle", vec!["ideas", "offers", "messages"]),
        (&cast.plan, "plan", vec!["goals", "actions"]),
    ];
    for (document, kind, lists) in lists {
        let read = cast.client.read(document);
        assert_eq!((&read["id"], &read["kind"]), (&json!(document), &json!(kind)));
        assert_eq!(read["space_id"], json!(cast.space));
        assert_eq!((&read["generation"], &read["sequence"], &read["cards"]), (&json!(1), &json!(0), &json!([])));
        for list in lists {
            assert_eq!(read["content"][list], json!([]), "{list} in {read}");
        }
    }
}

#[test]
fn the_network_as_it_is_read() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let first = id();
    let second = id();
    let fields = json!({
        "contact_id": first, "name": "Tante Ria", "quadrant": "family", "ring": 1, "relation": "aunt",
        "desired_ring": 2, "frequency_per_year": 12, "initiator": "mutual", "gives": ["practical"],
        "receives": ["emotional", "advice"], "status": "active", "wish": "keep", "known_since": 1980,
        "last_contact": "2026-03-02", "place": "at home", "does": "coffee", "minor": false,
    });
    let mut add = fields.clone();
    add["type"] = json!("add_contact");
    cast.client.admit(&cast.network, add);
    cast.professional.admit(&cast.network, json!({"type": "add_contact", "contact_id": second, "name": "Bo"}));
    cast.client.admit(&cast.network, json!({"type": "add_tie", "a": second, "b": first}));
    cast.client.admit(&cast.network, json!({"type": "take_snapshot", "snapshot_id": id(), "label": "start"}));

    let read = cast.client.read(&cast.network);
    assert_eq!(read["sequence"], 4);
    let content = &read["content"];
    assert_eq!(ids(&content["contacts"]), [&first, &second], "in order of creation");
    signed(&content["contacts"]);
    let contact = &content["contacts"][0];
    for (name, value) in fields.as_object().unwrap().iter().filter(|(name, _)| *name != "contact_id") {
        let same = contact[name] == *value || contact[name].as_f64().is_some_and(|it| Some(it) == value.as_f64());
        let sorted = |value: &Value| {
            let mut texts: Vec<String> = value.as_array()?.iter().map(Value::to_string).collect();
            texts.sort();
            Some(texts)
        };
        assert!(same || sorted(&contact[name]) == sorted(value), "{name}: {} for {value}", contact[name]);
    }
    assert_eq!(contact["by"], json!(cast.client.id));
    assert_eq!(content["contacts"][1]["by"], json!(cast.professional.id));
    let tie = &content["ties"][0];
    let mut ends = [tie["a"].as_str().unwrap(), tie["b"].as_str().unwrap()];
    ends.sort_unstable();
    let mut expected = [first.as_str(), second.as_str()];
    expected.sort_unstable();
    assert_eq!(ends, expected);
    assert_eq!(content["snapshots"][0]["label"], "start");
    signed(&content["snapshots"]);
    cast.client.admit(&cast.network, json!({"type": "remove_tie", "a": first, "b": second}));
    assert_eq!(cast.client.read(&cast.network)["content"]["ties"], json!([]));
}

#[test]
fn the_circle_as_it_is_read() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let idea = id();
    let offer = id();
    let message = id();
    let propose =
        json!({"type": "propose_idea", "idea_id": idea, "text": "a walk", "fits": ["nature"], "complexity": 1});
    cast.member.admit(&cast.circle, propose);
    let later = cast.idea("tea");
    let make = json!({"type": "make_offer", "offer_id": offer, "what": "driving", "when": "on Mondays"});
    cast.member.admit(&cast.circle, make);
    cast.professional.admit(&cast.circle, json!({"type": "post_message", "message_id": message, "text": "hello"}));

    let content = &cast.member.read(&cast.circle)["content"];
    assert_eq!(ids(&content["ideas"]), [&idea, &later], "in order of creation");
    let first = &content["ideas"][0];
    assert_eq!((&first["text"], &first["author"]), (&json!("a walk"), &json!(cast.member.id)));
    assert_eq!((&first["hearts"], &first["fits"], &first["complexity"]), (&json!([]), &json!(["nature"]), &json!(1)));
    assert!(first["status"].is_string(), "{first}");
    assert_eq!(ids(&content["offers"]), [&offer]);
    assert_eq!(content["offers"][0]["what"], "driving");
    assert_eq!(content["offers"][0]["when"], "on Mondays");
    assert_eq!(ids(&content["messages"]), [&message]);
    assert_eq!(content["messages"][0]["text"], "hello");
    for list in ["ideas", "offers", "messages"] {
        signed(&content[list]);
    }
    assert_eq!(content["messages"][0]["by"], json!(cast.professional.id));
}

#[test]
fn the_plan_as_it_is_read() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let goal = id();
    let action = id();
    let step = id();
    cast.client.admit(&cast.plan, json!({"type": "add_goal", "goal_id": goal, "text": "more company"}));
    let add = json!({"type": "add_action", "action_id": action, "title": "call Ria", "client_part": "I call",
        "goal_id": goal, "due": "2027-01-31", "complexity": 2, "setting": "ordinary", "company": "alone"});
    cast.professional.admit(&cast.plan, add);
    cast.client.admit(
        &cast.plan,
        json!({"type": "add_step", "action_id": action, "step_id": step, "text": "find the number"}),
    );
    let assign = json!({"type": "assign_part", "action_id": action, "person_id": cast.member.id, "part": "remind",
        "support": "reminded", "step_ids": [step]});
    cast.client.admit(&cast.plan, assign);
    let evaluate = json!({"type": "evaluate_action", "evaluation_id": id(), "action_id": action, "well": "the talk",
        "next": "continue", "gas": 2, "mood": 4});
    cast.member.admit(&cast.plan, evaluate);

    let content = &cast.member.read(&cast.plan)["content"];
    assert_eq!(ids(&content["goals"]), [&goal]);
    assert_eq!(content["goals"][0]["text"], "more company");
    assert_eq!(ids(&content["actions"]), [&action]);
    signed(&content["goals"]);
    signed(&content["actions"]);
    let it = &content["actions"][0];
    assert_eq!(
        (&it["title"], &it["client_part"], &it["state"]),
        (&json!("call Ria"), &json!("I call"), &json!("draft"))
    );
    assert_eq!((&it["goal_id"], &it["due"]), (&json!(goal), &json!("2027-01-31")));
    let steps = &it["steps"][0];
    assert_eq!(
        (&steps["id"], &steps["text"], &steps["done"]),
        (&json!(step), &json!("find the number"), &json!(false))
    );
    let part = &it["parts"][0];
    assert_eq!((&part["person_id"], &part["part"]), (&json!(cast.member.id), &json!("remind")));
    assert_eq!((&part["support"], &part["step_ids"]), (&json!("reminded"), &json!([step])));
    let evaluation = &it["evaluations"][0];
    assert_eq!((&evaluation["well"], &evaluation["next"]), (&json!("the talk"), &json!("continue")));
    assert_eq!((&evaluation["gas"], &evaluation["by"]), (&json!(2), &json!(cast.member.id)));
}
