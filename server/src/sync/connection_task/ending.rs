//! Why a connection ends, and what the device is told.

use crate::sync::connection::Closing;

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// The word of the `error` frame before the close, where there is one.
    pub(super) error: Option<&'static str>,
    /// The code of the close frame; `None` where nobody is there to read it.
    pub(super) close: Option<u16>,
}

impl Ending {
    /// The device has gone.
    pub(super) const GONE: Self = Self { error: None, close: None };
    /// The sign-in has ended.
    pub(super) const ENDED: Self = Self { error: None, close: Some(4401) };
    /// Not a frame.
    pub(super) const MALFORMED: Self = Self { error: Some("invalid"), close: Some(1007) };
    /// A text message; frames are binary.
    pub(super) const TEXT: Self = Self { error: Some("invalid"), close: Some(1003) };
    /// Not WebSocket as it is specified.
    pub(super) const BROKEN: Self = Self { error: None, close: Some(1002) };
    /// A version of the protocol that this server does not speak.
    pub(super) const PROTOCOL: Self = Self { error: Some("protocol"), close: Some(4400) };
    /// A frame or a batch that is too large.
    pub(super) const TOO_LARGE: Self = Self { error: Some("too_large"), close: Some(1009) };
    /// The device does not read.
    pub(super) const SLOW_READER: Self = Self { error: None, close: Some(4408) };
    /// The server cannot do its work now; the device may come back.
    pub(super) const UNAVAILABLE: Self = Self { error: Some("unavailable"), close: Some(1013) };
}

impl From<Closing> for Ending {
    fn from(closing: Closing) -> Self {
        match closing {
            Closing::Shutdown => Self { error: None, close: Some(1001) },
            Closing::Unavailable => Self::UNAVAILABLE,
            Closing::Ended => Self::ENDED,
            Closing::Removed => Self { error: None, close: Some(4403) },
            Closing::SlowReader => Self::SLOW_READER,
        }
    }
}
