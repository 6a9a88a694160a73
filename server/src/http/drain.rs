//! Bodies that nobody reads to their end are read for a while and thrown away.
//!
//! Most clients send their whole body before they look at the answer. Were the connection closed as soon as the
//! answer is known, a phone that sends much with an expired token would see a broken connection instead of a 401.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use futures_util::StreamExt;
use hyper::body::{Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// The most bytes that are thrown away.
const MOST: usize = 8 << 20;

/// The time that the next bytes may take.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The time that throwing away may take in all.
const LONGEST: Duration = Duration::from_secs(30);

/// A body that is drained when it is dropped.
pub(super) struct Drained(Body);

impl Drained {
    pub(super) fn new(body: Body) -> Self {
        Self(body)
    }
}

impl HttpBody for Drained {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        if self.0.is_end_stream() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let body = std::mem::take(&mut self.0);
            runtime.spawn(timeout(LONGEST, drain(body)));
        }
    }
}

async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let mut left = MOST;
    while let Ok(Some(Ok(chunk))) = timeout(TIMEOUT, stream.next()).await {
        let Some(rest) = left.checked_sub(chunk.len()) else { break };
        left = rest;
    }
}
