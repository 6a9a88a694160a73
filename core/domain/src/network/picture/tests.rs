//! Names never overlap, whatever the network.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::network::{Contact, Quadrant, Relation, Status, Tie};
use crate::words::Word;
use crate::{ContactId, Timestamp};

fn contact(number: usize, name: &str, quadrant: usize, ring: i64, status: Option<Status>) -> Contact {
    Contact {
        id: ContactId::new(Uuid::from_u128(number as u128)),
        by: None,
        at: Timestamp::default(),
        person_id: None,
        name: name.to_owned(),
        quadrant: Quadrant::ALL.get(quadrant).map(|quadrant| (*quadrant).into()),
        ring,
        placed_by: None,
        placed_at: None,
        revived_at: None,
        relation: None,
        desired_ring: None,
        frequency_per_year: None,
        initiator: None,
        gives: None,
        receives: None,
        status: status.map(Into::into),
        wish: None,
        known_since: None,
        last_contact: None,
        place: None,
        does: None,
        minor: None,
    }
}

fn network(contacts: Vec<Contact>) -> NetworkModel {
    let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id).collect();
    let ties = ids.windows(2).map(|pair| Tie { a: pair[0], b: pair[1] }).collect();
    NetworkModel {
        contacts,
        archived: vec![],
        ties,
        distinct: vec![],
        snapshots: vec![],
        suggestions: vec![],
        erasures: vec![],
    }
}

/// The boxes of names in a picture: left, top, right, bottom.
fn boxes(svg: &str) -> Vec<[f64; 4]> {
    let value = |rect: &str, key: &str| -> f64 {
        let (_, rest) = rect.split_once(&format!(" {key}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    svg.split("<rect class=\"name\"")
        .skip(1)
        .map(|rect| {
            let x = value(rect, "x");
            let y = value(rect, "y");
            [x, y, x + value(rect, "width"), y + value(rect, "height")]
        })
        .collect()
}

fn assert_readable(network: &NetworkModel, svg: &str) {
    let boxes = boxes(svg);
    assert_eq!(boxes.len(), network.contacts.len(), "everybody is drawn");
    let (_, rest) = svg.split_once("viewBox=\"0 0 ").unwrap();
    let (width, rest) = rest.split_once(' ').unwrap();
    let (width, height): (f64, f64) = (width.parse().unwrap(), rest.split_once('"').unwrap().0.parse().unwrap());
    for (index, one) in boxes.iter().enumerate() {
        assert!(one[0] >= 0.0 && one[1] >= 0.0 && one[2] <= width && one[3] <= height, "{one:?} leaves the picture");
        for other in &boxes[index + 1..] {
            let apart = one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1];
            assert!(apart, "{one:?} and {other:?} overlap");
        }
    }
}

fn any_contact() -> impl Strategy<Value = (String, usize, i64, Option<Status>)> {
    let name = prop_oneof!["[A-Z][a-z]{2,9}( van)?( [A-Z][a-z]{3,12})?", "[W ]{1,200}", "\\PC{1,60}",];
    (name, 0..5usize, 0..6i64, proptest::option::of(proptest::sample::select(Status::ALL.to_vec())))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn names_never_overlap(people in proptest::collection::vec(any_contact(), 0..60)) {
        let contacts = people.iter().enumerate();
        let contacts = contacts.map(|(number, (name, quadrant, ring, status))| contact(number, name, *quadrant, *ring, *status));
        let network = network(contacts.collect());
        assert_readable(&network, &picture(&network, "Joost", Language::Dutch));
    }
}

#[test]
fn forty_in_one_quadrant_and_a_hundred_in_all_are_readable() {
    for ring in 1..=4 {
        for name in ["Wilhelmina Mathilde van Mmmmmmmmmmmmmm", "Bo"] {
            let full = (0..40).map(|number| contact(number, name, 0, ring, Some(Status::Strained)));
            let spread = (40..100).map(|number| contact(number, name, number % 4, (number % 5) as i64, None));
            let network = network(full.chain(spread).collect());
            let svg = picture(&network, "Joost van Dalen", Language::English);
            assert_readable(&network, &svg);
        }
    }
}

#[test]
fn a_crowd_is_drawn_in_part_and_counted_in_full() {
    let network = network((0..2000).map(|number| contact(number, "Bo", 0, 1, None)).collect());
    let svg = picture(&network, "Joost", Language::Dutch);
    assert_eq!(boxes(&svg).len(), people::MOST);
    assert!(svg.contains("en nog 1940") && svg.len() < 300_000, "{}", svg.len());
}

#[test]
fn it_reads_aloud_in_the_order_of_rings_and_names_are_only_text() {
    let mut child = contact(2, "Sanne de Wit", 0, 2, None);
    child.minor = Some(true);
    let mut newer = contact(3, "Wil <script>", 9, 3, None);
    newer.quadrant = Some(Word::of("virtual"));
    let network = network(vec![child, newer, contact(1, "Ria", 0, 1, Some(Status::Faded))]);
    let svg = picture(&network, "R&D", Language::Dutch);
    assert!(svg.contains(
        "3 mensen op de kaart. Heel dichtbij, Familie: Ria (lang niet gezien). Vrienden, Familie: Sanne. \
         Nog niet geplaatst: Wil &lt;script&gt;."
    ));
    assert!(svg.contains("Het netwerk van R&amp;D") && !svg.contains("<script") && !svg.contains("de Wit"));
    assert_eq!(svg, picture(&network, "R&D", Language::Dutch));
}

#[test]
fn shops_and_those_who_are_gone_are_shown_and_not_counted() {
    let mut shop = contact(1, "Bakker", 3, 3, None);
    shop.relation = Some(Relation::Shop.into());
    let gone = contact(2, "Piet", 0, 1, Some(Status::Deceased));
    let svg = picture(&network(vec![shop, gone, contact(3, "Ria", 0, 1, None)]), "Joost", Language::Dutch);
    assert!(svg.contains("1 mens op de kaart.") && svg.contains("Bakker") && svg.contains("Piet"));
}
