//! Two devices that did not know of each other.

use kring_tests::outside::{Cast, Server, id};
use serde_json::json;

#[test]
fn two_edits_of_one_idea_from_the_same_base_keep_both_words() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let idea = cast.idea("walk the dog on Sunday");
    let tablet = cast.client.another_device();
    let base = json!({"generation": 1, "sequence": 1});
    for (device, text) in [(&cast.client, "slowly walk the dog on Sunday"), (&tablet, "walk the dog on Sunday morning")]
    {
        let edit = json!({"type": "edit_idea", "idea_id": idea, "text": text});
        let verdict = device.submit(&cast.circle, &[json!({"id": id(), "base": base, "command": edit})]).remove(0);
        assert_eq!(verdict["verdict"], "admitted", "{verdict}");
    }
    let text = cast.client.read(&cast.circle)["content"]["ideas"][0]["text"].clone();
    assert_eq!(text, "slowly walk the dog on Sunday morning");
}

#[test]
fn what_was_made_on_an_old_base_is_admitted_after_many_others() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let idea = cast.idea("a walk");
    for number in 0..50 {
        cast.idea(&format!("idea {number}"));
    }
    let edit = json!({"type": "edit_idea", "idea_id": idea, "text": "a long walk"});
    let old = json!({"id": id(), "base": {"generation": 1, "sequence": 1}, "command": edit});
    assert_eq!(cast.client.submit(&cast.circle, &[old])[0]["sequence"], 52);
    assert_eq!(cast.client.read(&cast.circle)["content"]["ideas"][0]["text"], "a long walk");
}

#[test]
fn two_values_for_one_field_lose_nobodys_input() {
    let server = Server::shared();
    let cast = Cast::new(&server);
    let contact = cast.contact("Ria");
    let base = json!({"generation": 1, "sequence": 1});
    for (person, wish) in [(&cast.client, "keep"), (&cast.professional, "revive")] {
        let update = json!({"type": "update_contact", "contact_id": contact, "wish": wish});
        let verdict = person.submit(&cast.network, &[json!({"id": id(), "base": base, "command": update})]).remove(0);
        assert_eq!(verdict["verdict"], "admitted", "{verdict}");
    }
    let read = cast.client.read(&cast.network);
    assert_eq!(read["content"]["contacts"][0]["wish"], "keep", "the client's own word shows: {read}");
    assert_eq!(
        (&read["cards"][0]["kind"], read["cards"].as_array().unwrap().len()),
        (&json!("suggestion"), 1),
        "{read}"
    );
    let history = cast.client.http.get(&format!("/v1/documents/{}/history", cast.network)).ok(200);
    assert_eq!(history["entries"].as_array().unwrap().len(), 3, "{history}");
}
