//! The closed lists of words in the client's own commands.

use crate::words::words;

words! {
    /// Whether somebody does the client good.
    Helpfulness in "helpfulness" {
        /// They help.
        Helpful = "helpful": "helpt", "helps";
        /// Now they do, now they do not.
        Mixed = "mixed": "helpt soms", "helps sometimes";
        /// They do not help.
        Unhelpful = "unhelpful": "helpt niet", "does not help";
        /// The client is not safe with them.
        Unsafe = "unsafe": "niet veilig", "not safe";
    }

    /// What makes it hard to ask.
    ReasonShy in "reason_shy" {
        /// Nothing.
        None = "none": "niets", "nothing";
        /// The client wants to manage alone.
        SelfReliance = "selfreliance": "het zelf willen doen", "wanting to manage alone";
        /// It is nobody's business.
        Privacy = "privacy": "het gaat niemand iets aan", "it is nobody’s business";
        /// The client would owe something.
        Debt = "debt": "iets moeten terugdoen", "owing something";
        /// They may say no.
        FearNo = "fear_no": "bang voor een nee", "afraid of a no";
        /// Something else.
        Other = "other": "iets anders", "something else";
    }

    /// How far an ask has come.
    AskState in "ask_state" {
        /// Thought of.
        Planned = "planned": "bedacht", "planned";
        /// Tried out with somebody.
        Practised = "practised": "geoefend", "practised";
        /// Asked, without an answer yet.
        Asked = "asked": "gevraagd", "asked";
        /// They said yes.
        Yes = "yes": "ja gekregen", "they said yes";
        /// They said no.
        No = "no": "nee gekregen", "they said no";
        /// They said later.
        Later = "later": "misschien later", "maybe later";
    }
}
