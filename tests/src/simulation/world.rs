//! One history: a server, some devices, a seed, and everything that happens between them.

use std::collections::BTreeMap;

use fastrand::Rng;
use kring_domain::{CommandId, DeviceId, PersonId, Role, SpaceId, Timestamp};
use kring_sync::{DeviceFrame, DeviceIdentity, ServerFrame};
use uuid::Uuid;

use super::{Device, Faults, Link, Server, invariants, story};

/// What a history came to, to see that simulations do what they claim.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Edits that were taken on a device.
    pub edits: usize,
    /// Entries in the logs at the end.
    pub entries: usize,
    /// Edits that were not accepted.
    pub refused: usize,
    /// Times the server lost its memory.
    pub server_crashes: usize,
    /// Times a device lost its memory.
    pub device_crashes: usize,
    /// Connections that were cut, by chance or by a device that met something impossible.
    pub cuts: usize,
}

/// A server and its devices.
pub struct World {
    rng: Rng,
    faults: Faults,
    now: Timestamp,
    server: Server,
    devices: Vec<Device>,
    links: Vec<Link>,
    persons: Vec<String>,
    next_command: u64,
    report: Report,
}

impl World {
    /// A world for a seed: one client with two devices, two members, a professional and a backup.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let roles = [Role::Client, Role::Client, Role::Member, Role::Member, Role::Professional, Role::Backup];
        let person = |index: usize| PersonId::new(Uuid::from_u128(100 + index.max(1) as u128));
        let roster: BTreeMap<PersonId, Role> =
            roles.iter().enumerate().map(|(index, role)| (person(index), *role)).collect();
        let devices: Vec<Device> = (0..roles.len())
            .map(|index| DeviceIdentity {
                device: DeviceId::new(Uuid::from_u128(200 + index as u128)),
                person: person(index),
            })
            .map(Device::new)
            .collect();
        let faults = Faults { loss: rng.f64() * 0.1, duplication: rng.f64() * 0.2, reordering: rng.f64() * 0.1 };
        Self {
            links: devices.iter().map(|_| Link::default()).collect(),
            persons: roster.keys().map(ToString::to_string).collect(),
            server: Server::new(SpaceId::new(Uuid::from_u128(1)), roster),
            now: Timestamp::from_millis(1_772_452_800_000),
            rng,
            faults,
            devices,
            next_command: 1,
            report: Report::default(),
        }
    }

    /// Plays `steps` random steps, then lets everything come to rest, and checks all the way.
    ///
    /// # Panics
    ///
    /// When something does not hold that must.
    pub fn play(mut self, steps: usize) -> Report {
        for _ in 0..steps {
            self.step();
            self.check();
        }
        self.rest();
        self.report.entries = self.server.documents().map(|(document, _)| self.server.entries(document).len()).sum();
        self.report.refused = self.devices.iter().map(refused).sum();
        self.report
    }

    fn step(&mut self) {
        self.now = Timestamp::from_millis(self.now.millis() + self.rng.i64(1..5_000));
        let device = self.rng.usize(..self.devices.len());
        match self.rng.u32(0..1000) {
            0..250 => self.edit(device),
            250..500 => self.arrive_up(device),
            500..750 => self.arrive_down(device, false),
            750..860 => self.commit(),
            860..960 => self.connect(device),
            960..975 => self.cut(device),
            975..980 => self.arrive_down(device, true),
            980..984 => self.crash_device(device),
            984..988 => self.crash_server(),
            988..996 => self.fold(),
            _ => self.remove_somebody(),
        }
        self.flush(device);
    }

    fn edit(&mut self, device: usize) {
        let documents: Vec<_> = self.devices[device].replica().documents().map(|(id, kind, ..)| (id, kind)).collect();
        let Some((document, kind)) = story::choose(&documents, &mut self.rng) else { return };
        let id = CommandId::new(Uuid::from_u64_pair(7, self.next_command));
        self.next_command += 1;
        let command = story::command(kind, &self.persons, &mut self.rng);
        if self.devices[device].submit(document, id, command, self.now) {
            self.report.edits += 1;
        }
    }

    fn arrive_up(&mut self, device: usize) {
        if let Some(frame) = self.links[device].arrive_up() {
            self.serve(device, frame);
        }
    }

    fn serve(&mut self, device: usize, frame: DeviceFrame) {
        let identity = self.devices[device].identity();
        let generous = self.rng.bool();
        for answer in self.server.receive(identity, frame, self.now, generous) {
            self.send(device, &answer);
        }
    }

    fn arrive_down(&mut self, device: usize, crash: bool) {
        let Some(frame) = self.links[device].arrive_down() else { return };
        if !self.devices[device].receive(frame, self.now, crash) {
            self.report.device_crashes += usize::from(crash);
            self.cut(device);
        }
    }

    fn commit(&mut self) {
        let connected: Vec<DeviceIdentity> =
            self.devices.iter().filter(|device| device.connected).map(Device::identity).collect();
        for (identity, frame) in self.server.commit(&connected) {
            let place = self.devices.iter().position(|device| device.identity() == identity);
            let device = place.expect("frames go to devices of this world");
            if self.devices[device].connected {
                self.send(device, &frame);
            }
        }
    }

    fn send(&mut self, device: usize, frame: &ServerFrame) {
        invariants::frame(&self.server, &self.devices[device], &kring_sync::encode(frame));
        self.links[device].send_down(frame, &self.faults, &mut self.rng);
    }

    fn connect(&mut self, device: usize) {
        if !self.devices[device].connected {
            self.links[device] = Link::default();
            self.devices[device].connected = true;
            self.devices[device].replica().handle_connected("simulation");
        }
    }

    fn cut(&mut self, device: usize) {
        self.report.cuts += usize::from(self.devices[device].connected);
        self.links[device] = Link::default();
        self.devices[device].connected = false;
        self.devices[device].replica().handle_disconnected();
    }

    fn crash_device(&mut self, device: usize) {
        self.report.device_crashes += 1;
        self.cut(device);
        self.devices[device].crash();
    }

    fn crash_server(&mut self) {
        self.report.server_crashes += 1;
        self.server.crash();
        (0..self.devices.len()).for_each(|device| self.cut(device));
    }

    fn fold(&mut self) {
        let documents: Vec<_> = self.server.documents().collect();
        if let Some((document, _)) = story::choose(&documents, &mut self.rng) {
            self.server.fold(document);
        }
    }

    /// Somebody of the circle leaves, in one history out of a few.
    fn remove_somebody(&mut self) {
        if self.rng.u32(0..4) > 0 {
            return;
        }
        let device = self.rng.usize(2..4);
        let person = self.devices[device].identity().person;
        for frame in self.server.remove(person) {
            if self.devices[device].connected {
                self.send(device, &frame);
            }
        }
    }

    /// What a device has to send goes on its way.
    fn flush(&mut self, device: usize) {
        let (frames, _) = self.devices[device].send(self.now);
        for frame in frames {
            self.links[device].send_up(&frame, &self.faults, &mut self.rng);
        }
    }

    fn check(&mut self) {
        invariants::log(&self.server);
        for device in &mut self.devices {
            invariants::always(&self.server, device);
        }
    }

    /// The network heals, everybody connects again, and everything that waits gets its turn.
    fn rest(&mut self) {
        self.faults = Faults::NONE;
        for device in 0..self.devices.len() {
            self.cut(device);
            self.connect(device);
        }
        loop {
            self.now = Timestamp::from_millis(self.now.millis() + 2_000);
            (0..self.devices.len()).for_each(|device| self.flush(device));
            let idle = self.links.iter().all(Link::is_empty) && !self.server.has_uncommitted();
            if idle {
                break;
            }
            for device in 0..self.devices.len() {
                self.arrive_up(device);
                self.arrive_down(device, false);
            }
            self.commit();
        }
        self.check();
        invariants::at_rest(&mut self.server, &mut self.devices);
    }
}

fn refused(device: &Device) -> usize {
    device.settled().values().filter(|state| !matches!(state, kring_sync::EditState::Shared { .. })).count()
}
