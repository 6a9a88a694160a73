//! What goes wrong beside an edit that is refused, and what a person reads then: the problems of the server by their stable
//! words, and those of the phone itself. (A refused edit has its words in `refusal.rs`.)

use crate::Language;
use crate::words::words;

words! {
    /// Why the server did not carry out a request: a stable word for each reason, the same in every version of the API.
    ProblemCode in "problem" {
        /// What was signed was not signed about now.
        Clock = "clock": "De klok van dit toestel loopt niet goed.", "The clock of this device is not right.";
        /// It does not go together with what there is.
        Conflict = "conflict": "Dit past niet bij wat er al is.", "This does not fit what is there already.";
        /// Another phone goes on from the same file.
        DeviceCopied = "device_copied": "Dit toestel is teruggezet. Probeer het nog eens.", "This device was restored. Try again.";
        /// This role may not do this.
        Forbidden = "forbidden": "Dit mag iemand anders uit de kring doen.", "Somebody else in the circle may do this.";
        /// The server failed.
        Internal = "internal": "Er ging iets mis bij Kring. Probeer het later.", "Something went wrong at Kring. Try later.";
        /// Something in the request is missing, malformed or out of bounds.
        Invalid = "invalid": "Kijk nog eens naar wat je invulde.", "Look again at what you filled in.";
        /// The code is unknown, used or expired, or no code.
        InvalidCode = "invalid_code": "Deze code werkt niet. Vraag een nieuwe code.", "This code does not work. Ask for a new one.";
        /// The device did not sign with its key.
        InvalidProof = "invalid_proof": "Kring herkent dit toestel niet. Vraag een nieuwe code.", "Kring does not know this device. Ask for a new code.";
        /// The path does not have this method.
        MethodNotAllowed = "method_not_allowed": "Dit kan deze app nog niet. Werk de app bij.", "This app cannot do this yet. Update the app.";
        /// It is not there, or not there for this person.
        NotFound = "not_found": "Dit is er niet meer.", "This is no longer there.";
        /// The code is of another person, and still good.
        OtherPerson = "other_person": "Deze code is voor iemand anders. De code blijft goed.", "This code is for somebody else. It is still good.";
        /// Too much, too fast.
        RateLimited = "rate_limited": "Dit ging te snel. Wacht even.", "This was too fast. Wait a moment.";
        /// A phone's list of what was looked at is another one than before.
        ReadLogBroken = "read_log_broken": "Er klopt iets niet op dit toestel. Vraag een nieuwe code.", "Something is wrong on this device. Ask for a new code.";
        /// Read events are missing in a phone's list.
        ReadLogGap = "read_log_gap": "Dit toestel moet eerst nog iets delen. Wacht even.", "This device has to share something first. Wait a moment.";
        /// The sign-in was ended or the device signed out.
        Revoked = "revoked": "Dit toestel is afgemeld. Vraag een nieuwe code.", "This device was signed out. Ask for a new code.";
        /// The request took too long.
        Timeout = "timeout": "Dit duurde te lang. Probeer het nog eens.", "This took too long. Try again.";
        /// The access token's time is over.
        TokenExpired = "token_expired": "Je aanmelding is even niet vers. Probeer het nog eens.", "Your sign-in has to be renewed. Try again.";
        /// The refresh token was used twice.
        TokenReused = "token_reused": "Je bent voor de zekerheid afgemeld. Vraag een nieuwe code.", "You were signed out to be safe. Ask for a new code.";
        /// A text or a body is larger than its bound.
        TooLarge = "too_large": "Dit is te lang of te veel.", "This is too long or too much.";
        /// So many phones go on from one file that no other may.
        TooManyCopies = "too_many_copies": "Dit toestel is te vaak teruggezet. Vraag een code.", "This device was restored too often. Ask for a code.";
        /// The person is in as many spaces as one can be in.
        TooManySpaces = "too_many_spaces": "Je doet al mee in 5.000 kringen. Ga eerst uit een kring.", "You are in 5,000 circles already. Leave one first.";
        /// Nobody is signed in.
        Unauthenticated = "unauthenticated": "Je bent niet aangemeld. Vraag een code.", "You are not signed in. Ask for a code.";
        /// The server cannot answer now.
        Unavailable = "unavailable": "Kring is er even niet. Probeer het later.", "Kring is away for a moment. Try later.";
        /// The client called this person unsafe.
        Unsafe = "unsafe": "Jij zei: dit is niet veilig.", "You said: this is not safe.";
        /// The body is coded in a way that the server does not read.
        UnsupportedEncoding = "unsupported_encoding": "Kring kan dit bericht niet lezen. Werk de app bij.", "Kring cannot read this message. Update the app.";
    }

    /// Why the phone did not do what it was asked.
    PhoneProblem in "phone_problem" {
        /// Another server answers at the address of the person's.
        AnotherServer = "another_server": "Dit is een andere server. Alles blijft op dit toestel.", "This is another server. Everything stays on this device.";
        /// The handle was closed.
        Closed = "closed": "Kring is gesloten. Open de app opnieuw.", "Kring is closed. Open the app again.";
        /// The file is damaged.
        Damaged = "damaged": "Het bestand van Kring is stuk. De app redt wat kan.", "The file of Kring is damaged. The app saves what it can.";
        /// The file is open already.
        InUse = "in_use": "Kring is al open op dit toestel.", "Kring is already open on this device.";
        /// The file was written by a newer version.
        Newer = "newer": "Dit bestand is van een nieuwere app. Werk bij.", "This file is of a newer app. Update yours.";
        /// The phone does not hold it.
        NotHere = "not_here": "Dit staat niet op dit toestel.", "This is not on this device.";
        /// The server cannot be reached.
        Offline = "offline": "Geen verbinding. Alles staat veilig op dit toestel.", "No connection. Everything is safe on this device.";
        /// The server answered with something that is not understood.
        Server = "server": "Het antwoord was niet te lezen. Probeer het later.", "The answer could not be read. Try later.";
        /// There is no sign-in any more.
        SignedOut = "signed_out": "Je bent afgemeld. Vraag een code om terug te komen.", "You are signed out. Ask for a code to come back.";
        /// The file cannot be read or written.
        Storage = "storage": "Opslaan lukt niet. Is dit toestel vol?", "Saving does not work. Is this device full?";
        /// The key does not fit the file.
        WrongKey = "wrong_key": "De sleutel past niet bij dit bestand.", "The key does not fit this file.";
    }
}

