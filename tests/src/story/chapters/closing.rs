//! The picture of the network, and the invitation to look around.

use std::path::absolute;

use kring_domain::{DocumentKind, Role, network};

use crate::story::Failure;
use crate::story::stage::Stage;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        ["De cirkel van Joost", "Zijn netwerk als tekening, om te printen of op te hangen."],
        ["Joost's circle", "His network as a picture, to print or to hang on the wall."],
    )?;
    let network = stage.phone("joost")?.network().ok_or("Joost cannot read his network")?;
    let picture = network::picture(&network, "Joost", stage.paper.language);
    let path = absolute(&stage.told.picture)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&path, picture)?;
    stage.paper.verbatim(&path.display().to_string())?;
    let failed = stage.told.failures.len();
    stage.expect("het verhaal ging zoals het hoort", "the story went as it should", failed == 0)
}

/// For each person a code to sign in with, and one thing to ask as them.
pub(in crate::story) async fn stay(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.paper.chapter(
        ["Kijk zelf rond", "De server blijft aan tot Ctrl-C. Een code werkt één keer, een kwartier lang."],
        ["Look around yourself", "The server stays up until Ctrl-C. A code works once, for a quarter of an hour."],
    )?;
    let mut lines = Vec::new();
    for phone in stage.phones() {
        let invitation = phone.kring.device_code().await?;
        let label = phone.role.label(stage.paper.language);
        lines.push((
            format!("{}, {label}: {}", phone.name, invitation.url),
            curl(stage, phone.role, &phone.access_token),
        ));
    }
    for (who, curl) in lines {
        stage.paper.prose("")?;
        stage.paper.verbatim(&who)?;
        stage.paper.verbatim(&curl)?;
    }
    stage.paper.prose("")
}

fn curl(stage: &Stage<'_>, role: Role, token: &str) -> String {
    let loaded = &stage.server.loaded;
    let kind = match role {
        Role::Client | Role::Representative => Some(DocumentKind::Network),
        Role::Member | Role::Carer => Some(DocumentKind::Circle),
        Role::Professional => Some(DocumentKind::Plan),
        Role::Backup | Role::Colleague | Role::CarerConsultant => None,
    };
    let document = kind.and_then(|kind| loaded.documents.get(kind.name()));
    let path = match document {
        Some(document) => format!("/v1/documents/{document}"),
        None => format!("/v1/spaces/{}/status", loaded.space_id),
    };
    let language = stage.paper.pick("nl", "en");
    format!("curl -sS {}{path} -H 'accept-language: {language}' -H 'authorization: Bearer {token}'", loaded.url)
}
