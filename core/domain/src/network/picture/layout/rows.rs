//! Boxes row by row, as close as they can be: how a full sector still fits.

use super::{Band, GAP, GUTTER, Point};
use crate::network::picture::people::Size;

/// Places for the boxes, or `None` where the band is too narrow for them.
pub(super) fn centres(sizes: &[Size], band: Band) -> Option<Vec<Point>> {
    let height = sizes.iter().map(|size| size.height).fold(0.0, f64::max);
    let mut centres = Vec::with_capacity(sizes.len());
    let mut waiting = sizes;
    let mut top = GUTTER.1;
    while !waiting.is_empty() {
        let bottom = top + height;
        if bottom >= band.outer {
            return None;
        }
        // The near corners of a row lie on its upper edge, the far ones on its lower edge.
        let left = (band.inner.powi(2) - top.powi(2)).max(0.0).sqrt().max(GUTTER.0);
        let right = (band.outer.powi(2) - bottom.powi(2)).max(0.0).sqrt();
        let (row, rest) = waiting.split_at(fitting(waiting, right - left));
        let used: f64 = row.iter().map(|size| size.width).sum();
        let space = (right - left - used) / (row.len() as f64 + 1.0);
        // Rows with room leave it at both ends as well; full ones keep the gap between the boxes.
        let between = space.max(GAP);
        let mut x = left + (right - left - used - between * (row.len().saturating_sub(1)) as f64) / 2.0;
        for size in row {
            centres.push(Point { x: x + size.width / 2.0, y: (top + bottom) / 2.0 });
            x += size.width + between;
        }
        waiting = rest;
        top = bottom + GAP;
    }
    Some(centres)
}

/// Returns how many of the boxes fit side by side.
fn fitting(sizes: &[Size], room: f64) -> usize {
    let mut used = -GAP;
    sizes
        .iter()
        .take_while(|size| {
            used += size.width + GAP;
            used <= room
        })
        .count()
}
