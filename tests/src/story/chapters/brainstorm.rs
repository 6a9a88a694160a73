//! Twelve ideas, made by six people who do not see each other's.

use kring_domain::DocumentKind;
use kring_server::demo::Idea;

use crate::story::Failure;
use crate::story::stage::Stage;

/// Everybody but Kees, in the order in which they come back; Emine is on holiday and comes later.
const BACK: [&str; 5] = ["linda", "ruud", "chantal", "marloes", "joost"];

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        [
            "Ideeën bedenken in vliegtuigstand",
            "“Wat kan Joost doen, met wie?” Niemand heeft verbinding. Alles wat iemand bedenkt staat op de eigen telefoon.",
        ],
        [
            "Thinking up ideas in flight mode",
            "“What could Joost do, and with whom?” Nobody is connected. What people think up is on their own phone.",
        ],
    )?;
    for key in BACK {
        stage.go_away(key, "zet de telefoon in vliegtuigstand", "switches flight mode on").await?;
    }
    stage.go_away("emine", "gaat op vakantie, zonder bereik", "goes on holiday, out of reach").await?;
    let demo_steps: Vec<_> = stage.story.ideas.iter().map(|idea| (idea.proposed(), idea.text.clone())).collect();
    for (number, (demo_step, text)) in (1..).zip(&demo_steps) {
        stage.saves(demo_step, &format!("{number:>2}  “{text}”"))?;
    }
    let mut alone = true;
    for phone in stage.phones() {
        let own = stage.story.ideas.iter().filter(|idea| idea.by == phone.key).count();
        alone &= phone.circle().ideas.len() == own;
    }
    stage.expect("ieder ziet nu alleen de eigen ideeën", "everybody sees only their own ideas now", alone)?;

    for key in BACK {
        stage.come_back(key, "zet de vliegtuigstand uit", "switches flight mode off").await?;
    }
    let here = demo_steps.iter().filter(|(demo_step, _)| demo_step.by != "emine").count();
    stage.everybody_has(DocumentKind::Circle, |phone| phone.circle().ideas.len() == here).await?;
    stage.expect(
        "vijf telefoons lezen dezelfde 10 ideeën; die van Emine zijn er nog niet",
        "five phones read the same 10 ideas; Emine's are not there yet",
        here == 10 && is_same_on(stage, &BACK)?,
    )
}

fn is_same_on(stage: &Stage<'_>, keys: &[&str]) -> Result<bool, Failure> {
    let mut circles = Vec::new();
    for key in keys {
        circles.push(stage.phone(key)?.circle());
    }
    Ok(circles.windows(2).all(|pair| pair.first() == pair.last()))
}

/// The number that people call an idea by: its place in the story.
pub(super) fn number(ideas: &[Idea], idea_id: &str) -> usize {
    ideas.iter().position(|idea| idea.idea_id == idea_id).map_or(0, |index| index + 1)
}
