//! Real servers that are killed, restored and damaged, on disks that are full or fail: nothing that anybody was told
//! is shared is lost.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod nothing_lost {
    mod backup;
    mod disk;
    mod erased;
    mod kills;
    mod rescued;
    mod sign_in;
}
