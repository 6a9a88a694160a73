//! Persons, their devices, the spaces they are in and the codes that let somebody in.
//!
//! Everything here is a function over a connection: reads for a snapshot, writes inside the transaction of the store.

pub mod access_log;
mod codes;
mod copies;
mod device_read_log;
mod devices;
mod error;
mod former;
mod held;
mod lost_answer;
mod members;
mod persons;
mod rights;
mod roles;
mod sign_in;
mod signed_in;
mod spaces;

pub use codes::{
    CODE_TTL_MS, CodePurpose, DEVICE_CODE_TTL_MS, Expected, RETURN_CODE_TTL_MS, drop_return_codes, expected, keep_code,
    note_contact, note_maker,
};
pub use copies::{Copied, copy_device};
pub use device_read_log::{ReadLogUpload, UploadBlocked, UploadOutcome, take_read_log, upload_block};
pub use devices::{DeviceRow, devices, revoke_device};
pub use error::AccountError;
pub(crate) use former::former_membership;
pub(crate) use held::{Bringer, hold};
pub use held::{HeldEdit, Review, find as held_edit, judge as note_judged, waiting as held_in};
pub use members::{Departure, RosterRow, invite, invite_back, remove_member, roster};
pub use persons::is_professional;
pub(crate) use rights::replace_grants;
pub use rights::{Rights, rights};
pub use roles::role_in;
pub use sign_in::{SignInRequest, sign_in};
pub use signed_in::SignedIn;
pub use spaces::{
    Membership, began, complete_spaces, create_space, delete_space, documents_for, erase_space, membership, memberships,
};
