//! The server dies in the middle of everything, five times: what was answered `admitted` is there afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use kring_tests::outside::{Cast, Event, Person, Server, Socket, command, eventually, id};
use serde_json::{Value, json};

const COMMANDS: usize = 200;
const TIMES: usize = 5;

/// A connection that sends all it has at once and notes the answers, until the server is gone.
fn burst(person: &Person, circle: &str, commands: &[Value], answered: &AtomicUsize) -> BTreeMap<String, Value> {
    let mut socket = Socket::open(&person.http);
    socket.greet(&[]);
    let mut verdicts = BTreeMap::new();
    for some in commands.chunks(10) {
        let frame = json!({"t": "submit", "document": circle, "commands": some});
        let bytes = kring_tests::outside::encode(&frame);
        if socket.try_send(tokio_tungstenite::tungstenite::Message::Binary(bytes.into())).is_err() {
            break;
        }
    }
    while let Event::Frame(frame) = socket.event() {
        for verdict in frame["verdicts"].as_array().into_iter().flatten() {
            verdicts.insert(verdict["id"].as_str().unwrap().to_owned(), verdict.clone());
            answered.fetch_add(1, Ordering::SeqCst);
        }
    }
    verdicts
}

#[test]
fn admitted_commands_survive_five_deaths_in_a_burst() {
    let mut server = Server::start();
    let cast = Cast::new(&server);
    let people = [cast.client.clone(), cast.member.clone(), cast.professional.clone(), cast.client.another_device()];
    let mut sequences: BTreeMap<u64, String> = BTreeMap::new();
    for round in 0..TIMES {
        let batches: Vec<Vec<Value>> = people
            .iter()
            .map(|_| {
                let message =
                    |number| json!({"type": "post_message", "message_id": id(), "text": format!("{round} {number}")});
                (0..COMMANDS).map(|number| command(message(number))).collect()
            })
            .collect();
        let answered = AtomicUsize::new(0);
        let verdicts: Vec<BTreeMap<String, Value>> = std::thread::scope(|scope| {
            let bursts: Vec<_> = people
                .iter()
                .zip(&batches)
                .map(|(person, batch)| scope.spawn(|| burst(person, &cast.circle, batch, &answered)))
                .collect();
            // At another moment each time: soon after the first answers, or when most have come.
            eventually("some are answered", || answered.load(Ordering::SeqCst) > 1 + round * 150);
            server.kill();
            bursts.into_iter().map(|burst| burst.join().unwrap()).collect()
        });
        server.restart();
        for ((person, batch), before) in people.iter().zip(&batches).zip(&verdicts) {
            for (command, after) in batch.iter().zip(person.submit(&cast.circle, batch)) {
                let id = command["id"].as_str().unwrap();
                assert_eq!(after["verdict"], "admitted", "{after}");
                if let Some(before) = before.get(id) {
                    assert_eq!(*before, after, "the answer from before the death still holds");
                }
                let earlier = sequences.insert(after["sequence"].as_u64().unwrap(), id.to_owned());
                assert_eq!(earlier, None, "every command has a place of its own");
            }
        }
        let all = (round + 1) * people.len() * COMMANDS;
        assert!(sequences.keys().copied().eq(1..=all as u64), "no gap");
        let read = cast.member.read(&cast.circle);
        assert_eq!(read["sequence"], json!(all));
        assert_eq!(read["content"]["messages"].as_array().unwrap().len(), all, "each of them once");
    }
}
