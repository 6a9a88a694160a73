//! `GET /join` and `GET /`: the page for people.

use serde_json::Value;

use crate::support::{Answer, Server};

fn page(server: &Server, path: &str, languages: &str) -> Answer {
    server.anybody().send("GET", path, &[("accept-language", languages)], Vec::new())
}

#[test]
fn a_person_gets_a_page_in_their_language() {
    let server = Server::start();
    for path in ["/", "/join"] {
        for (languages, lang, title) in [
            ("nl-NL,nl;q=0.9", "nl", "Welkom bij Kring"),
            ("en-GB,en;q=0.9", "en", "Welcome to Kring"),
            ("tr", "nl", "Welkom bij Kring"),
        ] {
            let answer = page(&server, path, languages);
            assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
            assert_eq!(answer.header("vary"), "Accept-Language");
            let Value::String(html) = &answer.body else { panic!("{:?}", answer.body) };
            assert!(html.contains(&format!("<html lang=\"{lang}\">")) && html.contains(title), "{html}");
            // Both languages are there, as a link to the other would lose the code.
            assert!(html.contains("Welkom bij Kring") && html.contains("Welcome to Kring"), "{html}");
        }
    }
}

#[test]
fn the_page_is_shut_off_from_everything_else() {
    let server = Server::start();
    for path in ["/", "/join", "/join.css", "/join.js"] {
        let answer = page(&server, path, "nl");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
    }
}

#[test]
fn a_head_request_gets_the_head_alone() {
    let server = Server::start();
    let answer = server.anybody().send("HEAD", "/join", &[], Vec::new());
    assert_eq!((answer.status, &answer.body), (200, &Value::String(String::new())));
    assert!(answer.header("content-length").parse::<usize>().unwrap() > 1000);
}

#[test]
fn opening_the_page_uses_no_code_up() {
    let server = Server::start();
    let code = server.professional_code();
    for path in ["/join", &format!("/join?code={code}")] {
        assert_eq!(page(&server, path, "nl").status, 200);
    }
    server.sign_in(&code);
}
