//! Everything the story needs at hand: the server, the phones, the paper and what has come of it.

use kring_client::{EditState, Kring};
use kring_domain::{CommandId, DocumentKind};
use kring_server::demo::{DemoStep, Story};
use tempfile::TempDir;

use super::paper::{Paper, Sign};
use super::phone::Phone;
use super::server::{Server, beside};
use super::{Failure, Options, Told};

/// The stage of the story. Its phones go before the directory with their files, and those before the server.
pub(super) struct Stage<'a> {
    phones: Vec<Phone>,
    _files: TempDir,
    pub(super) server: Server,
    pub(super) story: Story,
    pub(super) paper: Paper<'a>,
    pub(super) told: Told,
}

impl<'a> Stage<'a> {
    /// Starts the server and gives everybody a phone that is signed in.
    pub(super) async fn open(options: &Options, mut paper: Paper<'a>) -> Result<Self, Failure> {
        let program = match &options.server {
            Some(program) => program.clone(),
            None => beside(&std::env::current_exe()?).ok_or("build the server first: cargo build -p kring-server")?,
        };
        paper.title(
            paper.pick("Kring: het verhaal van Joost en zijn steuncirkel", "Kring: the story of Joost and his circle"),
        )?;
        paper.prose(paper.pick(
            "Een echte server, en voor ieder een telefoon met een eigen bestand. Alle personen zijn verzonnen.",
            "A real server, and for each person a phone with a file of its own. All persons are made up.",
        ))?;
        let server = Server::start(&program)?;
        let files = tempfile::Builder::new().prefix("kring-story-").tempdir()?;
        let mut phones = Vec::new();
        for guest in &server.loaded.persons {
            phones.push(Phone::sign_in(guest, &server.loaded, files.path(), paper.language).await?);
        }
        let told = Told { picture: options.picture.clone(), ..Told::default() };
        Ok(Self { phones, _files: files, server, story: Story::of_joost()?, paper, told })
    }

    /// Everybody's phone, the professional's first.
    pub(super) fn phones(&self) -> &[Phone] {
        &self.phones
    }

    /// The phone of somebody of the story.
    pub(super) fn phone(&self, key: &str) -> Result<&Phone, Failure> {
        self.phones.iter().find(|phone| phone.key == key).ok_or_else(|| format!("{key} has no phone").into())
    }

    /// Somebody switches flight mode on.
    pub(super) async fn go_away(&mut self, key: &str, dutch: &str, english: &str) -> Result<(), Failure> {
        let phone = self.phone(key)?;
        phone.go_away().await?;
        let name = phone.name.clone();
        let why = self.paper.pick(dutch, english);
        let state = self.paper.pick("vliegtuigstand", "flight mode");
        self.paper.act(&name, Sign::Away, why, state)
    }

    /// Somebody switches flight mode off: their phone shares what it holds and fetches what it lacks.
    pub(super) async fn come_back(&mut self, key: &str, dutch: &str, english: &str) -> Result<(), Failure> {
        let phone = self.phone(key)?;
        let waiting = phone.kring.waiting();
        phone.come_back().await?;
        let name = phone.name.clone();
        let state = match waiting {
            0 => self.paper.pick("verbonden", "online").to_owned(),
            1 => self.paper.pick("verbonden, 1 verstuurd", "online, 1 sent").to_owned(),
            _ => format!(
                "{} {waiting} {}",
                self.paper.pick("verbonden,", "online,"),
                self.paper.pick("verstuurd", "sent")
            ),
        };
        let text = self.paper.pick(dutch, english);
        self.paper.act(&name, Sign::Online, text, &state)
    }

    /// Somebody makes an edit of the story without a connection; shows it as it is then.
    pub(super) fn saves(&mut self, demo_step: &DemoStep, text: &str) -> Result<CommandId, Failure> {
        let phone = self.phone(&demo_step.by)?;
        let name = phone.name.clone();
        let id = phone.does(demo_step)?;
        let (sign, state) = self.paper.state(&EditState::SavedHere);
        self.paper.act(&name, sign, text, &state)?;
        Ok(id)
    }

    /// Somebody who is online makes an edit of the story; shows what became of it.
    pub(super) async fn shares(&mut self, demo_step: &DemoStep, text: &str) -> Result<(), Failure> {
        let phone = self.phone(&demo_step.by)?;
        let id = phone.does(demo_step)?;
        phone.answer(demo_step.document, id).await?;
        self.became(&demo_step.by, demo_step.document, id, text)
    }

    /// Shows what became of an edit that was saved before.
    pub(super) fn became(&mut self, key: &str, kind: DocumentKind, id: CommandId, text: &str) -> Result<(), Failure> {
        let phone = self.phone(key)?;
        let edit = phone.edits(kind)?.into_iter().find(|edit| edit.id == id).ok_or("an edit is gone")?;
        let name = phone.name.clone();
        let reason = phone.kring.explain_edit(&edit);
        self.show(&name, text, &edit.state, &reason)
    }

    fn show(&mut self, name: &str, text: &str, state: &EditState, reason: &str) -> Result<(), Failure> {
        let (sign, words) = self.paper.state(state);
        self.paper.act(name, sign, text, &words)?;
        if let EditState::NotAccepted { .. } | EditState::Held { .. } = state {
            self.reason(reason)?;
        }
        Ok(())
    }

    /// Shows why an edit is not accepted, in the words that the phone has for its owner.
    pub(super) fn reason(&mut self, reason: &str) -> Result<(), Failure> {
        let line = format!("{} {reason}", self.paper.pick("want:", "because:"));
        self.told.refusals.push(reason.to_owned());
        self.paper.below(&line)
    }

    /// The reason that the phone gives at once for an edit that it does not take.
    pub(super) fn refused_at_once(&self, demo_step: &DemoStep) -> Result<Option<String>, Failure> {
        let phone = self.phone(&demo_step.by)?;
        let document = phone.document(demo_step.document).ok_or("the document is not on the phone")?;
        Ok(phone.does(demo_step).err().map(|error| phone.kring.explain(document, &error)))
    }

    /// Waits until everybody who is online and may read a document has all that the server has of it.
    pub(super) async fn everybody_has(&self, kind: DocumentKind, test: impl Fn(&Phone) -> bool) -> Result<(), Failure> {
        let readers = self.phones.iter().filter(|phone| phone.read(kind).is_ok());
        for phone in readers.filter(|phone| phone.kring.connection() == kring_client::Connection::Online) {
            phone.until("the edits of others", |_: &Kring| test(phone)).await?;
        }
        Ok(())
    }

    /// Waits until everybody who is online and may read a document has as much of it as one person has.
    pub(super) async fn everybody_follows(&self, key: &str, kind: DocumentKind) -> Result<(), Failure> {
        let sequence = self.phone(key)?.sequence(kind);
        self.everybody_has(kind, |phone| phone.sequence(kind) >= sequence).await
    }

    /// Notes what the story says should be so, and whether it is.
    pub(super) fn expect(&mut self, dutch: &str, english: &str, holds: bool) -> Result<(), Failure> {
        let text = self.paper.pick(dutch, english).to_owned();
        if !holds {
            self.told.failures.push(text.clone());
        }
        self.paper.check(&text, holds)
    }
}
