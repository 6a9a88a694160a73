//! Codes cannot be guessed at speed.

use std::thread;

use kring_tests::outside::{Person, Server};
use serde_json::json;

#[test]
fn of_many_guesses_at_once_five_are_looked_at_and_the_rest_wait() {
    let server = Server::start();
    let petra = Person::professional(&server, "Petra");
    let code = server.invite_professional("Otto");
    let guess = |number: usize| {
        let code = format!("{number:04}-0000-0000-0000");
        server.http().post("/v1/sign-in", &json!({"code": code, "device_name": "phone"}))
    };
    let answers: Vec<_> = thread::scope(|scope| {
        let guessing: Vec<_> = (0..8)
            .map(|hand| scope.spawn(move || (0..50).map(|number| guess(hand * 50 + number)).collect::<Vec<_>>()))
            .collect();
        guessing.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    });
    let wrong = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!((wrong, answers.len()), (5, 400));
    for answer in answers.iter().filter(|answer| answer.status != 401) {
        answer.problem(429, "rate_limited");
        let wait: u32 = answer.header("retry-after").expect("Retry-After").parse().expect("seconds");
        assert!((1..=60).contains(&wait), "{wait}");
    }
    // Not even a good code is looked at from there now, and nobody else notices anything.
    server.http().post("/v1/sign-in", &json!({"code": code, "device_name": "phone"})).problem(429, "rate_limited");
    petra.http.get("/v1/spaces").ok(200);
}
