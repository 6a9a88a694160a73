use kring_client::ClientError;
use kring_domain::Language;

/// Why a call did not do what it was asked, in as many variants as an app acts on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KringError {
    /// The edit is refused; nothing was saved. Show the reason.
    #[error("refused: {code}")]
    Refused {
        /// A stable word, like `forbidden` or `not_found`.
        code: String,
        /// The field that is wrong, where one is.
        field: Option<String>,
        /// The reason in words for the person.
        explanation: String,
    },
    /// The server declines the request. Show the reason.
    #[error("the server declines: {code}")]
    Declined {
        /// A stable word.
        code: String,
        /// The reason in words for the person.
        explanation: String,
    },
    /// The server cannot be reached; what was saved stays saved.
    #[error("the server cannot be reached")]
    Offline {
        /// The event in words for the person.
        explanation: String,
    },
    /// There is no sign-in (any more); everything on the phone still works.
    #[error("not signed in")]
    SignedOut {
        /// The event in words for the person.
        explanation: String,
    },
    /// The code is of somebody else than the person whose file this is.
    #[error("this file belongs to another person")]
    OtherPerson {
        /// The event in words for the person.
        explanation: String,
    },
    /// Another server answers at the address of the person's; nothing on the phone changes.
    #[error("another server answers")]
    AnotherServer {
        /// The event in words for the person.
        explanation: String,
    },
    /// The phone does not hold this.
    #[error("not on this phone")]
    NotHere {
        /// The event in words for the person.
        explanation: String,
    },
    /// The file is open already.
    #[error("the file is in use")]
    InUse {
        /// The event in words for the person.
        explanation: String,
    },
    /// The file is damaged, or is no file of Kring.
    #[error("the file is damaged")]
    Damaged {
        /// The event in words for the person.
        explanation: String,
    },
    /// The key does not fit the file, or the file is not encrypted, or its beginning is damaged.
    #[error("the key does not fit the file")]
    WrongKey {
        /// The event in words for the person.
        explanation: String,
    },
    /// The file was written by a newer version.
    #[error("the file is of a newer version")]
    Newer {
        /// The event in words for the person.
        explanation: String,
    },
    /// The file cannot be read or written.
    #[error("storage failed: {reason}")]
    Storage {
        /// The message of the system.
        reason: String,
        /// The event in words for the person.
        explanation: String,
    },
    /// The server failed, or answered with something this version does not understand.
    #[error("unexpected answer from the server: {reason}")]
    Server {
        /// The fault.
        reason: String,
        /// The event in words for the person.
        explanation: String,
    },
    /// The handle was closed.
    #[error("closed")]
    Closed {
        /// The event in words for the person.
        explanation: String,
    },
}

impl KringError {
    /// An argument that is no id, no role or no language.
    pub(crate) fn invalid(field: &str, language: Language) -> Self {
        Self::of(kring_domain::Refusal::invalid(field).into(), language)
    }

    /// An error as an app in a language gets it.
    pub(crate) fn of(error: ClientError, language: Language) -> Self {
        let explanation = error.explain(language).to_owned();
        match error {
            ClientError::Refused(refusal) => {
                Self::Refused { code: crate::events::word(refusal.code), field: refusal.field, explanation }
            }
            ClientError::Declined { code } => Self::Declined { code, explanation },
            ClientError::Offline => Self::Offline { explanation },
            ClientError::SignedOut => Self::SignedOut { explanation },
            ClientError::OtherPerson => Self::OtherPerson { explanation },
            ClientError::AnotherServer => Self::AnotherServer { explanation },
            ClientError::NotHere => Self::NotHere { explanation },
            ClientError::InUse => Self::InUse { explanation },
            ClientError::Damaged => Self::Damaged { explanation },
            ClientError::WrongKey => Self::WrongKey { explanation },
            ClientError::Newer => Self::Newer { explanation },
            ClientError::Storage(reason) => Self::Storage { reason, explanation },
            ClientError::Server(reason) => Self::Server { reason, explanation },
            ClientError::Closed => Self::Closed { explanation },
        }
    }
}
