use kring_domain::{DocumentKind, Role};

/// Returns who may read what: the table of the requirements, written down a second time.
pub(crate) fn may_read(role: Role, kind: DocumentKind) -> bool {
    matches!(
        (kind.name(), role.name()),
        ("network", "client" | "representative" | "professional")
            | ("plan" | "circle", "client" | "representative" | "member" | "carer" | "professional")
            | ("consents", "client" | "representative" | "professional")
            | ("private", "client")
            | ("private_time", "client" | "member" | "carer")
            | ("pronotes", "professional")
    )
}

/// Returns who may read what while a consent is in force.
pub(crate) fn may_read_by_consent(role: Role, kind: DocumentKind) -> bool {
    matches!((kind.name(), role.name()), ("private", "professional") | ("pronotes", "client" | "representative"))
}
