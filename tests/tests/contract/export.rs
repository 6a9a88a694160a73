//! `GET /v1/spaces/{id}/export`: everything one may read, as one ZIP.

use kring_tests::outside::{Answer, Cast, Person, Server};

const NETWORK: &str = "Grutto-in-the-network";
const CIRCLE: &str = "Wulp-in-the-circle";

/// The archive, checked as far as one can without unpacking it.
fn zip(person: &Person, cast: &Cast) -> Answer {
    let answer = person.http.get(&format!("/v1/spaces/{}/export", cast.space));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type").as_deref(), Some("application/zip"));
    assert!(answer.body.starts_with(b"PK\x03\x04"), "entries come first");
    let end = answer.body.len() - 22;
    assert_eq!(&answer.body[end..end + 4], b"PK\x05\x06", "the directory ends it");
    answer
}

#[test]
fn each_exports_what_they_may_read() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    cast.contact(NETWORK);
    cast.idea(CIRCLE);
    for person in [&cast.client, &cast.professional] {
        let text = zip(person, &cast).text();
        assert!(text.contains(NETWORK) && text.contains(CIRCLE));
    }
    let text = zip(&cast.member, &cast).text();
    assert!(text.contains(CIRCLE) && !text.contains(NETWORK) && !text.contains(&cast.network));
    let backup = cast.backup.http.get(&format!("/v1/spaces/{}/export", cast.space)).text();
    assert!(!backup.contains(CIRCLE) && !backup.contains(NETWORK));
}
