//! A server that says wrong things to a real phone over a real socket: the phone stays up and small, keeps what its person
//! wrote, and shares it as soon as the server is an honest one.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod lying_server {
    mod lies;
    mod line;
    mod memory;
    mod phones;
    mod slow;
    mod wire;
}
