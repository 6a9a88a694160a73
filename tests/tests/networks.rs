//! Real phones and the real server on networks as they are: portals, proxies, gateways, other people's servers.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod networks {
    mod another_server;
    mod blocked;
    mod copies;
    mod many_spaces;
    mod phone;
    mod portals;
    mod relay;
}
