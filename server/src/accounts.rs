//! Who there is: persons, their devices, the spaces they are in and the codes that let somebody in.
//!
//! Everything here is a function over a connection: reads for a snapshot, writes inside the transaction of the store.

pub mod access_log;
mod codes;
mod copies;
mod device_reads;
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
    CODE_LIFETIME, DEVICE_CODE_LIFETIME, Expected, Grant, RETURN_CODE_LIFETIME, drop_return_codes, expected, keep_code,
    note_contact, note_maker,
};
pub use copies::{Copied, copy_device};
pub use device_reads::{Barred, Brought, Taken, barred, take_reads};
pub use devices::{DeviceRow, devices, revoke_device};
pub use error::AccountError;
pub(crate) use former::former_seat;
pub(crate) use held::{Bringer, hold};
pub use held::{Decision as HeldDecision, HeldEdit, find as held_edit, judge as note_judged, waiting as held_in};
pub use members::{Departure, RosterRow, invite, invite_back, remove_member, roster};
pub use persons::is_professional;
pub(crate) use rights::replace_grants;
pub use rights::{Rights, rights};
pub use roles::role_in;
pub use sign_in::{SignIn, sign_in};
pub use signed_in::SignedIn;
pub use spaces::{Seat, began, complete_spaces, create_space, delete_space, documents_for, erase_space, seat, seats};
