//! Chooses the people that are drawn, and their sector.

use super::text;
use crate::ContactId;
use crate::network::{Contact, NetworkModel, Quadrant, Relation, Status};
use crate::words::Word;

/// The size of names, in pixels.
pub(super) const FONT: f64 = 30.0;
/// The height of one line of a name.
pub(super) const LINE: f64 = 34.0;
/// The room that a sign takes before a name.
pub(super) const SIGN: f64 = 30.0;
/// The most people drawn in one sector, or listed without a place.
pub(super) const MOST: usize = 60;

/// Returns whether a contact is somebody whom the client has in their life.
fn is_counted(contact: &Contact) -> bool {
    let status = contact.status.as_ref().and_then(Word::known);
    let is_over = matches!(status, Some(Status::Ended | Status::Deceased));
    let relation = contact.relation.as_ref().and_then(Word::known);
    let is_shop = matches!(relation, Some(Relation::Shop | Relation::Service | Relation::ShopService));
    !is_over && !is_shop
}

/// One contact as it is drawn.
pub(super) struct Person {
    pub(super) id: ContactId,
    pub(super) name: String,
    pub(super) lines: Vec<String>,
    pub(super) status: Status,
    pub(super) size: Size,
}

/// The width and the height of a box, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The people of one sector: those drawn, and how many there are beside them.
#[derive(Default)]
pub(super) struct Group {
    pub(super) drawn: Vec<Person>,
    pub(super) more: usize,
}

/// Everybody, by ring and quadrant, and those without a place.
#[derive(Default)]
pub(super) struct People {
    /// Rings 1 to 4, each with the quadrants in their order.
    pub(super) rings: [[Group; 4]; 4],
    pub(super) unplaced: Group,
    /// The number of people, without those who died or are out of touch for good, and without shops.
    pub(super) counted: usize,
}

impl People {
    pub(super) fn of(network: &NetworkModel) -> Self {
        let mut people = Self::default();
        for contact in &network.contacts {
            people.group(contact).add(contact);
            people.counted += usize::from(is_counted(contact));
        }
        people
    }

    /// Returns how many people there are in a quadrant.
    pub(super) fn count(&self, quadrant: usize) -> usize {
        let groups = self.rings.iter().filter_map(|ring| ring.get(quadrant));
        groups.map(Group::count).sum()
    }

    /// All groups that are drawn.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.rings.iter().flatten().chain([&self.unplaced])
    }

    /// The sector of a contact; a quadrant or a ring of a newer version has no sector here.
    fn group(&mut self, contact: &Contact) -> &mut Group {
        let quadrant = contact.quadrant.as_ref().and_then(Word::known);
        let quadrant = quadrant.and_then(|quadrant| Quadrant::ALL.iter().position(|&other| other == quadrant));
        let ring = usize::try_from(contact.ring).ok().and_then(|ring| ring.checked_sub(1));
        match (ring.and_then(|ring| self.rings.get_mut(ring)), quadrant) {
            (Some(ring), Some(quadrant)) => ring.get_mut(quadrant).unwrap_or(&mut self.unplaced),
            _ => &mut self.unplaced,
        }
    }
}

impl Group {
    pub(super) fn count(&self) -> usize {
        self.drawn.len() + self.more
    }

    fn add(&mut self, contact: &Contact) {
        if self.drawn.len() < MOST {
            self.drawn.push(Person::of(contact));
        } else {
            self.more += 1;
        }
    }
}

impl Person {
    fn of(contact: &Contact) -> Self {
        let name = match contact.minor {
            Some(true) => contact.name.split_whitespace().next().unwrap_or_default(),
            _ => contact.name.as_str(),
        };
        let lines = text::lines(name);
        let status = contact.status.as_ref().and_then(Word::known).unwrap_or(Status::Active);
        let widest = lines.iter().map(|line| text::width(line)).fold(1.0, f64::max);
        let sign = if super::mark::has_sign(status) { SIGN } else { 0.0 };
        let size = Size { width: widest * FONT + sign + 36.0, height: lines.len() as f64 * LINE + 18.0 };
        Self { id: contact.id, name: name.to_owned(), lines, status, size }
    }
}
