/// Something a server has told somebody.
#[derive(Clone, Debug)]
pub(super) enum Promise {
    /// A command is in the log, at this place.
    Admitted { document: String, command: String, sequence: u64 },
    /// Nothing with this word in it is in any file.
    Erased { word: String },
    /// Somebody signed in with this code, which is used up.
    Used { code: String },
    /// Somebody exchanged this refresh token for another.
    Rotated { old: String },
    /// Nobody has used this refresh token yet.
    Fresh { token: String },
    /// Somebody has this access token, and may write in this document.
    Writer { token: String, document: String },
    /// A space and its documents are gone.
    Deleted { document: String },
}
