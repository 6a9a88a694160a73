//! The meaning of the outlines and signs that are in the picture.

use super::people::{People, Person};
use super::{mark, text};
use crate::Language;
use crate::network::Status;

/// The size of the type, and the height of one row.
pub(super) const FONT: f64 = 22.0;
pub(super) const ROW: f64 = 48.0;
const SAMPLE: f64 = 58.0;

/// The legend from the left edge `x` and the top `y`, in rows of at most `room`, and its height.
pub(super) fn draw(people: &People, ties: bool, x: f64, y: f64, room: f64, language: Language) -> (String, f64) {
    let mut svg = String::new();
    let mut left = 0.0;
    let mut row = 0.0;
    for entry in entries(people, ties) {
        let label = label(entry, language);
        let width = SAMPLE + 12.0 + text::width(label) * FONT + 36.0;
        if left > 0.0 && left + width > room {
            (left, row) = (0.0, row + 1.0);
        }
        svg.push_str(&sample(entry, label, x + left, y + row * ROW));
        left += width;
    }
    (svg, (row + 1.0) * ROW)
}

/// A status, or `None` for the lines between people.
type Entry = Option<Status>;

fn entries(people: &People, ties: bool) -> Vec<Entry> {
    let used =
        |status: Status| people.groups().any(|group| group.drawn.iter().any(|person: &Person| person.status == status));
    let statuses = Status::ALL.iter().copied().filter(|&status| used(status));
    statuses.map(Some).chain(ties.then_some(None)).collect()
}

const fn label(entry: Entry, language: Language) -> &'static str {
    match entry {
        Some(status) => status.label(language),
        None => language.pick("kennen elkaar", "know each other"),
    }
}

fn sample(entry: Entry, label: &str, x: f64, y: f64) -> String {
    let middle = y + ROW / 2.0;
    let centre = x + SAMPLE / 2.0;
    let shape = match entry {
        Some(status) => format!(
            r#"<rect x="{x:.1}" y="{:.1}" width="{SAMPLE}" height="32" rx="16" {}/><g transform="translate({centre:.1} {middle:.1})">{}</g>"#,
            middle - 16.0,
            mark::outline(status, "#5d584f"),
            mark::sign(status),
        ),
        None => {
            format!(r##"<path d="M{x:.1} {middle:.1}h{SAMPLE}" stroke="#7d776c" stroke-width="2.5" opacity=".7"/>"##)
        }
    };
    let text_x = x + SAMPLE + 12.0;
    format!(
        r##"{shape}<text x="{text_x:.1}" y="{:.1}" font-size="{FONT}" fill="#444">{}</text>"##,
        middle + FONT * 0.35,
        text::escaped(label)
    )
}
