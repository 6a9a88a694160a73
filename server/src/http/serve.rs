//! Connections: accepted up to a bound, each with a time limit for the head of a request, all ended together.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::router;
use crate::app::App;
use crate::shutdown::ShutdownGuard;
use crate::{erasing, memory, sealing};

/// Answers on a listener until `stop` is ready, then ends every connection and returns.
pub async fn serve(app: App, listener: TcpListener, stop: impl Future<Output = ()>) {
    let router = router(app.clone());
    tokio::spawn(sealing::run(app.store.clone(), app.shutdown.guard()));
    tokio::spawn(memory::run(app.hub.clone(), app.shutdown.guard()));
    let slots = Arc::new(Semaphore::new(app.config.limits.connections));
    tokio::spawn(erasing::run(app.clone(), app.shutdown.guard()));
    let mut stop = pin!(stop);
    loop {
        // Where there is no place, the server can still be told to stop.
        let next = async {
            let slot = slots.clone().acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            (Ok(slot), accepted) = next => (slot, accepted),
            () = &mut stop => break,
            else => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of file descriptors, mostly: asking again at once would only burn the processor.
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let guard = app.shutdown.guard();
        let router = router.clone();
        let app = app.clone();
        tokio::spawn(async move {
            let _counted = app.metrics.connection();
            connection(&app, router, stream, guard).await;
            drop(slot);
        });
    }
    drop(listener);
    app.hub.shut_down();
    app.shutdown.end(app.config.limits.shutdown_timeout).await;
}

async fn connection(app: &App, router: Router, stream: TcpStream, mut guard: ShutdownGuard) {
    let Ok(peer) = stream.peer_addr() else { return };
    // Answers are small and somebody waits for each of them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer.ip()));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(app.config.limits.header_timeout)
        .max_headers(64)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = guard.stopping() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
