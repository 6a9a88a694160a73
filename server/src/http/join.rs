//! `GET /join` and `GET /`: a page for the person who opens an invitation's link.
//!
//! The code is behind the `#`, which a browser keeps to itself: opening the page uses nothing up and tells the server
//! nothing. Both languages are on the one page, since a link to the other would lose the code.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, VARY,
};
use axum::response::IntoResponse;
use axum::routing::get;
use kring_domain::Language;

use super::extract::AcceptLanguage;
use crate::app::App;

const FRAME: &str = include_str!("join/page.html");
const DUTCH: &str = include_str!("join/nl.html");
const ENGLISH: &str = include_str!("join/en.html");
const STYLE: &str = include_str!("join/join.css");
const SCRIPT: &str = include_str!("join/join.js");

/// Nothing but the page's own style and script, and nobody else's page around it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// For five minutes: the page is the same for everybody who reads its language.
const CACHE: &str = "public, max-age=300";

const HARDENED: [(HeaderName, &str); 3] =
    [(CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "no-referrer"), (CACHE_CONTROL, CACHE)];

/// The page and what it consists of. They are for people, so `/openapi.json` does not name them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(page))
        .route("/join", get(page))
        .route("/join.css", get(async || (HARDENED, [(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
        .route("/join.js", get(async || (HARDENED, [(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)))
}

async fn page(AcceptLanguage(language): AcceptLanguage) -> impl IntoResponse {
    static PAGES: LazyLock<[String; 2]> = LazyLock::new(|| [written(Language::Dutch), written(Language::English)]);
    let [dutch, english] = &*PAGES;
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_LANGUAGE, "nl, en"), (VARY, "Accept-Language")];
    (HARDENED, headers, language.pick(dutch, english))
}

/// The page with one language first.
fn written(language: Language) -> String {
    FRAME
        .replace("{lang}", language.pick("nl", "en"))
        .replace("{other_lang}", language.pick("en", "nl"))
        .replace("{title}", language.pick("Kring: je uitnodiging", "Kring: your invitation"))
        .replace("{other_name}", language.pick("English", "Nederlands"))
        .replace("{first}", language.pick(DUTCH, ENGLISH).trim_end())
        // Behind what is always open, so that the page has one heading of its own.
        .replace("{second}", &language.pick(ENGLISH, DUTCH).trim_end().replace("h2>", "h3>").replace("h1>", "h2>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_is_first_on_its_own_page() {
        for (language, lang, other, heading) in [
            (Language::Dutch, "nl", "en", "<h1>Welkom bij Kring</h1>"),
            (Language::English, "en", "nl", "<h1>Welcome to Kring</h1>"),
        ] {
            let page = written(language);
            assert!(page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">")), "{page}");
            assert!(page.contains(&format!("<details lang=\"{other}\">")) && page.contains(heading), "{page}");
            assert_eq!(page.matches("<h1>").count(), 1);
            assert!(!page.contains('{') && !page.contains('}'), "{page}");
        }
    }

    #[test]
    fn nothing_on_the_page_comes_from_elsewhere() {
        for text in [&written(Language::Dutch), &written(Language::English), STYLE, SCRIPT] {
            assert!(!text.contains("://") && !text.contains("url(") && !text.contains("style="), "{text}");
        }
    }

    #[test]
    fn every_sentence_is_short() {
        for text in [DUTCH, ENGLISH] {
            let lines =
                text.lines().map(|line| line.split('<').map(|piece| piece.split('>').next_back().unwrap_or_default()));
            for sentence in
                lines.flat_map(|line| line.collect::<String>().split(['.', '?']).map(str::to_owned).collect::<Vec<_>>())
            {
                assert!(sentence.split_whitespace().count() <= 12, "{sentence}");
            }
        }
    }
}
