//! `POST /v1/sign-in`.

use kring_tests::outside::{Cast, Person, Server, id};
use serde_json::{Value, json};

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}")).to_owned()
}

#[test]
fn a_professionals_code_becomes_a_session_once() {
    let server = Server::shared();
    let code = server.invite_professional("Petra");
    let body = json!({"code": code, "device_name": "phone", "display_name": "Petra"});
    let session = server.http().post("/v1/sign-in", &body).ok(200);
    for field in ["person_id", "device_id"] {
        assert!(uuid::Uuid::parse_str(&text(&session, field)).is_ok(), "{session}");
    }
    assert_eq!(session["expires_in"], 900);
    assert!(session.get("space_id").is_none_or(Value::is_null), "no space was joined: {session}");
    let petra = Person::of(&server.http(), &session);
    assert_eq!(petra.http.get("/v1/spaces").ok(200), json!({"spaces": []}));

    let again = server.http().post("/v1/sign-in", &body);
    assert_eq!(again.status, 401, "{}", again.text());
    again.any_problem();
}

#[test]
fn an_invitations_code_joins_the_space_in_its_role_once() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let code = cast.professional.invite(&cast.space, "member");
    let body = json!({"code": code, "device_name": "phone", "display_name": "Nadia"});
    let session = server.http().post("/v1/sign-in", &body).ok(200);
    assert_eq!((text(&session, "space_id"), text(&session, "role")), (cast.space.clone(), "member".to_owned()));
    let again = server.http().post("/v1/sign-in", &body);
    assert_eq!(again.status, 401, "{}", again.text());
    again.any_problem();
}

#[test]
fn with_a_bearer_token_the_code_joins_who_is_signed_in() {
    let server = Server::shared();
    let one = Cast::new(&server);
    let other = Cast::new(&server);
    let code = other.client.invite(&other.space, "member");
    let body = json!({"code": code, "device_name": "phone"});
    let session = one.member.http.post("/v1/sign-in", &body).ok(200);
    assert_eq!(text(&session, "person_id"), one.member.id);
    let spaces = one.member.http.get("/v1/spaces").ok(200);
    let ids: Vec<_> = spaces["spaces"].as_array().unwrap().iter().map(|space| text(space, "space_id")).collect();
    assert_eq!(ids, [one.space, other.space]);
}

#[test]
fn after_five_wrong_codes_a_minute_none_is_looked_up() {
    let server = Server::start();
    let wrong = |http: &kring_tests::outside::Http, code: &str| {
        http.post("/v1/sign-in", &json!({"code": code, "device_name": "phone"}))
    };
    let link = "https://kring.example/join#X999-X999-X999-X999";
    for code in ["AAAA-AAAA-AAAA-AAAA", "0000000000000000", "bbbb cccc dddd eeee", "ZZZZ-1111-2222-3333", link] {
        let answer = wrong(&server.http(), code);
        answer.any_problem();
        assert_eq!(answer.status, 401, "{code:?}: {}", answer.text());
    }
    let limited = wrong(&server.http(), "BBBB-BBBB-BBBB-BBBB");
    limited.problem(429, "rate_limited");
    let seconds: u64 = limited.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");

    // The address is the socket's: no proxy is configured, so what a caller claims to forward for is nothing.
    let elsewhere = server.http().header("x-forwarded-for", "203.0.113.9");
    wrong(&elsewhere, "CCCC-CCCC-CCCC-CCCC").problem(429, "rate_limited");
}

#[test]
fn what_cannot_be_a_code_is_not_counted() {
    let server = Server::start();
    let code = server.invite_professional("Petra");
    let sign_in = |code: &str| server.http().post("/v1/sign-in", &json!({"code": code, "device_name": "phone"}));
    for slip in
        ["AAAA-AAAA-AAAA", "", "0", "no code at all", "🦀", "Bel me op 06-12345678", "https://kring.example/join"]
    {
        sign_in(slip).problem(401, "invalid_code");
    }
    sign_in(&format!("Code: “{}”.", code.to_lowercase())).ok(200);
}

#[test]
fn a_malformed_sign_in_is_invalid_and_uses_up_no_code() {
    let server = Server::shared();
    let code = server.invite_professional("Petra");
    let long = "é".repeat(201);
    for body in [
        json!({}),
        json!([]),
        json!({"code": code}),
        json!({"device_name": "phone"}),
        json!({"code": 7, "device_name": "phone"}),
        json!({"code": code, "device_name": ["phone"]}),
        json!({"code": code, "device_name": ""}),
        json!({"code": code, "device_name": null}),
        json!({"code": code, "device_name": "phone", "display_name": ""}),
    ] {
        server.http().post("/v1/sign-in", &body).invalid();
    }
    for body in [
        json!({"code": code, "device_name": long}),
        json!({"code": code, "device_name": "phone", "display_name": long}),
    ] {
        let problem = server.http().post("/v1/sign-in", &body).any_problem();
        assert_eq!(problem["code"], "too_large", "{problem}");
    }
    let fits = json!({"code": code, "device_name": "é".repeat(200), "display_name": "ï".repeat(200), "later": id()});
    server.http().post("/v1/sign-in", &fits).ok(200);
}
