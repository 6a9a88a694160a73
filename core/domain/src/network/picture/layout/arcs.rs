//! Boxes spread evenly over a few arcs, then pushed apart: how a sector with some room looks best.

use std::f64::consts::FRAC_PI_2;

use super::{Band, GUTTER, Point, corners, overlap};
use crate::network::picture::people::Size;

/// Beyond so many boxes rows look calmer, and pushing apart takes long.
const MOST: usize = 16;
const ARCS: usize = 4;
const ROUNDS: usize = 80;

/// Places for the boxes, or `None` where no arrangement that was tried keeps them apart.
pub(super) fn centres(sizes: &[Size], band: Band, gap: f64) -> Option<Vec<Point>> {
    if sizes.len() > MOST {
        return None;
    }
    (1..=ARCS).find_map(|arcs| {
        let centres = relaxed(spread(sizes, band, arcs), sizes, band, gap);
        is_clear(&centres, sizes, band, gap).then_some(centres)
    })
}

/// Equal angles, on one arc after the other.
fn spread(sizes: &[Size], band: Band, arcs: usize) -> Vec<Point> {
    let arc_width = (band.outer - band.inner) / arcs as f64;
    let at = |index: usize| {
        let angle = (index as f64 + 0.5) / sizes.len() as f64 * FRAC_PI_2;
        let radius = band.inner + (((index + arcs / 2) % arcs) as f64 + 0.5) * arc_width;
        Point { x: radius * angle.cos(), y: radius * angle.sin() }
    };
    (0..sizes.len()).map(at).collect()
}

/// Pushes overlapping boxes apart along the shorter way, and every box back into the band, a bounded number of times.
fn relaxed(mut centres: Vec<Point>, sizes: &[Size], band: Band, gap: f64) -> Vec<Point> {
    settle(&mut centres, sizes, band);
    for _ in 0..ROUNDS {
        let mut pushes = vec![Point { x: 0.0, y: 0.0 }; centres.len()];
        let mut touching = false;
        for (index, one) in centres.iter().zip(sizes).enumerate() {
            for (later, other) in centres.iter().zip(sizes).enumerate().skip(index + 1) {
                let (x, y) = overlap((*one.0, *one.1), (*other.0, *other.1), gap);
                if x <= 0.0 || y <= 0.0 {
                    continue;
                }
                touching = true;
                let push = if x < y {
                    Point { x: (x / 2.0 + 0.5).copysign(one.0.x - other.0.x), y: 0.0 }
                } else {
                    Point { x: 0.0, y: (y / 2.0 + 0.5).copysign(one.0.y - other.0.y) }
                };
                for (who, sign) in [(index, 1.0), (later, -1.0)] {
                    if let Some(sum) = pushes.get_mut(who) {
                        *sum = Point { x: sum.x + sign * push.x, y: sum.y + sign * push.y };
                    }
                }
            }
        }
        if !touching {
            break;
        }
        for (centre, push) in centres.iter_mut().zip(pushes) {
            *centre = Point { x: centre.x + push.x, y: centre.y + push.y };
        }
        settle(&mut centres, sizes, band);
    }
    centres
}

/// Moves each box off the axes and between the radii, as far as that is possible for it.
fn settle(centres: &mut [Point], sizes: &[Size], band: Band) {
    for (centre, &size) in centres.iter_mut().zip(sizes) {
        for _ in 0..4 {
            centre.x = centre.x.max(GUTTER.0 + size.width / 2.0);
            centre.y = centre.y.max(GUTTER.1 + size.height / 2.0);
            let (near, far) = corners(*centre, size);
            let radius = centre.x.hypot(centre.y);
            let too_far = (far.x.hypot(far.y) - band.outer).max(0.0);
            let too_near = (band.inner - near.x.hypot(near.y)).max(0.0);
            let scale = 1.0 + (too_near - too_far) / radius;
            *centre = Point { x: centre.x * scale, y: centre.y * scale };
        }
    }
}

fn is_clear(centres: &[Point], sizes: &[Size], band: Band, gap: f64) -> bool {
    let boxes: Vec<(Point, Size)> = centres.iter().copied().zip(sizes.iter().copied()).collect();
    boxes.iter().enumerate().all(|(index, &one)| {
        let apart = |&other: &(Point, Size)| {
            let (x, y) = overlap(one, other, gap);
            x <= 0.0 || y <= 0.0
        };
        band.holds(one.0, one.1) && boxes.iter().skip(index + 1).all(apart)
    })
}
