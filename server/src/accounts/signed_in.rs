//! The answer to a sign-in.

use kring_domain::{Role, SpaceId};

use crate::auth::{Caller, Secret};

/// A sign-in, and where its person has come in.
#[derive(Debug)]
pub struct SignedIn {
    /// The person, the device and the sign-in.
    pub caller: Caller,
    /// The first refresh token, or the next one.
    pub refresh_token: Secret,
    /// The space that was joined, and as what.
    pub joined: Option<(SpaceId, Role)>,
}
