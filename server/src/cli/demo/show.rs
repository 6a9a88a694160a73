//! What a person reads when the demo is ready.

use std::io::{Result, Write};

use kring_domain::{DocumentKind, Language, Role};

use crate::demo::{Guest, LoadedStory};

/// Says where the server is, and for each person how to sign in and one thing to ask as them.
pub(super) fn ready(out: &mut impl Write, loaded: &LoadedStory, colours: bool) -> Result<()> {
    let ink = Ink { colours };
    writeln!(out, "\n  {}", ink.strong("Kring, the demo: the people around Joost van Dalen"))?;
    writeln!(out, "  Everybody here is made up. All of it is gone when this stops: Ctrl-C.\n")?;
    writeln!(out, "  server  {}", loaded.url)?;
    writeln!(out, "  API     {}/openapi.json", loaded.url)?;
    for guest in &loaded.persons {
        person(out, loaded, guest, &ink)?;
    }
    writeln!(
        out,
        "\n  {}",
        ink.soft("A sign-in code works once, for 15 minutes. A new one, for whoever holds the token:")
    )?;
    writeln!(
        out,
        "  {}\n",
        ink.soft(&format!("curl -X POST {}/v1/devices/codes -H 'authorization: Bearer …'", loaded.url))
    )
}

fn person(out: &mut impl Write, loaded: &LoadedStory, guest: &Guest, ink: &Ink) -> Result<()> {
    writeln!(out, "\n  {}, {}", ink.strong(&guest.name), guest.role.label(Language::English))?;
    writeln!(out, "    sign in  {}", guest.url)?;
    let Some((what, path)) = look(loaded, guest.role) else { return Ok(()) };
    writeln!(out, "    {what}")?;
    let headers = format!("-H 'accept-language: en' -H 'authorization: Bearer {}'", guest.access_token);
    writeln!(out, "    {}", ink.soft(&format!("curl -sS {}{path} {headers}", loaded.url)))
}

/// Returns what is worth asking in a role.
fn look(loaded: &LoadedStory, role: Role) -> Option<(&'static str, String)> {
    let document = |kind: DocumentKind| Some(format!("/v1/documents/{}", loaded.documents.get(kind.name())?));
    Some(match role {
        Role::Client | Role::Representative => ("his network:", document(DocumentKind::Network)?),
        Role::Member | Role::Carer => ("the support circle with its ideas:", document(DocumentKind::Circle)?),
        Role::Professional => ("the plan with its actions:", document(DocumentKind::Plan)?),
        Role::Backup | Role::Colleague => {
            ("all that a backup may see, how it goes:", format!("/v1/spaces/{}/status", loaded.space_id))
        }
        Role::CarerConsultant => return None,
    })
}

/// Bold and grey, where the terminal shows them.
struct Ink {
    colours: bool,
}

impl Ink {
    fn strong(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn soft(&self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
