//! The story of Joost from its beginning to its end: a real server in a process of its own, and real phones.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use std::path::PathBuf;
use std::process::Command;

use clap::Parser;
use kring_tests::story::{Options, Told, beside, tell};

#[test]
fn the_story_goes_as_it_should() {
    let directory = tempfile::tempdir().unwrap();
    let picture = directory.path().join("made/on/the/way/circle.svg");
    let (told, text) = told(&picture, "nl");
    println!("{text}");

    assert_eq!(told.failures, [""; 0]);
    assert_eq!(told.ideas.len(), 12);
    let hearts: Vec<usize> = told.ideas.iter().map(|(_, hearts, _)| *hearts).collect();
    assert_eq!(hearts.iter().sum::<usize>(), 24);
    assert_eq!(hearts.iter().max(), Some(&4));
    let count = |status: &str| told.ideas.iter().filter(|(.., is)| is == status).count();
    assert_eq!((count("chosen"), count("parked"), count("open")), (4, 2, 6));

    assert_eq!(told.card, "Je doet nu 4 acties. 3 is genoeg. Welke 3?");
    let mut active = told.actions_in("active");
    active.sort_unstable();
    assert_eq!(active, ["Kijken bij de modelspoorclub", "Verjaardagskalender bijhouden"]);
    let mut done = told.actions_in("done");
    done.sort_unstable();
    let three = [
        "Elke woensdag dieren voeren",
        "Kaart naar Dennis, daarna samen vissen",
        "Tassen en ballen klaarzetten bij 3e elftal",
    ];
    assert_eq!(done, three);
    assert!(!told.quiet.is_empty());
    assert_eq!(told.refusals, ["Deze stap is van Linda.", "Joost start acties nu weer zelf."]);
    assert!(told.status.starts_with("We zijn bezig met "), "{}", told.status);

    for expected in [told.card.as_str(), "hier bewaard → gedeeld", "→ niet aangenomen", "vliegtuigstand"] {
        assert!(text.contains(expected), "{expected}");
    }
    for line in text.lines().filter(|line| !line.contains(&*picture.to_string_lossy())) {
        assert!(line.chars().count() <= 100, "too long for a terminal: {line}");
    }
}

#[test]
fn the_picture_has_everybody_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let picture = directory.path().join("circle.svg");
    let (told, _) = told(&picture, "en");
    assert_eq!(told.card, "You now do 4 actions. 3 are enough. Which 3?");
    let svg = std::fs::read_to_string(told.picture).unwrap();
    for name in [
        "Ria", "Linda", "Gerard", "Sanne", "Bram", "Chantal", "Mo", "Patrick", "Marloes", "Bakker", "Tineke", "Jeroen",
        "Emine", "Ruud", "Dennis", "Wil", "Boer", "Karin",
    ] {
        assert!(svg.contains(name), "{name} is not in the picture");
    }
}

/// The story with its text, told with the server of this build.
fn told(picture: &std::path::Path, language: &str) -> (Told, String) {
    let picture = picture.to_str().unwrap();
    let mut options = Options::parse_from(["kring-story", "--once", "--picture", picture, "--language", language]);
    options.server = Some(server());
    let mut out = Vec::new();
    let told = tell(&options, &mut out);
    let text = String::from_utf8(out).unwrap();
    let told = told.unwrap_or_else(|error| panic!("{error}, after:\n{text}"));
    (told, text)
}

/// The server's program, built where nobody has yet.
fn server() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    beside(&here).unwrap_or_else(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo).args(["build", "--quiet", "--package", "kring-server"]).status();
        assert!(built.unwrap().success(), "the server cannot be built");
        beside(&here).unwrap()
    })
}
