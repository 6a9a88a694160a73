//! Both halves of sync as state machines over frames: [`Replica`] on a device, [`Admission`] on the server.
//!
//! There is no socket here, no file, no clock and no randomness: frames, instants and “this is durable now” come
//! in through `handle_*`, and what to send, store and tell comes out through `poll_*`. The same code runs on a
//! phone, in the server, and a thousand times over in a simulation with virtual time.
//!
//! ```text
//! device                                        server
//!  base    = admitted history                    log = admitted entries 1..n
//!  pending = own commands, not yet admitted
//!  view    = base + pending      ── submit ──▶   authorize, execute where the device stood, one change
//!  base grows, pending shrinks  ◀── entries ──   durable first, then to everybody who may read
//! ```

mod admission;
mod catch_up;
mod chain;
mod dating;
mod delivery;
mod frame;
mod guard;
mod one_use;
mod read_log;
mod recovery;
mod relation;
mod replica;
mod revoked_edits;
mod submission;
mod verdict;

pub use admission::{
    Admission, Admitted, EntryMeta, Generation, Outcome, Readmitted, RecoverError, RestoreError, StoredLog,
};
pub use catch_up::CatchUp;
pub use chain::ChainHash;
pub use delivery::{Delivered, Delivery, DeliveryState};
pub use frame::{
    Cursor, DecodeError, DeviceFrame, DocumentHead, EncodedEntry, Entry, MAX_COMMANDS, MAX_FRAME_BYTES, Member,
    Message, PROTOCOL, ServerFrame, Spellings, decode_device_frame, decode_device_frames, decode_device_message,
    decode_device_messages, decode_server_frame, decode_server_frames, encode, encode_entries, field_at_fault, pack,
    pack_entries,
};
pub use one_use::{
    ClaimUse, CodeUse, FirstUse, GRACE_MS, MAX_CLOCK_SKEW_MS, ShownToken, Signature, Signed, TokenUse, is_recent,
};
pub use read_log::{MAX_READ_EVENTS, ReadEvent, ReadLogChain};
pub use recovery::Recovery;
pub use relation::{Claim, Relation, SyncAction};
pub use replica::{
    Clock, DeviceIdentity, EditState, Event, OwnEdit, Pending, Permission, Replica, ReplicaError, SettledEdit, StoreOp,
    StoreQuery, StoredDocument,
};
pub use revoked_edits::FormerMembership;
pub use submission::{Position, RawCommand, Submission};
pub use verdict::{Judgement, Verdict};
