//! The coordinates at which everybody is drawn.
//!
//! Every sector is worked out as if it were the quarter with both coordinates positive, and mirrored afterwards.
//! There, a box lies between two radii exactly when its near corner is beyond the inner one and its far corner
//! within the outer one. Boxes of different sectors are apart because the sectors are; so only the boxes within a
//! sector have to be kept apart, and a ring is made wider until they are. That ends: filled row by row, a wide
//! enough ring holds any number of boxes.

mod arcs;
mod rows;

use super::people::{Group, People, Size};

/// The radius of the client's own circle.
pub(super) const CENTRE: f64 = 84.0;
/// The least distance between a name and the axes: ring names stand on the horizontal one.
const GUTTER: (f64, f64) = (12.0, 20.0);
/// The least distance between a name and the edge of its ring.
const EDGE: f64 = 7.0;
/// The least distance between two names, and the one that looks better.
const GAP: f64 = 10.0;
const WIDE_GAP: f64 = 34.0;
/// The narrowest ring, and by how much it grows at a time.
const NARROWEST: f64 = 150.0;
const STEP: f64 = 15.0;

/// The middle of a box, from the middle of the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// The outer radius of each ring, and the middle of everybody who is in it.
pub(super) struct Layout {
    pub(super) radii: [f64; 4],
    centres: Vec<[Vec<Point>; 4]>,
}

impl Layout {
    pub(super) fn of(people: &People) -> Self {
        let mut inner = CENTRE;
        let mut centres = Vec::with_capacity(people.rings.len());
        let radii = people.rings.each_ref().map(|ring| {
            let (outer, ring_centres) = ring_of(ring, inner);
            centres.push(ring_centres);
            inner = outer;
            outer
        });
        Self { radii, centres }
    }

    /// The radius of the whole map.
    pub(super) fn radius(&self) -> f64 {
        let [.., outer] = self.radii;
        outer
    }

    /// Returns where the people of one sector are, in the order of its group.
    pub(super) fn centres(&self, ring: usize, quadrant: usize) -> &[Point] {
        self.centres.get(ring).and_then(|ring| ring.get(quadrant)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The signs of the coordinates of a quadrant: family and peers above, society and professionals below.
pub(super) const fn signs(quadrant: usize) -> (f64, f64) {
    match quadrant {
        0 => (-1.0, -1.0),
        1 => (1.0, -1.0),
        2 => (1.0, 1.0),
        _ => (-1.0, 1.0),
    }
}

fn ring_of(groups: &[Group; 4], inner: f64) -> (f64, [Vec<Point>; 4]) {
    let sizes = groups.each_ref().map(|group| group.drawn.iter().map(|person| person.size).collect::<Vec<_>>());
    let mut outer = inner + NARROWEST;
    loop {
        let band = Band { inner: inner + EDGE, outer: outer - EDGE };
        let [family, peers, professionals, society] = sizes.each_ref().map(|sizes| sector(sizes, band));
        if let (Some(family), Some(peers), Some(professionals), Some(society)) = (family, peers, professionals, society)
        {
            let mut quadrant = 0;
            let centres = [family, peers, professionals, society].map(|centres| {
                let (x, y) = signs(quadrant);
                quadrant += 1;
                centres.into_iter().map(|centre| Point { x: centre.x * x, y: centre.y * y }).collect()
            });
            return (outer, centres);
        }
        outer += STEP;
    }
}

/// Places boxes in one sector, loosely on arcs where they fit so and row by row where they do not.
fn sector(sizes: &[Size], band: Band) -> Option<Vec<Point>> {
    let loosely = [WIDE_GAP, GAP].into_iter().find_map(|gap| arcs::centres(sizes, band, gap));
    loosely.or_else(|| rows::centres(sizes, band))
}

/// A quarter of a ring.
#[derive(Clone, Copy)]
struct Band {
    inner: f64,
    outer: f64,
}

impl Band {
    fn holds(&self, centre: Point, size: Size) -> bool {
        let (near, far) = corners(centre, size);
        near.x >= GUTTER.0
            && near.y >= GUTTER.1
            && near.x.hypot(near.y) >= self.inner
            && far.x.hypot(far.y) <= self.outer
    }
}

/// The corners of a box that are nearest to the middle of the map and farthest from it.
fn corners(centre: Point, size: Size) -> (Point, Point) {
    let x = size.width / 2.0;
    let y = size.height / 2.0;
    (Point { x: centre.x - x, y: centre.y - y }, Point { x: centre.x + x, y: centre.y + y })
}

/// Returns how far two boxes with the gap between them reach into each other, by axis; both positive where they touch.
fn overlap(one: (Point, Size), other: (Point, Size), gap: f64) -> (f64, f64) {
    let x = (one.1.width + other.1.width) / 2.0 + gap - (one.0.x - other.0.x).abs();
    let y = (one.1.height + other.1.height) / 2.0 + gap - (one.0.y - other.0.y).abs();
    (x, y)
}
