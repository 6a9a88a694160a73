//! `POST /v1/sign-in`

use serde_json::json;
use uuid::Uuid;

use crate::support::{Person, Server};

const WRONG: &str = "0000-0000-0000-0000";

#[test]
fn a_code_works_once_however_it_is_typed() {
    let server = Server::start();
    let code = server.professional_code();
    let typed = code.to_lowercase().replace('-', "  ");
    let answer = server.anybody().post("/v1/sign-in", &json!({"code": typed, "device_name": "laptop"}));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["expires_in"], 900);
    assert_eq!(answer.body.get("space_id"), None);
    let again = server.anybody().post("/v1/sign-in", &json!({"code": code, "device_name": "laptop"}));
    again.expect(401, "invalid_code");
}

#[test]
fn of_many_who_bring_one_code_at_once_one_comes_in() {
    let server = Server::start_with(|config| config.limits.wrong_codes = 100);
    let code = server.professional_code();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let attempt = || server.anybody().post("/v1/sign-in", &json!({"code": code, "device_name": "x"})).status;
        let attempts: Vec<_> = (0..8).map(|_| scope.spawn(attempt)).collect();
        attempts.into_iter().map(|attempt| attempt.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 7, "{statuses:?}");
}

#[test]
fn an_invitation_names_the_space_and_the_role() {
    let server = Server::start();
    let (space, _, [member]) = server.space(["member"]);
    assert_eq!((member.session["space_id"].as_str(), member.session["role"].as_str()), (Some(&*space), Some("member")));
    let members = member.get(&format!("/v1/spaces/{space}/members")).body;
    assert_eq!(members["members"][1]["name"], "the member");
}

#[test]
fn who_is_signed_in_joins_as_themselves() {
    let server = Server::start();
    let (_, professional, [member]) = server.space(["member"]);
    let second = professional.create_space();
    let code = professional.invite(&second, "member");
    let joined = member.post("/v1/sign-in", &json!({"code": code, "device_name": "ignored"}));
    assert_eq!((joined.status, &joined.body["person_id"]), (200, &member.session["person_id"]));
    assert_eq!(joined.body["device_id"], member.session["device_id"]);
    assert_eq!(member.get("/v1/spaces").body["spaces"].as_array().unwrap().len(), 2);
    let pair = server.anybody().post("/v1/token", &json!({"refresh_token": joined.body["refresh_token"]}));
    assert_eq!(pair.status, 200);
}

#[test]
fn another_role_in_the_same_space_is_a_conflict() {
    let server = Server::start();
    let (space, professional, [member]) = server.space(["member"]);
    let code = professional.invite(&space, "client");
    member.post("/v1/sign-in", &json!({"code": code, "device_name": "x"})).expect(409, "conflict");
    assert_eq!(server.sign_in(&code).session["role"], "client");
}

#[test]
fn a_phone_proposes_the_id_of_a_new_person_and_of_nobody_else() {
    let server = Server::start();
    let proposed = Uuid::now_v7().to_string();
    let sign_in = |id: &str| {
        let body = json!({"code": server.professional_code(), "device_name": "x", "person_id": id});
        server.anybody().post("/v1/sign-in", &body).body["person_id"].as_str().unwrap().to_owned()
    };
    assert_eq!(sign_in(&proposed), proposed);
    assert_ne!(sign_in(&proposed), proposed);
}

#[test]
fn guessing_is_slowed_down_whatever_the_headers_say() {
    let server = Server::start();
    let code = server.professional_code();
    for number in 0..5 {
        let body = json!({"code": WRONG, "device_name": "x"}).to_string().into_bytes();
        let forwarded = format!("198.51.100.{number}");
        let answer = server.anybody().send("POST", "/v1/sign-in", &[("x-forwarded-for", &forwarded)], body);
        answer.expect(401, "invalid_code");
    }
    // Not even a good code is looked at now, or guessing could go on.
    let answer = server.anybody().post("/v1/sign-in", &json!({"code": code, "device_name": "x"}));
    let answer = answer.expect(429, "rate_limited");
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
}

#[test]
fn a_trusted_proxy_says_where_a_guess_comes_from() {
    let server = Server::start_with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.limits.wrong_codes = 1;
    });
    let guess = |from: &str| {
        let body = json!({"code": WRONG, "device_name": "x"}).to_string().into_bytes();
        server.anybody().send("POST", "/v1/sign-in", &[("x-forwarded-for", from)], body).status
    };
    assert_eq!((guess("198.51.100.1"), guess("198.51.100.1"), guess("198.51.100.2")), (401, 429, 401));
}

#[test]
fn an_address_in_any_spelling_has_one_limit() {
    let server = Server::start_with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.limits.wrong_codes = 1;
    });
    let guess = |header: &str, from: &str| {
        let body = json!({"code": WRONG, "device_name": "x"}).to_string().into_bytes();
        server.anybody().send("POST", "/v1/sign-in", &[(header, from)], body).status
    };
    for (header, from, status) in [
        ("x-forwarded-for", "198.51.100.1:567", 401),
        ("x-forwarded-for", "198.51.100.1", 429),
        ("forwarded", "proto=https;For=\"198.51.100.1:99\"", 429),
        ("x-forwarded-for", "198.51.100.2:567", 401),
        ("forwarded", "for=\"[2001:db8::1]:4711\"", 401),
        ("x-forwarded-for", "\"[2001:db8::1]\"", 429),
        ("x-forwarded-for", "unknown", 401),
        ("x-forwarded-for", "_hidden", 429),
        ("x-forwarded-for", "198.51.100.3", 401),
    ] {
        assert_eq!(guess(header, from), status, "{header}: {from}");
    }
}

#[test]
fn good_codes_do_not_count() {
    let server = Server::start_with(|config| config.limits.wrong_codes = 2);
    for _ in 0..6 {
        server.professional();
    }
}

#[test]
fn a_bad_token_is_not_the_same_as_none() {
    let server = Server::start();
    let somebody = Person::with_token(&server.url, "nonsense");
    let body = json!({"code": server.professional_code(), "device_name": "x"});
    somebody.post("/v1/sign-in", &body).expect(401, "unauthenticated");
}

#[test]
fn an_expired_code_is_as_good_as_none() {
    let server = Server::start();
    let code = kring_server::auth::OneTimeCode::random();
    let hash = code.hash();
    let purpose = kring_server::accounts::CodePurpose::Professional { name: None };
    let now = kring_server::clock::now();
    let kept = server.app.store.write(move |c| kring_server::accounts::keep_code(c, hash, &purpose, now, now));
    server.runtime.block_on(kept).unwrap();
    let answer = server.anybody().post("/v1/sign-in", &json!({"code": code.text(), "device_name": "x"}));
    answer.expect(401, "invalid_code");
}
