//! A line as a sentence that the client can read: short words, who first.

use std::collections::BTreeMap;

use kring_domain::{DocumentKind, Language, PersonId, Role};

use super::{Action, AuditRow, COPY, Outcome};

impl AuditRow {
    /// The line as a sentence, with people called as in `called`, or by their whole name.
    ///
    /// Behind the client's own name stands no role: they read it themselves.
    pub fn text(&self, language: Language, called: &BTreeMap<PersonId, String>) -> String {
        let short = self.person.and_then(|person| called.get(&person));
        let name = short.or(self.name.as_ref()).map_or(language.pick("Iemand", "Somebody"), String::as_str);
        let who = match self.role {
            Some(role) if role != Role::Client => format!("{name} ({})", role.label(language)),
            _ => name.to_owned(),
        };
        let refused = match self.outcome == Outcome::Refused.name() {
            true => language.pick(". Dat mocht niet.", ". That was not allowed."),
            false => "",
        };
        format!("{who} {}{refused}", self.did(language))
    }

    fn did(&self, language: Language) -> String {
        let what = thing(self.kind, language);
        let say = |text: &str, english: &str| language.pick(text, english).replace("{}", what);
        match Action::from_name(&self.action) {
            Some(Action::Created) => say("heeft de kring gemaakt", "started the space"),
            Some(Action::Invited) => match self.detail.as_deref() {
                Some("device") => say("wil nog een toestel gebruiken", "wants to use one more device"),
                Some(role) => match Role::from_name(role) {
                    Some(role) => format!(
                        "{} ({})",
                        language.pick("heeft iemand uitgenodigd", "invited somebody"),
                        role.label(language)
                    ),
                    None => say("heeft iemand uitgenodigd", "invited somebody"),
                },
                None => say("heeft iemand uitgenodigd", "invited somebody"),
            },
            Some(Action::Joined) => say("is erbij gekomen", "joined"),
            Some(Action::InvitedBack) => {
                let whom = self.about_name.as_deref().unwrap_or(language.pick("iemand", "somebody"));
                language
                    .pick("heeft een code gemaakt. De nieuwe telefoon is van {}", "made a code. The new phone is of {}")
                    .replace("{}", whom)
            }
            Some(Action::CameBack) => say("is terug op een nieuwe telefoon", "is back on a new phone"),
            Some(Action::Removed) => say("heeft iemand verwijderd", "removed somebody"),
            Some(Action::Left) => say("is weggegaan", "left"),
            Some(Action::Read) => match self.detail.as_deref() {
                Some("members") => say("heeft bekeken wie er meedoen", "looked at who is in the space"),
                Some("history") => say("heeft bekeken wat veranderde: {}", "looked at what changed: {}"),
                Some("held") => say("heeft bekeken wat nog wacht: {}", "looked at what waits: {}"),
                _ => say("heeft {} bekeken", "looked at {}"),
            },
            Some(Action::ReadOnDevice) => say("heeft op de telefoon {} bekeken", "looked at {} on a phone"),
            Some(Action::Received) => say("heeft {} op de telefoon gekregen", "got {} on a phone"),
            Some(Action::Status) => say("heeft bekeken hoe het gaat", "looked at how it goes"),
            Some(Action::ReadLog) => say("heeft bekeken wie er keek", "looked at who looked"),
            Some(Action::Wrote) => say("heeft iets veranderd in {}", "changed something in {}"),
            Some(Action::ChangedRights) => say("heeft veranderd wie wat mag", "changed who may do what"),
            Some(Action::Erased) => say("heeft iets voorgoed weggehaald", "erased something for good"),
            Some(Action::Exported) => say("heeft een kopie gemaakt", "made a copy"),
            Some(Action::SignedIn) if self.detail.as_deref() == Some(COPY) => {
                say("heeft een teruggezette telefoon aangemeld", "signed in on a restored phone")
            }
            Some(Action::SignedIn) => say("heeft zich aangemeld", "signed in"),
            Some(Action::RevokedDevice) => say("heeft een toestel afgemeld", "signed a device out"),
            Some(Action::BrokenReadLog) => {
                say("heeft een telefoon waarmee iets niet klopt", "has a phone with something wrong")
            }
            Some(Action::BackedUp) => say("heeft een reservekopie gemaakt", "took a backup"),
            Some(Action::Restored) => say("heeft een reservekopie teruggezet", "put a backup back"),
            Some(Action::RotatedKeys) => say("heeft de sleutel vervangen", "changed the key"),
            None => say("heeft iets gedaan", "did something"),
        }
    }
}

fn thing(kind: Option<DocumentKind>, language: Language) -> &'static str {
    kind.map_or(language.pick("een document", "a document"), |kind| kind.label(language))
}
