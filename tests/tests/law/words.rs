//! One word per thing: the words that were given up come back in no name, file, comment or document.

use super::source::{Kind, Source, files, identifiers, words};

/// A word that stands for nothing any more.
struct Retired {
    word: &'static str,
    /// The word that says it, with the reason where it is not plain.
    instead: &'static str,
}

const fn retired(word: &'static str, instead: &'static str) -> Retired {
    Retired { word, instead }
}

/// Words that are part of no identifier and no path, and stand in no comment and no document.
const WORDS: &[Retired] = &[
    retired("warrant", "authorized: what `authorize` returns"),
    retired("warrantor", "principal: on whose authority commands are executed"),
    retired("lineage", "poison flag"),
    retired("deed", "step, or audit entry"),
    retired("deeds", "steps, or audit buffer"),
    retired("drafted", "pending entry"),
    retired("household", "subnet"),
    retired("homeless", "orphaned"),
    retired("seat", "membership"),
    retired("seats", "memberships"),
    retired("sift", "rate limit"),
    retired("sifted", "rate limited"),
    retired("asker", "reply to"),
    retired("untold", "unsent, or unlogged"),
    retired("underway", "in flight"),
];

/// Words that are part of no identifier; in sentences they are words like others.
const IN_NAMES: &[Retired] = &[
    retired("desk", "state"),
    retired("barred", "blocked"),
    retired("scene", "context, or fixture"),
    retired("reveal", "expose, or on commit"),
    retired("parting", "revoked, or evicted"),
    retired("plausible", "limits: what no honest server exceeds"),
    retired("leeway", "the amount with its unit, like `MAX_CLOCK_SKEW_S`"),
    retired("patience", "timeout"),
    retired("sifting", "rate limiting"),
    retired("pronotes", "work notes; `pronotes` is their name on the wire and in stored data"),
];

/// Whole identifiers that stood for several things, or for one thing that has another name.
const NAMES: &[(&str, &str)] = &[
    ("Base", "Position"),
    ("Look", "ReadEvent"),
    ("LookChain", "ReadLogChain"),
    ("Place", "DocumentAccess, DatabaseFile or Position"),
    ("Turn", "GenerationChange"),
    ("Live", "Broadcast"),
    ("Loaded", "OpenDocument"),
    ("Standing", "Relation"),
    ("Following", "DeliveryState"),
    ("Reach", "Delivered"),
    ("Recall", "StoreQuery"),
    ("Reads", "AcceptLanguage"),
    ("Stranger", "AnonymousCaller"),
    ("Lifetime", "Shutdown"),
    ("LogLine", "AuditRow"),
    ("Linked", "ChainedEntry"),
    ("HeldDecision", "Review"),
    ("FormerSeat", "FormerMembership"),
    ("PutBase", "PutSnapshot"),
    ("Support", "SupportKind or SupportLevel"),
    ("Code", "RefusalCode or OneTimeCode"),
    ("Pace", "InFlightLimit or PollInterval"),
    ("Mine", "LackingQuery"),
    ("hold_late", "hold_revoked"),
    ("forget_if_homeless", "clear_name_if_orphaned"),
    ("has_remains", "needs_vacuum"),
    ("mark_remains", "mark_pending_vacuum"),
    ("CODE_LIFETIME", "CODE_TTL_MS"),
    ("LIFETIME", "TOKEN_TTL_MS"),
    ("PATIENCE", "the timeout of what"),
    ("ROOM", "the bytes of what"),
    ("SKEW", "MAX_CLOCK_SKEW_MS"),
    ("LEEWAY", "MAX_CLOCK_SKEW_S"),
];

/// Identifiers that are one thing in the server and the phone, and may be another in a test of them.
const IN_PRODUCTS: &[(&str, &str)] = &[
    ("Line", "AuditEntry or KeepAlive"),
    ("Session", "SignIn, ConnectionTask or Credentials"),
    ("Round", "Batch or OneShot; a round of the brainstorm is the domain's"),
    ("Mark", "EntryMeta or EndedFlag; a mark in the picture is the domain's"),
    ("family", "sign_in: the chain of refresh tokens that begins with it"),
    ("told", "notified"),
    ("tell", "notify"),
    ("stranger", "anonymous"),
];

const PRODUCTS: [&str; 4] = ["core/sync/src/", "core/client/src/", "server/src/", "bindings/ffi/src/"];

#[test]
fn retired_words_are_in_no_name_comment_or_document() {
    let mut found = Vec::new();
    for source in files(&[".rs", ".md", ".py"]) {
        if source.path == "tests/tests/law/words.rs" {
            continue;
        }
        in_path(&source, &mut found);
        match source.path.ends_with(".rs") {
            true => in_rust(&source, &mut found),
            false => in_text(&source.path, 1, &source.text, &mut found),
        }
    }
    assert!(found.is_empty(), "{} retired words:\n{}", found.len(), found.join("\n"));
}

fn in_path(source: &Source, found: &mut Vec<String>) {
    let words = words(&source.path);
    for Retired { word, instead } in WORDS.iter().chain(IN_NAMES) {
        if words.iter().any(|other| other == word) {
            found.push(format!("{}:1: the path says {word}: {instead}", source.path));
        }
    }
}

fn in_rust(source: &Source, found: &mut Vec<String>) {
    let is_product = PRODUCTS.iter().any(|folder| source.path.starts_with(folder));
    for piece in source.pieces() {
        match piece.kind {
            Kind::Rust => {
                for (line, name) in identifiers(&piece) {
                    in_name(&source.path, line, name, is_product, found);
                }
            }
            Kind::Comment => in_text(&source.path, piece.line, piece.text, found),
            Kind::Text => {}
        }
    }
}

fn in_name(path: &str, line: usize, name: &str, is_product: bool, found: &mut Vec<String>) {
    let parts = words(name);
    for Retired { word, instead } in WORDS.iter().chain(IN_NAMES) {
        if parts.iter().any(|part| part == word) && !is_test_name(name) {
            found.push(format!("{path}:{line}: {name} says {word}: {instead}"));
        }
    }
    // A label's family is Prometheus' word.
    let is_product = is_product && path != "server/src/metrics.rs";
    let names = NAMES.iter().chain(IN_PRODUCTS.iter().filter(|_| is_product));
    for (retired, instead) in names {
        if name == *retired {
            found.push(format!("{path}:{line}: {name}: {instead}"));
        }
    }
}

/// Test names are sentences; they have their own bound.
fn is_test_name(name: &str) -> bool {
    name.matches('_').count() > 3
}

fn in_text(path: &str, first: usize, text: &str, found: &mut Vec<String>) {
    for (number, line) in text.split('\n').enumerate() {
        // What stands in backticks is quoted: a word of the protocol, or the name of a test.
        let said = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        let said = words(&said);
        for Retired { word, instead } in WORDS {
            if said.iter().any(|other| other == word) {
                found.push(format!("{path}:{}: the text says {word}: {instead}", first + number));
            }
        }
    }
}
