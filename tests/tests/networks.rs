//! Real phones and the real server on networks as they are: portals, proxies, gateways, other people's servers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod networks {
    mod another_server;
    mod blocked;
    mod phone;
    mod portals;
    mod relay;
}