impl ProblemCode {
    /// The problem as a stable word.
    pub const fn word(self) -> &'static str {
        self.name()
    }

    /// The reason in words, for the person whom it keeps from something.
    pub const fn explain(self, language: Language) -> &'static str {
        self.label(language)
    }

    /// The code with this word; `None` for one of a newer version.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::from_name(word)
    }

    /// Returns what a person reads for a word that this version does not know.
    pub const fn explain_unknown(language: Language) -> &'static str {
        language.pick("Het lukte niet. Probeer het later nog eens.", "It did not work. Try again later.")
    }
}

impl PhoneProblem {
    /// The problem as a stable word.
    pub const fn word(self) -> &'static str {
        self.name()
    }

    /// The reason in words, for the person whom it keeps from something.
    pub const fn explain(self, language: Language) -> &'static str {
        self.label(language)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_found_by_its_word() {
        for code in ProblemCode::ALL {
            assert_eq!(ProblemCode::from_word(code.word()), Some(code));
        }
        assert_eq!(ProblemCode::from_word("of_a_later_year"), None);
        assert!(ProblemCode::ALL.is_sorted_by_key(|code| code.word()));
    }

    #[test]
    fn every_problem_has_short_sentences_of_its_own() {
        for language in [Language::Dutch, Language::English] {
            let server = ProblemCode::ALL.iter().map(|code| code.explain(language));
            let phone = PhoneProblem::ALL.iter().map(|problem| problem.explain(language));
            let mut seen = BTreeSet::from([ProblemCode::explain_unknown(language)]);
            for text in server.chain(phone) {
                assert!(seen.insert(text), "two problems say: {text}");
                for sentence in text.split_inclusive(['.', '?']).map(str::trim) {
                    let words = sentence.split_whitespace().count();
                    assert!(sentence.ends_with(['.', '?']) && (1..=10).contains(&words), "{sentence}");
                }
            }
        }
    }
}
