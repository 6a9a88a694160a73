//! The parts of the picture, from the back to the front.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::layout::{CENTRE, Layout, Point, signs};
use super::people::{FONT, LINE, People, Person, SIGN};
use super::text::{escaped, fitted, lines, width};
use super::{describe, legend, mark};
use crate::network::{Quadrant, Tie, ring_label};
use crate::{ContactId, Language};

const MARGIN: f64 = 48.0;
/// The size of the title.
const TITLE: f64 = 42.0;
/// The title, and the names of the two upper quadrants below it.
const TOP: f64 = 176.0;
/// The names of the two lower quadrants.
const BOTTOM: f64 = 84.0;
/// The list of people without a place.
const LIST: f64 = 340.0;
const COLOURS: [&str; 4] = ["#b4533c", "#6d5099", "#2c6c8c", "#3b7a4b"];

pub(super) struct Drawing<'a> {
    people: &'a People,
    layout: &'a Layout,
    client: &'a str,
    language: Language,
    /// The middle of the map.
    middle: Point,
    svg: String,
    height: f64,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(people: &'a People, layout: &'a Layout, client: &'a str, language: Language) -> Self {
        let middle = Point { x: MARGIN + layout.radius(), y: TOP + layout.radius() };
        Self { people, layout, client, language, middle, svg: String::new(), height: 0.0 }
    }

    pub(super) fn draw(&mut self, ties: &[Tie]) {
        self.quadrants();
        self.rings();
        let drawn = self.ties(ties);
        self.client();
        self.contacts();
        let list = self.unplaced();
        let below = self.middle.y + self.layout.radius() + BOTTOM;
        let room = self.layout.radius() * 2.0;
        let (legend, height) = legend::draw(self.people, drawn, MARGIN, below, room, self.language);
        self.svg.push_str(&legend);
        self.height = (below + height).max(list) + MARGIN / 2.0;
    }

    /// The whole document, with its title and description.
    pub(super) fn finish(self) -> String {
        let words = self.title();
        let heading = escaped(&fitted(&words, (self.width() - 2.0 * MARGIN) / (TITLE * 1.1)));
        let title = escaped(&words);
        let description = escaped(&describe::picture(self.people, self.language));
        let width = self.width();
        let height = self.height;
        let language = self.language.pick("nl", "en");
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="title desc" xml:lang="{language}" font-family="'Atkinson Hyperlegible', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif">
<title id="title">{title}</title>
<desc id="desc">{description}</desc>
<rect width="100%" height="100%" fill="#fffdf9"/>
<text x="{MARGIN}" y="76" font-size="{TITLE}" font-weight="600" fill="#2b2824">{heading}</text>
{}</svg>
"##,
            self.svg,
        )
    }

    fn title(&self) -> String {
        match self.language {
            Language::Dutch => format!("Het netwerk van {}", self.client),
            Language::English => format!("The network of {}", self.client),
        }
    }

    fn width(&self) -> f64 {
        let list = if self.people.unplaced.count() > 0 { LIST } else { 0.0 };
        2.0 * (MARGIN + self.layout.radius()) + list
    }

    /// A tint per quadrant, stronger towards the middle, with its name outside the rings.
    fn quadrants(&mut self) {
        let Point { x, y } = self.middle;
        let radius = self.layout.radius();
        for (number, (quadrant, colour)) in Quadrant::ALL.iter().zip(COLOURS).enumerate() {
            let (right, down) = signs(number);
            let sweep = if right * down > 0.0 { 1 } else { 0 };
            for r in self.layout.radii.iter().rev() {
                let _ = write!(
                    self.svg,
                    r#"<path d="M{x:.1} {y:.1}h{:.1}A{r:.1} {r:.1} 0 0 {sweep} {x:.1} {:.1}z" fill="{colour}" opacity=".075"/>"#,
                    right * r,
                    y + down * r,
                );
            }
            let (edge, anchor) = if right < 0.0 { (x - radius, "start") } else { (x + radius, "end") };
            let line = if down < 0.0 { y - radius - 26.0 } else { y + radius + 46.0 };
            let count = self.people.count(number);
            let _ = write!(
                self.svg,
                r##"<text x="{edge:.1}" y="{line:.1}" font-size="29" font-weight="600" fill="{colour}" text-anchor="{anchor}">{}<tspan font-weight="400" fill="#57534c" dx="12">{count}</tspan></text>"##,
                escaped(quadrant.label(self.language)),
            );
        }
    }

    /// White circles and axes, with the names of the rings on the axis to the right.
    fn rings(&mut self) {
        let Point { x, y } = self.middle;
        let radius = self.layout.radius();
        for r in self.layout.radii {
            let _ = write!(
                self.svg,
                r##"<circle cx="{x:.1}" cy="{y:.1}" r="{r:.1}" fill="none" stroke="#fff" stroke-width="4"/>"##
            );
        }
        let _ = write!(
            self.svg,
            r##"<path d="M{:.1} {y:.1}h{:.1}M{x:.1} {:.1}v{:.1}" stroke="#fff" stroke-width="6"/>"##,
            x - radius,
            radius * 2.0,
            y - radius,
            radius * 2.0,
        );
        let mut inner = CENTRE;
        for (number, outer) in (1..).zip(self.layout.radii) {
            let label = ring_label(number, self.language);
            let centre = x + (inner + outer) / 2.0;
            let half = width(&label) * 9.0 + 8.0;
            let _ = write!(
                self.svg,
                r##"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="28" rx="14" fill="#fff"/><text x="{centre:.1}" y="{:.1}" font-size="18" fill="#57534c" text-anchor="middle">{}</text>"##,
                centre - half,
                y - 14.0,
                half * 2.0,
                y + 6.0,
                escaped(&label),
            );
            inner = outer;
        }
    }

    /// Thin lines between people who know each other, bent towards the middle; says whether there are any.
    fn ties(&mut self, ties: &[Tie]) -> bool {
        let centres: BTreeMap<ContactId, Point> =
            self.placed().map(|(person, centre, _)| (person.id, centre)).collect();
        let mut any = false;
        for tie in ties {
            let (Some(a), Some(b)) = (centres.get(&tie.a), centres.get(&tie.b)) else { continue };
            any = true;
            let Point { x, y } = bend(*a, *b, self.middle);
            let _ = write!(
                self.svg,
                r##"<path d="M{:.1} {:.1}Q{x:.1} {y:.1} {:.1} {:.1}" fill="none" stroke="#7d776c" stroke-width="2" opacity=".45"/>"##,
                a.x, a.y, b.x, b.y,
            );
        }
        any
    }

    fn client(&mut self) {
        let Point { x, y } = self.middle;
        let lines = lines(self.client);
        let widest = lines.iter().map(|line| width(line) * 1.1).fold(1.0, f64::max);
        let size = (132.0 / widest).min(30.0);
        let _ = write!(self.svg, r##"<circle cx="{x:.1}" cy="{y:.1}" r="{:.1}" fill="#37332d"/>"##, CENTRE - 6.0);
        for (number, line) in lines.iter().enumerate() {
            let down = (number as f64 - (lines.len() as f64 - 1.0) / 2.0) * size * 1.15 + size * 0.35;
            let _ = write!(
                self.svg,
                r##"<text x="{x:.1}" y="{:.1}" font-size="{size:.1}" font-weight="600" fill="#fff" text-anchor="middle">{}</text>"##,
                y + down,
                escaped(line),
            );
        }
    }

    fn contacts(&mut self) {
        let labels: Vec<String> =
            self.placed().map(|(person, centre, colour)| label(person, centre, colour, self.language)).collect();
        self.svg.extend(labels);
    }

    /// Everybody with a place on the map, and the colour of their quadrant.
    fn placed(&self) -> impl Iterator<Item = (&'a Person, Point, &'static str)> + use<'a> {
        let layout = self.layout;
        let middle = self.middle;
        self.people.rings.iter().enumerate().flat_map(move |(ring, groups)| {
            groups.iter().zip(COLOURS).enumerate().flat_map(move |(quadrant, (group, colour))| {
                group.drawn.iter().zip(layout.centres(ring, quadrant)).map(move |(person, centre)| {
                    (person, Point { x: middle.x + centre.x, y: middle.y + centre.y }, colour)
                })
            })
        })
    }

    /// The list beside the map, and where it ends.
    fn unplaced(&mut self) -> f64 {
        let group = &self.people.unplaced;
        if group.count() == 0 {
            return 0.0;
        }
        let left = self.width() - LIST;
        let mut y = TOP - 26.0;
        let heading = |y: f64, words: &str| {
            format!(
                r##"<text x="{left:.1}" y="{y:.1}" font-size="29" font-weight="600" fill="#57534c">{}</text>"##,
                escaped(words)
            )
        };
        self.svg.push_str(&heading(y, &ring_label(0, self.language)));
        y += 30.0;
        for person in &group.drawn {
            let centre = Point { x: left + person.size.width / 2.0, y: y + person.size.height / 2.0 };
            self.svg.push_str(&label(person, centre, "#5d584f", self.language));
            y += person.size.height + 14.0;
        }
        if group.more > 0 {
            y += 26.0;
            self.svg.push_str(&heading(y, &describe::more(group, self.language)));
        }
        y + 26.0
    }
}

