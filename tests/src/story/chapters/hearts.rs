//! Hearts for the ideas, and the return of Emine.

use kring_domain::DocumentKind;
use kring_server::demo::DemoStep;

use super::brainstorm::number;
use crate::story::Failure;
use crate::story::stage::Stage;

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        [
            "Hartjes",
            "Ieder geeft een hartje aan wat goed lijkt. Emine leest intussen niets: haar telefoon heeft geen bereik.",
        ],
        ["Hearts", "Everybody gives a heart to what seems good. Emine reads none of it: her phone is out of reach."],
    )?;
    for key in ["joost", "linda", "ruud", "chantal"] {
        give(stage, key, |author| author != "emine").await?;
    }
    stage.come_back("emine", "is terug van vakantie", "is back from her holiday").await?;
    stage.everybody_has(DocumentKind::Circle, |phone| phone.circle().ideas.len() == 12).await?;
    let words = stage.paper.pick("haar ideeën staan er nu ook bij: 1 en 6", "her ideas are there now too: 1 and 6");
    stage.paper.below(words)?;
    give(stage, "emine", |_| true).await?;
    for key in ["joost", "linda", "chantal"] {
        give(stage, key, |author| author == "emine").await?;
    }
    let expected: usize = stage.story.ideas.iter().map(|idea| idea.hearts.len()).sum();
    stage.everybody_has(DocumentKind::Circle, |phone| hearts(phone) == expected).await?;
    let counts = |stage: &Stage<'_>| -> Result<bool, Failure> {
        let circle = stage.phone("joost")?.circle();
        Ok(stage.story.ideas.iter().all(|idea| {
            let shown = circle.ideas.iter().find(|shown| shown.text == idea.text);
            shown.is_some_and(|shown| shown.hearts.len() == idea.hearts.len())
        }))
    };
    let holds = counts(stage)?;
    stage.expect(
        "12 ideeën met 24 hartjes; “Dieren voeren” heeft er 4",
        "12 ideas with 24 hearts; “Dieren voeren” has 4",
        holds && expected == 24,
    )
}

fn hearts(phone: &crate::story::phone::Phone) -> usize {
    phone.circle().ideas.iter().map(|idea| idea.hearts.len()).sum()
}

/// Somebody gives their hearts to the ideas of some authors.
async fn give(stage: &mut Stage<'_>, key: &str, of: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let ideas = stage.story.ideas.iter().filter(|idea| of(&idea.by));
    let hearts: Vec<(usize, DemoStep)> = ideas
        .flat_map(|idea| {
            let number = number(&stage.story.ideas, &idea.idea_id);
            idea.hearted().filter(|demo_step| demo_step.by == key).map(move |demo_step| (number, demo_step))
        })
        .collect();
    let Some(((_, last), before)) = hearts.split_last() else { return Ok(()) };
    let phone = stage.phone(key)?;
    for (_, demo_step) in before {
        phone.does(demo_step)?;
    }
    let numbers = hearts.iter().map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(", ");
    let words = stage.paper.pick("geeft een hartje aan idee", "gives a heart to idea");
    stage.shares(last, &format!("{words} {numbers}")).await
}
