//! Two phones that edit one text without knowing of each other, through the running server.

use kring_tests::outside::{Cast, Server, id};
use serde_json::{Value, json};

/// Two devices edit an idea from the same base; answers with what the client reads then.
fn edit_both(server: &Server, text: &str, edits: [&str; 2]) -> (Cast, String, Value) {
    let cast = Cast::new(server);
    let idea = cast.idea(text);
    let tablet = cast.client.another_device();
    let base = json!({"generation": 1, "sequence": 1});
    for (device, text) in [&cast.client, &tablet].into_iter().zip(edits) {
        let edit = json!({"type": "edit_idea", "idea_id": idea, "text": text});
        let verdict = device.submit(&cast.circle, &[json!({"id": id(), "base": base, "command": edit})]).remove(0);
        assert_eq!(verdict["verdict"], "admitted", "{verdict}");
    }
    let read = cast.client.read(&cast.circle);
    (cast, idea, read)
}

#[test]
fn two_edits_of_different_words_both_stay() {
    let server = Server::shared();
    for (base, one, other, expected) in [
        ("Samen eten", "Samen wandelen", "Samen wandelen", "Samen wandelen"),
        ("Naar de mrkt", "Naar de markt", "Naar de markt", "Naar de markt"),
        ("Samen eten bij Ria", "Samen koken bij Ria", "Samen eten bij Mo", "Samen koken bij Mo"),
        ("Yarın çay içelim", "Bugün çay içelim", "Yarın kahve içelim", "Bugün kahve içelim"),
        ("نشرب القهوة غدا", "نشرب الشاي غدا", "نشرب القهوة اليوم", "نشرب الشاي اليوم"),
        ("👩‍👩‍👧 samen 🎉", "👨‍👩‍👧 samen 🎉", "👩‍👩‍👧 samen 🎂", "👨‍👩‍👧 samen 🎂"),
    ] {
        let (_, _, read) = edit_both(&server, base, [one, other]);
        assert_eq!(read["content"]["ideas"][0]["text"], expected, "{read}");
        assert_eq!(read["cards"], json!([]));
    }
}

#[test]
fn two_edits_of_the_same_words_raise_a_card_that_ends() {
    let server = Server::shared();
    for (base, one, other) in [
        ("koffie of thee", "koffie", "thee"),
        ("ja nee", "ja", "nee"),
        ("bellen of appen", "bellen", "appen"),
        ("maandag", "dinsdag", "donderdag"),
        ("om 10:00", "om 11:30", "om 14:00"),
        ("Bel 06 12 34 56 78", "Bel 06 12 34 56 79", "Bel 06 22 34 56 78"),
    ] {
        let (cast, idea, read) = edit_both(&server, base, [one, other]);
        let shown = &read["content"]["ideas"][0];
        assert_eq!((shown["text"].as_str(), shown["versions"][0]["text"].as_str()), (Some(other), Some(one)), "{read}");
        let card = &read["cards"][0];
        assert_eq!((card["kind"].as_str(), &card["about"]), (Some("two_texts"), &json!([idea])), "{card}");
        let answer = card["options"][0]["command"].clone();
        assert_eq!(answer["text"], one);
        cast.client.admit(&cast.circle, answer);
        let read = cast.client.read(&cast.circle);
        assert_eq!((&read["content"]["ideas"][0]["text"], &read["cards"]), (&json!(one), &json!([])), "{read}");
        assert_eq!(read["content"]["ideas"][0].get("versions"), None);
    }
}

#[test]
fn notes_of_two_devices_merge_like_ideas() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    for (person, document, write, edit) in [
        (&cast.client, &cast.private, "note_privately", "edit_private_note"),
        (&cast.professional, &cast.work_notes, "write_work_note", "edit_work_note"),
    ] {
        let note = id();
        person.admit(document, json!({"type": write, "note_id": note, "text": "om 10:00 bellen"}));
        let base = json!({"generation": 1, "sequence": 1});
        for (device, text) in [(person, "om 11:30 bellen"), (&person.another_device(), "om 14:00 appen")] {
            let edit = json!({"type": edit, "note_id": note, "text": text});
            let verdict = device.submit(document, &[json!({"id": id(), "base": base, "command": edit})]).remove(0);
            assert_eq!(verdict["verdict"], "admitted", "{verdict}");
        }
        let read = person.read(document);
        assert_eq!(read["content"]["notes"][0]["text"], "om 14:00 appen");
        assert_eq!(read["content"]["notes"][0]["versions"][0]["text"], "om 11:30 bellen");
        assert_eq!(read["cards"][0]["text"], "Deze tekst is op twee toestellen veranderd. Welke blijft?");
    }
}
