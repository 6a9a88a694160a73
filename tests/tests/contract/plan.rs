//! Commands of the plan: three active actions, whose step is whose, and whose eyes.

use kring_tests::outside::{Cast, Server, command, id};
use serde_json::{Value, json};

fn states(cast: &Cast) -> Vec<String> {
    let read = cast.client.read(&cast.plan);
    let actions = read["content"]["actions"].as_array().unwrap().clone();
    actions.iter().map(|action| action["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_fourth_active_action_is_queued_and_raises_a_question() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let tablet = cast.client.another_device();
    let actions: Vec<String> = (1..=4).map(|number| cast.action(&format!("action {number}"))).collect();
    let base = json!({"generation": 1, "sequence": 4});
    for (device, half) in [(&cast.client, &actions[..2]), (&tablet, &actions[2..])] {
        let activate = |action: &String| json!({"id": id(), "base": base, "command": {"type": "activate_action", "action_id": action}});
        let verdicts = device.submit(&cast.plan, &half.iter().map(activate).collect::<Vec<_>>());
        assert!(verdicts.iter().all(|verdict| verdict["verdict"] == "admitted"), "{verdicts:?}");
    }
    let states_now = states(&cast);
    assert_eq!(states_now.iter().filter(|state| *state == "active").count(), 3, "{states_now:?}");
    assert_eq!(states_now.iter().filter(|state| *state == "queued").count(), 1, "{states_now:?}");
    let cards = cast.client.read(&cast.plan)["cards"].clone();
    let card = &cards[0];
    assert!(card["kind"].is_string() && card["text"].is_string() && card["options"].is_array(), "{cards}");

    cast.client.admit(&cast.plan, json!({"type": "stop_action", "action_id": actions[0]}));
    cast.client.admit(&cast.plan, json!({"type": "finish_action", "action_id": actions[1]}));
    let states_now = states(&cast);
    assert_eq!(states_now, ["stopped", "done", "active", "active"]);
    let left = cast.client.read(&cast.plan)["cards"].clone();
    assert!(left.as_array().unwrap().iter().all(|other| other["kind"] != card["kind"]), "answered: {left}");
}

#[test]
fn only_the_client_starts_stops_and_finishes() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let action = cast.action("call");
    for kind in ["activate_action", "finish_action", "stop_action"] {
        for person in [&cast.member, &cast.professional] {
            person.rejected(&cast.plan, json!({"type": kind, "action_id": action}), "forbidden");
        }
    }
    for kind in ["add_goal", "add_action", "add_step"] {
        let fields = json!({"type": kind, "goal_id": id(), "action_id": id(), "step_id": id(), "text": "t"});
        let fields = match kind {
            "add_goal" => json!({"type": kind, "goal_id": fields["goal_id"], "text": "t"}),
            "add_action" => json!({"type": kind, "action_id": id(), "title": "t", "client_part": "p"}),
            _ => json!({"type": kind, "action_id": action, "step_id": id(), "text": "t"}),
        };
        cast.member.rejected(&cast.plan, fields, "forbidden");
    }
    let empty = json!({"type": "add_action", "action_id": id(), "title": "t", "client_part": ""});
    cast.client.rejected(&cast.plan, empty, "invalid");
    cast.client.rejected(&cast.plan, json!({"type": "add_action", "action_id": id(), "title": "t"}), "invalid");
}

#[test]
fn a_member_ticks_only_steps_assigned_to_them() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let action = cast.action("call");
    let theirs = id();
    let another = id();
    for step in [&theirs, &another] {
        let add = json!({"type": "add_step", "action_id": action, "step_id": step, "text": "do"});
        cast.client.admit(&cast.plan, add);
    }
    let tick = |step: &str| json!({"type": "tick_step", "action_id": action, "step_id": step});
    let untick = |step: &str| json!({"type": "untick_step", "action_id": action, "step_id": step});
    cast.member.rejected(&cast.plan, tick(&theirs), "forbidden");
    cast.professional.rejected(&cast.plan, tick(&theirs), "forbidden");
    let assign = json!({"type": "assign_part", "action_id": action, "person_id": cast.member.id, "part": "drive",
        "support": "together", "step_ids": [theirs]});
    cast.client.admit(&cast.plan, assign);
    cast.member.admit(&cast.plan, tick(&theirs));
    cast.member.rejected(&cast.plan, tick(&another), "forbidden");
    cast.member.rejected(&cast.plan, untick(&another), "forbidden");
    let done = || {
        let steps = cast.client.read(&cast.plan)["content"]["actions"][0]["steps"].clone();
        [steps[0]["done"].clone(), steps[1]["done"].clone()]
    };
    assert_eq!(done(), [json!(true), json!(false)]);
    cast.client.admit(&cast.plan, tick(&another));
    cast.member.admit(&cast.plan, untick(&theirs));
    assert_eq!(done(), [json!(false), json!(true)]);
}

#[test]
fn a_member_takes_a_part_for_themselves_only() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let action = cast.action("call");
    let assign = |person: &str| json!({"type": "assign_part", "action_id": action, "person_id": person, "part": "drive", "support": "alone"});
    cast.member.rejected(&cast.plan, assign(&cast.client.id), "forbidden");
    cast.member.rejected(&cast.plan, assign(&cast.professional.id), "forbidden");
    cast.member.admit(&cast.plan, assign(&cast.member.id));
    cast.professional.admit(&cast.plan, assign(&cast.client.id));
    let mut unknown = assign(&cast.member.id);
    unknown["support"] = json!("somehow");
    cast.member.rejected(&cast.plan, unknown, "invalid");
}

#[test]
fn each_looks_back_with_their_own_eyes() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let action = cast.action("call");
    for (person, gas) in [(&cast.client, 2), (&cast.member, -2), (&cast.professional, 0)] {
        let fields = json!({"type": "evaluate_action", "evaluation_id": id(), "action_id": action, "next": "continue",
            "learned": "something", "gas": gas});
        assert_eq!(person.submit(&cast.plan, &[command(fields)])[0]["verdict"], "admitted");
    }
    let evaluations = cast.client.read(&cast.plan)["content"]["actions"][0]["evaluations"].clone();
    let mut seen: Vec<(Value, Value)> =
        evaluations.as_array().unwrap().iter().map(|it| (it["by"].clone(), it["gas"].clone())).collect();
    seen.sort_by_key(|(_, gas)| gas.as_i64());
    let expected = [(&cast.member, -2), (&cast.professional, 0), (&cast.client, 2)];
    assert_eq!(seen, expected.map(|(person, gas)| (json!(person.id), json!(gas))));
}
