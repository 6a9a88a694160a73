//! The contract with the outside world, checked on the real binary over plain HTTP and WebSockets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: what is not as the contract says ends the test, there"
)]

mod contract {
    mod access_log;
    mod commands;
    mod concurrency;
    mod consents;
    mod crash;
    mod devices;
    mod documents;
    mod erasing;
    mod export;
    mod guessing;
    mod held;
    mod history;
    mod hostile;
    mod invitations;
    mod limits;
    mod members;
    mod network;
    mod operations;
    mod plan;
    mod privacy;
    mod problems;
    mod roles;
    mod safety;
    mod shared_texts;
    mod sign_in;
    mod slow_reader;
    mod spaces;
    mod status;
    mod sync;
    mod ticket;
    mod token;
    mod vocabulary;
}
