//! Random histories: who does what, and after having seen how much.

#![allow(dead_code, reason = "each test crate uses its own part of this")]

use kring_domain::{Command, DocumentKind, Language, Role};
use proptest::prelude::*;
use serde_json::Value;

use crate::commands::{Choice, command};
use crate::history::{Device, History, add_action, called};

/// The fate of one moment: a device sends a command, after coming up to date or not.
pub(crate) type Moment = (usize, bool, Choice);

fn devices() -> Vec<Device> {
    vec![
        Device::new(1, 1, Role::Client),
        Device::new(2, 1, Role::Client),
        Device::new(3, 2, Role::Member),
        Device::new(4, 3, Role::Member),
        Device::new(5, 4, Role::Professional),
        Device::new(6, 5, Role::Representative),
        Device::new(7, 6, Role::Carer),
    ]
}

pub(crate) fn moments() -> impl Strategy<Value = Vec<Moment>> {
    prop::collection::vec((0..7usize, any::<bool>(), any::<Choice>()), 1..80)
}

/// The history of a document in which all this happened.
pub(crate) fn live(kind: DocumentKind, moments: &[Moment]) -> History {
    live_with(kind, moments, |command| command)
}

/// The same, where each command is changed a little before it is sent.
pub(crate) fn live_with(kind: DocumentKind, moments: &[Moment], change: impl Fn(Value) -> Value) -> History {
    let mut history = History::new(kind);
    let mut devices = devices();
    if kind == DocumentKind::Plan {
        // With a few actions there from the start, there is enough to disagree about.
        for number in 1..=5 {
            history.send(&mut devices[0], add_action(number)).unwrap();
        }
        devices.iter_mut().for_each(|device| history.sync(device));
    }
    play(&mut history, kind, moments, &mut devices, change);
    history
}

/// The fate of a document when new phones come to it as it stands.
pub(crate) fn go_on(history: &mut History, kind: DocumentKind, moments: &[Moment]) {
    play(history, kind, moments, &mut devices(), |command| command);
}

fn play(
    history: &mut History,
    kind: DocumentKind,
    moments: &[Moment],
    devices: &mut [Device],
    change: impl Fn(Value) -> Value,
) {
    for &(device, up_to_date, choice) in moments {
        let device = &mut devices[device];
        if up_to_date {
            history.sync(device);
        }
        let json = change(command(kind, choice));
        let parsed = Command::parse(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&parsed).unwrap()["type"], json["type"]);
        let _refused_or_not = history.send(device, json);
        for language in [Language::Dutch, Language::English] {
            let told = parsed.words(&history.document, &called, language);
            // A history has one tense, and nobody reads “de cliënt” about themselves.
            let is_perfect = told.starts_with("heeft ") || told.starts_with("is ");
            assert!(language == Language::English || is_perfect, "{told}");
            assert!(!told.is_empty() && !told.contains("cliënt"), "{told}");
        }
    }
}