/// The control point of a line between two people: a little towards the middle of the map, yet never over it, where
/// the client is and the line would seem to lead to them.
fn bend(a: Point, b: Point, middle: Point) -> Point {
    let half = Point { x: (a.x + b.x) / 2.0 - middle.x, y: (a.y + b.y) / 2.0 - middle.y };
    // The crest of the curve lies halfway between the control point and the middle of the straight line.
    let crest = half.x.hypot(half.y) * 0.9;
    let clear = CENTRE + 36.0;
    if crest >= clear {
        return Point { x: middle.x + half.x * 0.8, y: middle.y + half.y * 0.8 };
    }
    let across = if crest > 1.0 { half } else { Point { x: a.y - b.y, y: b.x - a.x } };
    let scale = clear / across.x.hypot(across.y).max(1.0);
    Point { x: middle.x + 2.0 * across.x * scale - half.x, y: middle.y + 2.0 * across.y * scale - half.y }
}

/// A name in its box.
fn label(person: &Person, centre: Point, colour: &str, language: Language) -> String {
    let left = centre.x - person.size.width / 2.0;
    let top = centre.y - person.size.height / 2.0;
    let has_sign = mark::has_sign(person.status);
    let mut svg = format!(
        r#"<g><title>{}</title><rect class="name" x="{left:.1}" y="{top:.1}" width="{:.1}" height="{:.1}" rx="24" {}/>"#,
        escaped(&describe::person(person, language)),
        person.size.width,
        person.size.height,
        mark::outline(person.status, colour),
    );
    if has_sign {
        let _ = write!(
            svg,
            r#"<g transform="translate({:.1} {:.1})">{}</g>"#,
            left + 28.0,
            centre.y,
            mark::sign(person.status)
        );
    }
    let x = centre.x + if has_sign { SIGN / 2.0 } else { 0.0 };
    for (number, line) in person.lines.iter().enumerate() {
        let y = centre.y + (number as f64 - (person.lines.len() as f64 - 1.0) / 2.0) * LINE + FONT * 0.35;
        let _ = write!(
            svg,
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{FONT}" fill="{}" text-anchor="middle">{}</text>"#,
            mark::ink(person.status),
            escaped(line),
        );
    }
    svg.push_str("</g>\n");
    svg
}
