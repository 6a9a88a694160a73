//! The network map as a picture: an SVG to print, to show and to read aloud.
//!
//! No two names ever overlap. Each quadrant of each ring is a sector of its own, and a ring grows until the names
//! of all its sectors fit; see [`layout`] for why that ends.

mod describe;
mod draw;
mod layout;
mod legend;
mod mark;
mod people;
mod text;

use super::NetworkModel;
use crate::Language;
use layout::Layout;
use people::People;

/// Draws the network of a client as an SVG document of at most a few hundred kilobytes.
///
/// The client is in the centre, each contact in the ring and quadrant of its place, with the name in readable
/// type; contacts without a place are listed beside the map. How things stand is shown by outline and sign, not by
/// colour alone. Long names end in an ellipsis, with the whole name in the contact's `title`. Of somebody under
/// age only the first name is drawn. A sector shows at most 60 contacts and counts the others. The description for
/// screen readers gives the contacts in the order of rings.
pub fn picture(network: &NetworkModel, client_name: &str, language: Language) -> String {
    let people = People::of(network);
    let layout = Layout::of(&people);
    let mut drawing = draw::Drawing::new(&people, &layout, client_name, language);
    drawing.draw(&network.ties);
    drawing.finish()
}

#[cfg(test)]
mod tests;
