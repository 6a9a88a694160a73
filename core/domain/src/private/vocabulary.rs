//! The closed lists of words in the client's own commands.

use crate::words::words;

words! {
    /// Whether somebody does the client good.
    Helpfulness {
        /// They help.
        Helpful = "helpful",
        /// Now they do, now they do not.
        Mixed = "mixed",
        /// They do not help.
        Unhelpful = "unhelpful",
        /// The client is not safe with them.
        Unsafe = "unsafe",
    }

    /// What makes it hard to ask.
    ReasonShy {
        /// Nothing.
        None = "none",
        /// The client wants to manage alone.
        SelfReliance = "selfreliance",
        /// It is nobody's business.
        Privacy = "privacy",
        /// The client would owe something.
        Debt = "debt",
        /// They may say no.
        FearNo = "fear_no",
        /// Something else.
        Other = "other",
    }

    /// How far an ask has come.
    AskState {
        /// Thought of.
        Planned = "planned",
        /// Tried out with somebody.
        Practised = "practised",
        /// Asked, without an answer yet.
        Asked = "asked",
        /// They said yes.
        Yes = "yes",
        /// They said no.
        No = "no",
        /// They said later.
        Later = "later",
    }
}
