//! A connection while it lives: what is stored goes out, what comes in is stored, and silence is noticed.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use kring_sync::{ServerFrame, decode_server_frame, encode};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

use super::End;
use super::backoff::Backoff;
use super::polling::Fallback;
use super::socket::{self, Socket};
use crate::shared::Shared;
use crate::{Connection, clock, fail};

/// After this much silence the server is asked whether it is there.
const SILENCE: Duration = Duration::from_secs(20);

/// After this much silence it is not; also the longest that one write may take.
const DEAD: Duration = Duration::from_secs(45);

/// The time that the server may take to answer when the app has just come to the front.
const PROBE: Duration = Duration::from_secs(5);

/// The time that the server may take to answer the greeting.
const GREETING: Duration = Duration::from_secs(15);

/// The interval at which the server is told what was looked at while the line is up.
const READ_LOG_EVERY: Duration = Duration::from_secs(60);

/// The most frames that are stored in one transaction.
const MAX_BATCH_FRAMES: usize = 256;

/// About how many bytes of frames are taken at once.
const MAX_BATCH_BYTES: usize = 1 << 20;

/// The close code of a sign-in that has ended: the device was signed out.
const SIGNED_OUT: u16 = 4401;

/// Stands for a close without a code (RFC 6455, 7.1.5).
const NO_CODE: u16 = 1005;

/// Greets the server and pumps until the connection ends.
pub(super) async fn run(shared: &Arc<Shared>, mut socket: Socket, backoff: &mut Backoff, fallback: &Fallback) -> End {
    shared.state().replica.handle_connected(&shared.options.app);
    let mut welcomed = None;
    let end = match pump(shared, &mut socket, &mut welcomed, fallback).await {
        Ok(never) => match never {},
        // Something in between opens sockets and passes nothing on.
        Err(End::Lost(reason)) if welcomed.is_none() => End::Blocked(reason),
        Err(end) => end,
    };
    backoff.lasted(welcomed.map_or(Duration::ZERO, |at: Instant| at.elapsed()));
    // A polite goodbye, where the line still takes it at once.
    let _ = timeout(Duration::from_millis(200), socket.close(None)).await;
    end
}

/// Sends and receives; notes when the server has welcomed the phone.
async fn pump(
    shared: &Arc<Shared>,
    socket: &mut Socket,
    welcomed: &mut Option<Instant>,
    fallback: &Fallback,
) -> Result<Never, End> {
    let mut keep_alive = KeepAlive::new(Instant::now());
    let mut reads_sent_at = Instant::now();
    loop {
        send(shared, socket).await?;
        if reads_sent_at.elapsed() >= READ_LOG_EVERY {
            reads_sent_at = Instant::now();
            let shared = Arc::clone(shared);
            // Beside the line, which goes on; what could not be told now is told when it begins anew.
            drop(spawn_blocking(move || shared.upload_read_log()));
        }
        let retry = shared.state().replica.poll_timeout();
        let retry_in = retry.map(|at| u64::try_from(at.millis() - clock::now().millis()).unwrap_or_default());
        tokio::select! {
            message = socket.next() => {
                let (frames, close) = batch(socket, message)?;
                let is_welcome = frames.iter().any(|frame| matches!(frame, ServerFrame::Welcome { .. }));
                take(shared, frames)?;
                if is_welcome {
                    welcomed.get_or_insert_with(Instant::now);
                    fallback.rest();
                }
                if welcomed.is_some() {
                    keep_alive.hear(Instant::now());
                    shared.set_connection(Connection::Online);
                }
                match close {
                    None => {}
                    Some(SIGNED_OUT) => return Err(signed_out(shared).await),
                    Some(code) => return Err(End::Lost(format!("closed with {code}"))),
                }
            }
            () = shared.work.notified() => {}
            () = shared.rejoin.notified() => return Err(End::Rejoin),
            () = shared.give_way.notified(), if welcomed.is_none() => {
                return Err(End::Lost("a round goes first".into()));
            }
            () = sleep(Duration::from_millis(retry_in.unwrap_or_default())), if retry.is_some() => {
                shared.state().replica.handle_timeout(clock::now());
            }
            () = shared.wake.notified() => {
                keep_alive.ask(Instant::now() + PROBE);
                write(socket.send(Message::Ping(Bytes::new()))).await?;
            }
            () = sleep_until(keep_alive.due) => {
                if keep_alive.is_asked {
                    return Err(End::Lost("silence".into()));
                }
                keep_alive.ask(keep_alive.due + (DEAD - SILENCE));
                write(socket.send(Message::Ping(Bytes::new()))).await?;
            }
        }
    }
}

