//! Gives memory back to the system after phones have left.

use std::hint::black_box;
use std::time::Duration;

use crate::shutdown::ShutdownGuard;
use crate::sync::hub::Hub;

/// The delay between the end of a connection and giving its memory back. The allocator keeps freed memory for a second, in
/// case it is wanted again.
const AFTER: Duration = Duration::from_secs(2);

/// An allocation for which the allocator looks at everything that was freed: it is larger than what it keeps at hand.
const LARGE_BYTES: usize = 1 << 20;

/// Gives back what ended connections have freed, until the server stops.
pub(crate) async fn run(hub: Hub, mut guard: ShutdownGuard) {
    let freed = async {
        loop {
            hub.somebody_left().await;
            tokio::time::sleep(AFTER).await;
            give_back();
        }
    };
    tokio::select! {
        () = guard.stopping() => {}
        () = freed => {}
    }
}

/// Has the allocator give back what was freed a second ago, by any thread.
///
/// It does so only when some thread takes or frees much, which on a server that everybody has left nobody does.
fn give_back() {
    drop(black_box(Vec::<u8>::with_capacity(LARGE_BYTES)));
}
