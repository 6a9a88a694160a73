//! The state of things with a contact, in outline and sign; colour only adds to it.

use crate::network::Status;

/// The outline of a label: its attributes in SVG, with the colour of the quadrant.
pub(super) fn outline(status: Status, colour: &str) -> String {
    match status {
        Status::Active | Status::New => format!(r##"fill="#fff" stroke="{colour}" stroke-width="2.5""##),
        Status::Faded => format!(r##"fill="#fff" stroke="{colour}" stroke-width="2.5" stroke-dasharray="9 7""##),
        Status::Strained => r##"fill="#fff" stroke="#9c2f2f" stroke-width="4""##.to_owned(),
        Status::Ended => {
            r##"fill="#faf9f7" stroke="#8a857c" stroke-width="2.5" stroke-dasharray="2 6" stroke-linecap="round""##
                .to_owned()
        }
        Status::Deceased => r##"fill="#f1efeb" stroke="#8a857c" stroke-width="1.5""##.to_owned(),
    }
}

/// The colour of a name.
pub(super) const fn ink(status: Status) -> &'static str {
    match status {
        Status::Active | Status::New | Status::Strained => "#222",
        Status::Faded | Status::Ended | Status::Deceased => "#57534c",
    }
}

/// Returns whether a sign stands before the name.
pub(super) const fn has_sign(status: Status) -> bool {
    matches!(status, Status::Strained | Status::Deceased | Status::New)
}

/// The sign around the origin, within 12 pixels to each side; empty where there is none.
pub(super) const fn sign(status: Status) -> &'static str {
    match status {
        Status::Strained => {
            r##"<path d="M-10 5l5-10 5 10 5-10 5 10" fill="none" stroke="#9c2f2f" stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/>"##
        }
        // A small flame, for somebody who is remembered.
        Status::Deceased => {
            r##"<path d="M0-11c5 6 7 9 7 13a7 7 0 0 1-14 0c0-4 2-7 7-13z" fill="#c9b68f" stroke="#8a857c" stroke-width="1.5"/>"##
        }
        Status::New => {
            r##"<path d="M0-9v18M-9 0h18" fill="none" stroke="#3b3833" stroke-width="3" stroke-linecap="round"/>"##
        }
        Status::Active | Status::Faded | Status::Ended => "",
    }
}
