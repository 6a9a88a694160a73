//! Whether everybody reads the same, down to the last character.

use kring_client::Kring;
use kring_domain::{DocumentId, DocumentKind, Language};
use serde_json::Value;
use uuid::Uuid;

use super::starting::states;
use crate::story::Failure;
use crate::story::http;
use crate::story::paper::Sign;
use crate::story::phone::Phone;
use crate::story::stage::Stage;

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        ["Allen lezen hetzelfde", "Elke telefoon en de server, vergeleken tot op de letter."],
        ["All read the same", "Every phone and the server, compared to the letter."],
    )?;
    for kind in [DocumentKind::Circle, DocumentKind::Plan, DocumentKind::Network] {
        compare(stage, kind).await?;
    }
    let client = stage.phone("joost")?;
    let ideas = client
        .circle()
        .ideas
        .into_iter()
        .map(|idea| (idea.text, idea.hearts.len(), idea.status.name().to_owned()))
        .collect();
    let actions = states(client);
    (stage.told.ideas, stage.told.actions) = (ideas, actions);
    Ok(())
}

async fn compare(stage: &mut Stage<'_>, kind: DocumentKind) -> Result<(), Failure> {
    let readers: Vec<&Phone> = stage.phones().iter().filter(|phone| phone.read(kind).is_ok()).collect();
    let first = readers.first().ok_or("nobody reads a document")?;
    let document = first.document(kind).ok_or("a document is missing")?;
    let address = format!("{}/v1/documents/{document}", stage.server.loaded.url);
    let server = http::get(&address, &first.access_token, stage.paper.language)?;
    let mut are_equal = true;
    for phone in &readers {
        let is_up_to_date =
            |kring: &Kring| page(kring, document).is_some_and(|page| sequence(&page) >= sequence(&server));
        phone.until("the last edits", is_up_to_date).await?;
        are_equal &= page(&phone.kring, document).is_some_and(|page| shown(&page) == shown(&server));
    }
    let count = readers.len();
    let print = Uuid::new_v5(&Uuid::NAMESPACE_OID, shown(&server).as_bytes()).simple().to_string();
    let print = print.get(..12).unwrap_or_default().to_owned();
    let name = kind.label(stage.paper.language);
    let phones = stage.paper.pick("telefoons", "phones");
    let entries = stage.paper.pick("wijzigingen", "edits");
    let text = format!("{name}: {} {entries}, {count} {phones} + server", sequence(&server));
    stage.paper.act("", Sign::Does, &text, &print)?;
    let same = |language, is_the_same: &str| format!("{} {is_the_same}", kind.label(language));
    let dutch = same(Language::Dutch, "is overal gelijk");
    let english = same(Language::English, "is the same everywhere");
    stage.expect(&dutch, &english, are_equal)
}

/// A document as the phone gives it out.
fn page(kring: &Kring, document: DocumentId) -> Option<Value> {
    serde_json::from_str(&kring.read_json(document).ok()?).ok()
}

fn sequence(page: &Value) -> u64 {
    page.get("sequence").and_then(Value::as_u64).unwrap_or_default()
}

/// Returns what people see of it.
fn shown(page: &Value) -> String {
    format!("{}{}{}", page["sequence"], page["content"], page["cards"])
}
