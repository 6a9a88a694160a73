//! What a liar writes, byte by byte, without holding it in memory.

use std::io;

use flate2::{Compress, Compression, FlushCompress};
use kring_sync::encode;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// A part of what is written.
pub(super) enum Piece {
    Bytes(Vec<u8>),
    /// The same bytes so many times.
    Repeat(Vec<u8>, usize),
    /// The same bytes until the other side has had enough.
    Forever(Vec<u8>),
}

/// Writes pieces in order.
pub(super) async fn write(stream: &mut (impl AsyncWrite + Unpin), pieces: &[Piece]) -> io::Result<()> {
    for piece in pieces {
        match piece {
            Piece::Bytes(bytes) => stream.write_all(bytes).await?,
            Piece::Repeat(bytes, times) => {
                for _ in 0..*times {
                    stream.write_all(bytes).await?;
                }
            }
            Piece::Forever(bytes) => loop {
                stream.write_all(bytes).await?;
            },
        }
    }
    stream.flush().await
}

/// A binary message of a WebSocket server (RFC 6455, 5.2).
pub(super) fn message(payload: &[u8]) -> Vec<u8> {
    [head(payload.len() as u64), payload.to_vec()].concat()
}

/// The head of a binary message that claims to be this long.
pub(super) fn head(length: u64) -> Vec<u8> {
    [&[0x82, 127][..], &length.to_be_bytes()].concat()
}

/// A frame of the protocol as a message.
pub(super) fn frame(frame: &impl Serialize) -> Piece {
    Piece::Bytes(message(&encode(frame)))
}

/// An Automerge chunk of this kind, with a good checksum.
pub(super) fn chunk(kind: u8, contents: &[u8]) -> Vec<u8> {
    let mut length = contents.len();
    let mut body = vec![kind];
    while length > 0x7f {
        body.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    body.push(length as u8);
    body.extend(contents);
    [&[0x85, 0x6f, 0x4a, 0x83], &Sha256::digest(&body)[..4], &body].concat()
}

/// So many megabytes of zeros behind deflate: about a thousandth of that.
pub(super) fn zeros(megabytes: usize) -> Vec<u8> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(64 << 10);
    compress.compress_vec(&vec![0; 1 << 20], &mut block, FlushCompress::Sync).unwrap();
    let mut last = Vec::with_capacity(64);
    Compress::new(Compression::best(), false).compress_vec(&[], &mut last, FlushCompress::Finish).unwrap();
    [block.repeat(megabytes), last].concat()
}
