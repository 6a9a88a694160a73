//! `/v1/spaces/{id}/members`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kring_tests::outside::{Cast, Person, Server, Socket, command, id};
use serde_json::json;

fn remove(by: &Person, cast: &Cast, whom: &Person) -> kring_tests::outside::Answer {
    by.http.delete(&format!("/v1/spaces/{}/members/{}", cast.space, whom.id))
}

#[test]
fn the_roster_says_who_is_in_the_space_and_as_what() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for person in [&cast.client, &cast.professional, &cast.member] {
        let roster = person.http.get(&format!("/v1/spaces/{}/members", cast.space)).ok(200);
        let members = roster["members"].as_array().expect("wrapped in `members`");
        let find = |id: &str| members.iter().find(|member| member["person_id"] == id).expect("in the roster");
        assert_eq!(members.len(), 4);
        let names = [("client", "Sam"), ("member", "Mo"), ("professional", "Petra"), ("backup", "Bo")];
        for ((role, other), (_, name)) in cast.everybody().into_iter().zip(names) {
            let row = find(&other.id);
            assert_eq!((&row["role"], &row["name"]), (&json!(role), &json!(name)));
            assert!(row["joined_at"].as_str().unwrap().ends_with('Z'), "{row}");
        }
    }
}

#[test]
fn a_removed_person_is_notified_within_two_seconds() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let mut phone = cast.member.socket();
    let mut other = cast.member.another_device().socket();
    let mut client = cast.client.socket();
    let since = Instant::now();
    assert_eq!(remove(&cast.client, &cast, &cast.member).status, 204);
    for socket in [&mut phone, &mut other] {
        let (frames, code) = socket.until_closed();
        assert_eq!(code, Some(4403));
        assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
        let gone = |document: &str| json!({"t": "access", "document": document, "access": "none"});
        for (kind, document, may) in cast.documents("member") {
            assert_eq!(frames.contains(&gone(document)), may, "{kind} in {frames:?}");
        }
    }
    for document in [&cast.circle, &cast.plan, &cast.network] {
        cast.member.http.get(&format!("/v1/documents/{document}")).any_problem();
        let late =
            cast.member.post(document, &[command(json!({"type": "post_message", "message_id": id(), "text": "x"}))]);
        assert!([401, 404].contains(&late.status), "{}", late.text());
    }
    // The others stay, and go on.
    cast.idea("a later idea");
    client.until(|frame| frame["t"] == "entries" && frame["document"] == json!(cast.circle));
}

#[test]
fn a_removed_person_may_be_invited_again() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let elsewhere = Cast::new(&server);
    // In two spaces, so that being removed from one leaves a person with a session.
    let body = json!({"code": elsewhere.client.invite(&elsewhere.space, "member"), "device_name": "phone"});
    cast.member.http.post("/v1/sign-in", &body).ok(200);
    assert_eq!(remove(&cast.client, &cast, &cast.member).status, 204);
    cast.member.http.get(&format!("/v1/documents/{}", cast.circle)).problem(404, "not_found");
    cast.member.http.get(&format!("/v1/documents/{}", elsewhere.circle)).ok(200);
    let (_, welcome) = Socket::hello(&cast.member.http, &[]);
    assert!(!welcome.to_string().contains(&cast.space), "{welcome}");

    let body = json!({"code": cast.client.invite(&cast.space, "member"), "device_name": "phone"});
    assert_eq!(cast.member.http.post("/v1/sign-in", &body).ok(200)["person_id"], json!(cast.member.id));
    cast.member.read(&cast.circle);
}

#[test]
fn who_may_remove_whom() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for whom in [&cast.client, &cast.professional, &cast.backup] {
        remove(&cast.member, &cast, whom).problem(403, "forbidden");
    }
    for whom in [&cast.client, &cast.professional] {
        remove(&cast.backup, &cast, whom).problem(403, "forbidden");
    }
    assert_eq!(remove(&cast.backup, &cast, &cast.backup).status, 204, "a backup may leave");
    let otto = Person::professional(&server, "Otto");
    remove(&otto, &cast, &cast.member).problem(404, "not_found");
    remove(&cast.client, &cast, &otto).problem(404, "not_found");
    remove(&cast.client, &cast, &cast.client).problem(403, "forbidden");
    cast.client.http.delete(&format!("/v1/spaces/{}/members/nobody", cast.space)).invalid();
    cast.client.http.delete(&format!("/v1/spaces/nowhere/members/{}", cast.member.id)).invalid();

    assert_eq!(remove(&cast.member, &cast, &cast.member).status, 204, "a member may leave");
    let colleague = Person::sign_in(&server.http(), &cast.professional.invite(&cast.space, "professional"), "Coby");
    assert_eq!(remove(&cast.professional, &cast, &colleague).status, 204);
    let second = Person::sign_in(&server.http(), &cast.client.invite(&cast.space, "member"), "Nadia");
    assert_eq!(remove(&cast.professional, &cast, &second).status, 204);
    assert_eq!(remove(&cast.client, &cast, &cast.professional).status, 204);
    let roster = cast.client.http.get(&format!("/v1/spaces/{}/members", cast.space)).ok(200);
    assert_eq!(roster["members"].as_array().unwrap().len(), 1, "{roster}");
}

#[test]
fn a_removal_costs_nobody_else_their_work() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let idea = || command(json!({"type": "propose_idea", "idea_id": id(), "text": "kaart"}));
    for _ in 0..8 {
        let gone = Person::sign_in(&server.http(), &cast.professional.invite(&cast.space, "member"), "Nadia");
        let is_over = AtomicBool::new(false);
        let write = |person: &Person| -> Vec<u16> {
            let mut answers = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                answers.push(person.post(&cast.circle, &[idea()]).status);
            }
            answers
        };
        let (others, gone) = std::thread::scope(|scope| {
            let others = [scope.spawn(|| write(&cast.client)), scope.spawn(|| write(&cast.professional))];
            let removed = scope.spawn(|| write(&gone));
            std::thread::sleep(Duration::from_millis(60));
            assert_eq!(remove(&cast.client, &cast, &gone).status, 204);
            std::thread::sleep(Duration::from_millis(30));
            is_over.store(true, Ordering::Relaxed);
            (others.map(|other| other.join().unwrap()), removed.join().unwrap())
        });
        assert!(others.iter().flatten().all(|status| *status == 200), "{others:?}");
        assert!(gone.iter().all(|status| [200, 401, 404].contains(status)), "{gone:?}");
        assert!(gone.is_sorted(), "and nothing is taken afterwards: {gone:?}");
    }
}

#[test]
fn nobody_removes_the_client() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let space = format!("/v1/spaces/{}", cast.space);
    remove(&cast.professional, &cast, &cast.client).problem(403, "forbidden");
    cast.professional.http.delete(&space).problem(403, "forbidden");
    let invite = |role: &str| cast.professional.http.post(&format!("{space}/invitations"), &json!({"role": role}));
    invite("client").problem(409, "conflict");
    // Nor by somebody who would speak for the client, or by leaving and coming back as a member.
    invite("representative").problem(403, "forbidden");
    let second = Person::sign_in(&server.http(), &cast.client.invite(&cast.space, "professional"), "Nadia");
    let code = second.invite(&cast.space, "member");
    assert_eq!(remove(&second, &cast, &second).status, 204);
    let body = json!({"code": code, "device_name": "phone"});
    second.http.post("/v1/sign-in", &body).problem(401, "invalid_code");
    assert_eq!(cast.client.http.get(&format!("/v1/documents/{}", cast.private)).status, 200);
}
