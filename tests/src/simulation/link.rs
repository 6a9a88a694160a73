//! A connection between a device and the server, with everything that goes wrong on one.

use std::collections::VecDeque;

use fastrand::Rng;
use kring_sync::{DeviceFrame, ServerFrame};

/// How often things go wrong, each as a chance between 0 and 1.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// A frame is lost while the connection stays.
    pub loss: f64,
    /// A frame arrives twice.
    pub duplication: f64,
    /// A frame overtakes the one before it.
    pub reordering: f64,
}

impl Faults {
    /// A network on which nothing goes wrong.
    pub const NONE: Self = Self { loss: 0.0, duplication: 0.0, reordering: 0.0 };
}

/// Frames under way, in both directions, as the bytes they would be on a socket.
#[derive(Default)]
pub struct Link {
    up: VecDeque<Vec<u8>>,
    down: VecDeque<Vec<u8>>,
}

impl Link {
    /// A device sends a frame.
    pub fn send_up(&mut self, frame: &DeviceFrame, faults: &Faults, rng: &mut Rng) {
        put(&mut self.up, kring_sync::encode(frame), faults, rng);
    }

    /// The server sends a frame.
    pub fn send_down(&mut self, frame: &ServerFrame, faults: &Faults, rng: &mut Rng) {
        put(&mut self.down, kring_sync::encode(frame), faults, rng);
    }

    /// The next frame arrives at the server.
    pub fn arrive_up(&mut self) -> Option<DeviceFrame> {
        let bytes = self.up.pop_front()?;
        Some(kring_sync::decode_device_frame(&bytes).expect("what was encoded decodes"))
    }

    /// The next frame arrives at the device.
    pub fn arrive_down(&mut self) -> Option<ServerFrame> {
        let bytes = self.down.pop_front()?;
        Some(kring_sync::decode_server_frame(&bytes).expect("what was encoded decodes"))
    }

    /// Whether nothing is under way.
    pub fn is_empty(&self) -> bool {
        self.up.is_empty() && self.down.is_empty()
    }
}

fn put(queue: &mut VecDeque<Vec<u8>>, bytes: Vec<u8>, faults: &Faults, rng: &mut Rng) {
    if rng.f64() < faults.loss {
        return;
    }
    if rng.f64() < faults.duplication {
        queue.push_back(bytes.clone());
    }
    let place = if rng.f64() < faults.reordering { queue.len().saturating_sub(1) } else { queue.len() };
    queue.insert(place, bytes);
}
