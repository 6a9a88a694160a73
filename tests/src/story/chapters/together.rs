//! Two people change one sentence without knowing of each other.

use kring_domain::DocumentKind;
use kring_server::demo::{DemoStep, id_of};
use serde_json::json;

use crate::story::Failure;
use crate::story::stage::Stage;

const BEFORE: &str = "Elke woensdag dieren voeren op kinderboerderij De Hooiberg";
const AFTER: &str = "Dieren voeren op kinderboerderij De Hooiberg, met Emine";

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        ["Twee mensen, één zin", "Emine en Joost veranderen hetzelfde idee, allebei zonder verbinding."],
        ["Two people, one sentence", "Emine and Joost change the same idea, both without a connection."],
    )?;
    stage.go_away("emine", "fietst naar huis", "cycles home").await?;
    stage.go_away("joost", "zit in de kelder van de flat", "is in the basement of the flat").await?;
    let by_emine = stage.saves(&edited("emine", BEFORE), &format!("“{BEFORE}”"))?;
    let by_joost = stage.saves(&edited("joost", AFTER), &format!("“{AFTER}”"))?;
    stage.come_back("emine", "is thuis", "is home").await?;
    stage.come_back("joost", "is weer boven", "is upstairs again").await?;
    let words = stage.paper.pick("de zin van Emine", "Emine's sentence");
    stage.became("emine", DocumentKind::Circle, by_emine, words)?;
    let words = stage.paper.pick("de zin van Joost", "Joost's sentence");
    stage.became("joost", DocumentKind::Circle, by_joost, words)?;
    let both = |text: &str| {
        let text = text.to_lowercase();
        ["elke woensdag", "dieren voeren op kinderboerderij de hooiberg", "met emine"]
            .iter()
            .all(|part| text.contains(part))
    };
    let idea = id_of("i01").to_string();
    let text_on = |phone: &crate::story::phone::Phone| {
        let idea = phone.circle().ideas.into_iter().find(|item| item.id.to_string() == idea);
        idea.map(|idea| idea.text).unwrap_or_default()
    };
    stage.everybody_has(DocumentKind::Circle, |phone| both(&text_on(phone))).await?;
    let text = text_on(stage.phone("linda")?);
    let words = stage.paper.pick("Linda leest:", "Linda reads:");
    stage.paper.below(&format!("{words} “{text}”"))?;
    stage.expect("de woorden van allebei staan er", "the words of both are there", both(&text))
}

fn edited(by: &str, text: &str) -> DemoStep {
    let command = json!({"type": "edit_idea", "idea_id": "i01", "text": text});
    DemoStep { by: by.to_owned(), document: DocumentKind::Circle, command }
}
