//! What Kees, in the background, gets to see.

use serde_json::Value;

use crate::story::Failure;
use crate::story::http;
use crate::story::paper::Sign;
use crate::story::stage::Stage;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        ["Kees, de achterwacht", "Hij ziet hoe het gaat, in woorden, en verder niets."],
        ["Kees, the backup", "He sees how it goes, in words, and nothing else."],
    )?;
    let loaded = &stage.server.loaded;
    let phone = stage.phone("kees")?;
    let status = format!("{}/v1/spaces/{}/status", loaded.url, loaded.space_id);
    let status = http::get(&status, &phone.access_token, stage.paper.language)?;
    let document = loaded.documents.values().next().ok_or("there are no documents")?;
    let document = format!("{}/v1/documents/{document}", loaded.url);
    let is_closed = http::get(&document, &phone.access_token, stage.paper.language).is_err();
    let holds_nothing = phone.kring.documents(loaded.space_id).iter().all(|it| phone.kring.read(it.id).is_err());
    let text = status.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let words = stage.paper.pick("leest:", "reads:");
    stage.paper.act("Kees", Sign::Does, &format!("{words} “{text}”"), "")?;
    let names: Vec<&str> = stage.phones().iter().map(|phone| phone.name.as_str()).collect();
    let tells_of_nobody = !names.iter().any(|name| text.contains(name));
    stage.expect(
        "geen naam, geen titel, geen document: niet van de server en niet op zijn telefoon",
        "no name, no title, no document: not from the server and not on his phone",
        !text.is_empty() && tells_of_nobody && is_closed && holds_nothing,
    )?;
    stage.told.status = text;
    Ok(())
}
