//! Commands as JSON: parsed, decided about and executed, by everybody, on a document with something in it.

use kring_domain::{Author, Command, Language, Role, read_model};

use crate::space;

pub(crate) fn target(bytes: &[u8]) {
    let Some((who, json)) = bytes.split_first() else { return };
    let Ok(value) = serde_json::from_slice(json) else { return };
    let Ok(command) = Command::parse(value) else { return };
    let author = Author::example(Role::ALL[usize::from(*who) % Role::ALL.len()]);
    let mut document = space::filled(command.kind());
    let entries = document.get_changes(&[]).len();
    let admitted = space::execute(&mut document, &author, &command, 0).is_some();
    let made = document.get_changes(&[]).len() - entries;
    assert!(made <= usize::from(admitted), "a command makes one change at most, and none where it is refused");
    let name = |_| "iemand".to_owned();
    let model = read_model(command.kind(), &document, &name, Language::Dutch);
    serde_json::to_string(&model).expect("what people read has a JSON form");
    command.words(&document, &name, Language::English);
    // What is said of a command on the wire is the command.
    let again = serde_json::to_value(&command).expect("a command has a JSON form");
    assert_eq!(Command::parse(again).as_ref(), Ok(&command), "a command reads back as itself");
    let saved = document.save();
    automerge::Automerge::load(&saved).expect("what a command made can be loaded again");
}
