//! The lines between the devices and the server: they open, carry what is sent, and break.

use kring_sync::ServerFrame;

use super::World;
use crate::failure::Check;
use crate::link::Link;
use crate::story::Loss;

impl World {
    pub(super) fn is_open(&self, device: usize) -> bool {
        self.devices[device].is_connected && !self.links[device].is_closing
    }

    pub(super) fn send(&mut self, device: usize, frame: &ServerFrame) -> Check {
        let bytes = kring_sync::encode(frame);
        self.model.sent(self.devices[device].identity().person, frame, &bytes)?;
        if self.is_open(device) {
            // Every other phone is one that reads no packed frames.
            let bytes = if device.is_multiple_of(2) { packed(frame, bytes) } else { bytes };
            self.links[device].down.put(bytes);
        }
        Ok(())
    }

    pub(super) fn connect(&mut self, device: usize) -> Check {
        let is_gone = self.links[device].is_closing && self.links[device].down.is_empty();
        let is_stranger = self.strangers.contains_key(&self.devices[device].identity().person);
        if (is_gone || !self.devices[device].is_connected) && !self.apart.contains(&device) && !is_stranger {
            self.cut(device);
            self.be_let_in(device, Loss::Nothing)?;
            if self.devices[device].store.session.is_open(self.now) {
                self.devices[device].is_connected = true;
                self.devices[device].replica().handle_connected("simulation");
            }
        }
        Ok(())
    }

    /// The device notices that the connection is gone.
    pub(super) fn cut(&mut self, device: usize) {
        self.report.cuts += usize::from(self.devices[device].is_connected);
        self.server.forget(self.devices[device].identity());
        self.links[device] = Link::default();
        self.devices[device].is_connected = false;
        self.devices[device].replica().handle_disconnected();
    }

    /// The server closes: what it has sent may still arrive.
    pub(super) fn close(&mut self, device: usize) {
        self.server.forget(self.devices[device].identity());
        self.links[device].up.clear();
        self.links[device].is_closing = true;
    }

    pub(super) fn crash_server(&mut self) {
        self.report.server_crashes += 1;
        self.server.crash();
        (0..self.devices.len()).for_each(|device| self.close(device));
    }

    /// What a device has to send goes on its way.
    pub(super) fn flush(&mut self, device: usize) {
        for frame in self.devices[device].send(self.now) {
            if self.is_open(device) {
                self.links[device].up.put(kring_sync::encode(&frame));
            }
        }
    }
}

/// A frame as a phone that reads packed ones is sent it.
fn packed(frame: &ServerFrame, bytes: Vec<u8>) -> Vec<u8> {
    match frame {
        ServerFrame::Entries { document, generation, entries } => {
            kring_sync::pack_entries(*document, *generation, entries)
        }
        _ => kring_sync::pack(bytes),
    }
}
