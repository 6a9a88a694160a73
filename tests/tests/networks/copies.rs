//! Phones that were put back from a copy of their file, with the first one alive or not.

use futures_util::FutureExt;
use kring_client::{ClientError, Event};
use kring_tests::outside::{Cast, Server};
use serde_json::Value;

use super::phone::{Phone, until};

fn told(phone: &Phone) -> Option<bool> {
    let mut told = None;
    while let Some(Some(event)) = phone.kring.next_event().now_or_never() {
        if let Event::Copied { is_signed_in } = event {
            told = Some(is_signed_in);
        }
    }
    told
}

/// Returns how often each text is in the circle.
fn times(cast: &Cast, text: &str) -> usize {
    cast.professional.read(&cast.circle).to_string().matches(text).count()
}

fn access_log(cast: &Cast) -> Vec<Value> {
    let log = cast.client.http.get(&format!("/v1/spaces/{}/access-log", cast.space)).ok(200);
    log["entries"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_phones_from_one_file_go_on_as_two_devices() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let first = Phone::new(&server, &cast).await;
    let mut texts = vec![first.write(), first.write()];
    let (first, second) = first.and_a_copy(&server).await;
    texts.push(first.write());
    first.kring.sync_once().await.unwrap();
    // The copy has edits that the first one has shared meanwhile, and one of its own behind them.
    texts.push(second.write());
    second.kring.read_json(second.circle).unwrap();
    second.kring.sync_once().await.unwrap();
    let devices = [&first, &second].map(|phone| phone.kring.identity());
    assert_ne!(devices[0].device, devices[1].device);
    assert_eq!(devices[0].person, devices[1].person);
    assert_eq!((told(&first), told(&second)), (None, Some(true)));
    for phone in [&first, &second] {
        phone.kring.connect().unwrap();
        texts.push(phone.write());
        until("both go on", || phone.kring.waiting() == 0).await;
        assert!(phone.kring.not_accepted().unwrap().is_empty());
    }
    for text in &texts {
        assert_eq!(times(&cast, text), 1, "{text}");
    }
    let has_all = |phone: &Phone| {
        let read = phone.kring.read_json(phone.circle).unwrap();
        texts.iter().all(|text| read.matches(text).count() == 1)
    };
    until("both read everything", || has_all(&first) && has_all(&second)).await;
    let first = first.later();
    let second = second.later();
    for phone in [&first, &second] {
        phone.kring.sync_once().await.unwrap();
        assert!(phone.kring.identity().is_signed_in);
        assert_eq!(told(phone), None, "once is enough");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_is_put_back_in_its_place_goes_on() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let phone = Phone::new(&server, &cast).await;
    phone.kring.read_json(phone.circle).unwrap();
    let waiting = phone.write();
    let kept = phone.kept();
    // Its life goes on: it looks, it shares, its tokens are exchanged.
    let phone = phone.later();
    phone.kring.read_json(phone.circle).unwrap();
    phone.kring.sync_once().await.unwrap();
    let lost = phone.write();
    phone.kring.sync_once().await.unwrap();
    let before = phone.kring.identity().device;
    let phone = phone.put_back(&kept);
    let text = phone.write();
    phone.kring.read_json(phone.circle).unwrap();
    phone.kring.sync_once().await.unwrap();
    assert_ne!(phone.kring.identity().device, before);
    assert_eq!((phone.kring.waiting(), told(&phone)), (0, Some(true)));
    assert!(phone.kring.not_accepted().unwrap().is_empty());
    for text in [&waiting, &lost, &text] {
        assert_eq!(times(&cast, text), 1);
        assert!(phone.kring.read_json(phone.circle).unwrap().contains(text.as_str()));
    }
    let log = access_log(&cast);
    let person = phone.kring.identity().person.to_string();
    let of = |action: &str| {
        log.iter().filter(|entry| entry["action"] == action && entry["person_id"] == person.as_str()).count()
    };
    assert_eq!(of("broken_read_log"), 0, "an honest phone is not said to be none");
    assert!(of("read_on_device") >= 2, "{log:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_cannot_show_who_it_was_says_so() {
    let server = Server::start();
    let cast = Cast::new(&server);
    let first = Phone::new(&server, &cast).await;
    let text = first.write();
    let (first, second) = first.and_a_copy(&server).await;
    let second = second.without_key();
    assert_eq!(second.kring.sync_once().await, Err(ClientError::SignedOut));
    assert_eq!((told(&second), second.kring.waiting()), (Some(false), 1), "what was written stays");
    first.kring.sync_once().await.unwrap();
    assert_eq!((told(&first), times(&cast, &text)), (None, 1), "the first one goes on");
    let code = cast.professional.invite(&cast.space, "member");
    assert_eq!(
        second.kring.sign_in(&second.relay.url, &code, "phone", None).await.unwrap_err(),
        ClientError::OtherPerson
    );
}