/// Stores what is new on the phone and sends what may go out.
async fn send(shared: &Arc<Shared>, socket: &mut Socket) -> Result<(), End> {
    shared.flush()?;
    loop {
        let frame = shared.state().replica.poll_frame();
        let Some(frame) = frame else { return write(socket.flush()).await };
        fail::point("send.before");
        write(socket.feed(Message::Binary(encode(&frame).into()))).await?;
    }
}

/// The frames that have arrived, so that they share one transaction, and the code of a close behind them.
fn batch(socket: &mut Socket, first: Option<Result<Message, Error>>) -> Result<(Vec<ServerFrame>, Option<u16>), End> {
    let mut frames = Vec::new();
    let mut size = 0;
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Some(Ok(Message::Binary(bytes))) => {
                size += bytes.len();
                frames.push(decode_server_frame(&bytes).map_err(lost)?);
            }
            Some(Ok(Message::Close(close))) => {
                return Ok((frames, Some(close.map_or(NO_CODE, |close| close.code.into()))));
            }
            Some(Ok(_)) => {}
            Some(Err(error)) if frames.is_empty() => return Err(lost(error)),
            Some(Err(_)) | None => return Ok((frames, Some(NO_CODE))),
        }
        next =
            if frames.len() < MAX_BATCH_FRAMES && size < MAX_BATCH_BYTES { socket.next().now_or_never() } else { None };
    }
    Ok((frames, None))
}

/// Gives frames to the replica and makes durable what they brought.
fn take(shared: &Arc<Shared>, frames: Vec<ServerFrame>) -> Result<(), End> {
    shared.meet(&frames)?;
    let now = clock::now();
    let handled = frames.into_iter().try_for_each(|frame| shared.state().replica.handle_frame(frame, now));
    fail::point("receive.after");
    shared.flush()?;
    shared.keep_time()?;
    handled.map_err(lost)
}

/// Exchanges the token, which tells whether the sign-in is really over.
async fn signed_out(shared: &Arc<Shared>) -> End {
    let token = shared.state().credentials.as_ref().map(|credentials| credentials.access_token.clone());
    token.iter().for_each(|token| shared.expire(token));
    match socket::token(shared).await {
        Ok(_) => End::Lost("signed out, and in again".into()),
        Err(error) => error.into(),
    }
}

async fn write(writing: impl Future<Output = Result<(), Error>>) -> Result<(), End> {
    match timeout(DEAD, writing).await {
        Ok(written) => written.map_err(lost),
        Err(_) => Err(End::Lost("the line takes nothing".into())),
    }
}

fn lost(error: impl std::error::Error) -> End {
    End::Lost(error.to_string())
}

/// When something has to be done about silence, and whether an answer is due by then.
#[derive(Debug)]
struct KeepAlive {
    due: Instant,
    is_asked: bool,
}

impl KeepAlive {
    /// The greeting is a question too.
    fn new(now: Instant) -> Self {
        Self { due: now + GREETING, is_asked: true }
    }

    fn hear(&mut self, now: Instant) {
        *self = Self { due: now + SILENCE, is_asked: false };
    }

    /// An answer is due by an instant, or by an earlier one that was set before.
    fn ask(&mut self, due: Instant) {
        self.due = if self.is_asked { self.due.min(due) } else { due };
        self.is_asked = true;
    }
}

/// Nothing: a pump only ends with a reason.
enum Never {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_first_asked_about_and_then_final() {
        let start = Instant::now();
        let seconds = Duration::from_secs;
        let mut keep_alive = KeepAlive::new(start);
        assert_eq!(
            (keep_alive.due, keep_alive.is_asked),
            (start + seconds(15), true),
            "the greeting is to be answered"
        );
        keep_alive.hear(start + seconds(1));
        assert_eq!((keep_alive.due, keep_alive.is_asked), (start + seconds(21), false));
        keep_alive.ask(keep_alive.due + (DEAD - SILENCE));
        assert_eq!(
            (keep_alive.due, keep_alive.is_asked),
            (start + seconds(46), true),
            "45 s after the last sign of life"
        );
        keep_alive.ask(start + seconds(24) + PROBE);
        assert_eq!(keep_alive.due, start + seconds(29), "the app came to the front");
        keep_alive.ask(start + seconds(28) + PROBE);
        assert_eq!(keep_alive.due, start + seconds(29), "asking again gives no more time");
        keep_alive.hear(start + seconds(28));
        assert_eq!((keep_alive.due, keep_alive.is_asked), (start + seconds(48), false));
    }
}
