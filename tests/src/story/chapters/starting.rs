//! Two people start two actions each, which makes four: one too many.

use kring_domain::{Card, CardKind, DocumentKind};

use crate::story::Failure;
use crate::story::paper::Sign;
use crate::story::phone::Phone;
use crate::story::stage::Stage;

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        [
            "Vier acties, en drie is genoeg",
            "Joost en Linda starten acties zonder het van elkaar te weten. Niemands werk gaat verloren: \
             wat te veel is wacht, en Joost krijgt de vraag.",
        ],
        [
            "Four actions, and three are enough",
            "Joost and Linda start actions without knowing of each other. Nobody's work is lost: \
             what is too much waits, and Joost gets the question.",
        ],
    )?;
    stage.go_away("joost", "zit in de kelder van de flat", "is in the basement of the flat").await?;
    stage.go_away("linda", "zit in de trein", "is on the train").await?;
    let starts: Vec<_> = stage.story.actions.iter().map(|action| (action.started(), action.title.clone())).collect();
    let mut saved = Vec::new();
    for (demo_step, title) in &starts {
        let text = format!("{} “{title}”", stage.paper.pick("start", "starts"));
        saved.push((demo_step.by.clone(), stage.saves(demo_step, &text)?, text));
    }
    stage.come_back("linda", "stapt uit", "gets off").await?;
    stage.come_back("joost", "is weer boven", "is upstairs again").await?;
    for (by, id, text) in &saved {
        stage.became(by, DocumentKind::Plan, *id, text)?;
    }
    let is_merged = |phone: &Phone| states(phone).iter().filter(|(_, state)| state != "draft").count() == 4;
    stage.everybody_has(DocumentKind::Plan, is_merged).await?;
    show(stage)?;
    let is_fair = is_as_told(stage)?;
    stage.expect(
        "drie acties lopen, de vierde wacht: op elke telefoon",
        "three are active, the fourth waits: on every phone",
        is_fair,
    )?;
    answer(stage).await?;
    let is_fair = is_as_told(stage)?;
    let is_answered = card(stage.phone("marloes")?).is_none();
    stage.expect(
        "de vraag is beantwoord, voor iedereen",
        "the question is answered, for everybody",
        is_fair && is_answered,
    )
}

/// The card on the client's phone, and his answer: its first option, which is a command.
async fn answer(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let card = card(stage.phone("joost")?).ok_or("there is no question about four actions")?;
    stage.told.card = card.text.clone();
    let words = stage.paper.pick("krijgt een vraag:", "gets a question:");
    stage.paper.act("Joost", Sign::Does, words, "")?;
    stage.paper.below_with("? ", &card.text)?;
    for option in &card.options {
        stage.paper.below_with("  ▢ ", &option.label)?;
    }
    let option = card.options.first().ok_or("the question has no answers")?;
    let command = option.command.clone().ok_or("the answer has no command")?;
    let phone = stage.phone("joost")?;
    let id = phone.submit(DocumentKind::Plan, command)?;
    phone.answer(DocumentKind::Plan, id).await?;
    let words = stage.paper.pick("kiest het eerste antwoord", "takes the first answer");
    stage.became("joost", DocumentKind::Plan, id, words)?;
    stage.everybody_has(DocumentKind::Plan, |phone| self::card(phone).is_none()).await
}

fn show(stage: &mut Stage<'_>) -> Result<(), Failure> {
    for (title, state) in states(stage.phone("marloes")?) {
        let (sign, word) = match state.as_str() {
            "active" => (Sign::Online, stage.paper.pick("loopt", "active")),
            "queued" => (Sign::Away, stage.paper.pick("in de wachtrij", "queued")),
            _ => (Sign::Does, state.as_str()),
        };
        stage.paper.act("", sign, &title, word)?;
    }
    Ok(())
}

/// Returns whether every phone shows the three actions of the story as active and the fourth as waiting.
fn is_as_told(stage: &Stage<'_>) -> Result<bool, Failure> {
    let mut expected: Vec<(String, String)> = Vec::new();
    for (action, state) in stage.story.actions.iter().zip(["active", "active", "active", "queued"]) {
        expected.push((action.title.clone(), state.to_owned()));
    }
    expected.sort();
    let readers = stage.phones().iter().filter(|phone| phone.read(DocumentKind::Plan).is_ok());
    Ok(readers
        .map(|phone| {
            let mut states = states(phone);
            states.sort();
            states
        })
        .all(|states| states == expected))
}

/// The titles and states of the actions.
pub(super) fn states(phone: &Phone) -> Vec<(String, String)> {
    phone.plan().actions.into_iter().map(|action| (action.title, action.state.name().to_owned())).collect()
}

fn card(phone: &Phone) -> Option<Card> {
    let cards = phone.read(DocumentKind::Plan).ok()?.cards;
    cards.into_iter().find(|card| card.kind == CardKind::TooManyActive)
}
