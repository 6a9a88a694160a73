//! Everybody signs in, and Joost sees his network.

use kring_domain::Access;

use crate::story::Failure;
use crate::story::paper::Sign;
use crate::story::stage::Stage;

pub(super) async fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        [
            "Ieder meldt zich aan met een eenmalige code",
            "Wie wat mag zien hangt af van de rol. Wat iemand niet mag zien, komt niet op diens telefoon.",
        ],
        [
            "Everybody signs in with a one-time code",
            "What people may see follows from their role; the rest never reaches their phone.",
        ],
    )?;
    let space = stage.server.loaded.space_id;
    let mut rows = Vec::new();
    for phone in stage.phones() {
        phone.come_back().await?;
        let documents = phone.kring.documents(space);
        let kinds = documents.iter().filter(|document| document.access >= Access::Read).map(|document| document.kind);
        let holds = kinds.map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        rows.push((phone.name.clone(), phone.role, holds));
    }
    for (name, role, holds) in rows {
        let label = role.label(stage.paper.language);
        let holds = match (holds.is_empty(), stage.paper.pick("op de telefoon", "on the phone")) {
            (true, _) => stage.paper.pick("geen document op de telefoon", "no document on the phone").to_owned(),
            (false, here) => format!("{here}: {holds}"),
        };
        let state = stage.paper.pick("verbonden", "online");
        stage.paper.act(&name, Sign::Online, &format!("{label} · {holds}"), state)?;
    }
    let client = stage.phone("joost")?;
    client.until("his network", |_| client.network().is_some_and(|network| network.contacts.len() == 18)).await?;
    let network = client.network().ok_or("Joost cannot read his network")?;
    let close = network.contacts.iter().filter(|contact| contact.ring == 1).map(|contact| contact.name.as_str());
    let close = close.collect::<Vec<_>>().join(", ");
    let contacts = network.contacts.len();
    let ties = network.ties.len();
    let text = stage.paper.pick("leest zijn netwerk. Het dichtst bij hem:", "reads his network. Closest to him:");
    stage.paper.act("Joost", Sign::Does, text, "")?;
    stage.paper.below(&close)?;
    stage.expect(
        "18 mensen op de kaart, 18 lijntjes tussen hen",
        "18 people on the map, 18 ties between them",
        (contacts, ties) == (18, 18),
    )
}
