//! Rights that do not come with a role: what the consents in force add to it.

use std::collections::BTreeSet;

use automerge::ReadDoc;

use crate::consents::Consent;
use crate::{Access, DocumentKind, PersonId, Role};

/// The person who gets in by a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grantee {
    /// One person, whatever they are in the space.
    Person(PersonId),
    /// Everybody with a role.
    Role(Role),
}

/// A document opened to somebody by consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The kind of document.
    pub kind: DocumentKind,
    /// The person who gets in.
    pub to: Grantee,
}

/// The consents of a space that are in force, as far as they open documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeSet<Grant>);

impl Grants {
    /// Reads them off a document of kind `consents`; off any other there are none.
    pub fn of(document: &impl ReadDoc) -> Self {
        Consent::grants(document).collect()
    }

    /// Each grant once.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter()
    }

    /// Returns whether a document is open to a person by consent.
    pub fn covers(&self, kind: DocumentKind, role: Role, person: PersonId) -> bool {
        [Grantee::Person(person), Grantee::Role(role)].iter().any(|&to| self.0.contains(&Grant { kind, to }))
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        Self(grants.into_iter().collect())
    }
}

/// Returns how far a person gets into the document of a kind: by their role, and by the consents in force.
///
/// A consent opens no more than the kind allows it to for the person's role, so one given to the wrong person opens
/// nothing.
pub fn access(kind: DocumentKind, role: Role, person: PersonId, grants: &Grants) -> Access {
    let by_role = kind.access(role);
    if grants.covers(kind, role, person) { by_role.max(kind.by_consent(role)) } else { by_role }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_consent_opens_what_the_kind_allows_and_to_nobody_else() {
        let person = |number| PersonId::new(Uuid::from_u128(number));
        let to_person = |kind, number| Grant { kind, to: Grantee::Person(person(number)) };
        let grants: Grants = DocumentKind::ALL.iter().map(|kind| to_person(*kind, 1)).collect();
        for &kind in DocumentKind::ALL {
            for role in Role::ALL {
                let with = access(kind, role, person(1), &grants);
                assert_eq!(with, kind.access(role).max(kind.by_consent(role)), "{kind} {role:?}");
                assert_eq!(access(kind, role, person(2), &grants), kind.access(role), "{kind} {role:?}");
                assert_eq!(access(kind, role, person(1), &Grants::default()), kind.access(role));
            }
        }
        let role: Grants =
            [Grant { kind: DocumentKind::Private, to: Grantee::Role(Role::Professional) }].into_iter().collect();
        assert_eq!(access(DocumentKind::Private, Role::Professional, person(3), &role), Access::Read);
        assert_eq!(access(DocumentKind::Private, Role::Member, person(3), &role), Access::None);
    }

    #[test]
    fn no_consent_lets_a_professional_into_private_time() {
        for role in [Role::Professional, Role::Colleague, Role::Backup, Role::CarerConsultant] {
            let person = PersonId::new(Uuid::from_u128(1));
            let to = [Grantee::Person(person), Grantee::Role(role)];
            let grants: Grants = to.map(|to| Grant { kind: DocumentKind::PrivateTime, to }).into_iter().collect();
            assert!(grants.covers(DocumentKind::PrivateTime, role, person));
            assert_eq!(access(DocumentKind::PrivateTime, role, person, &grants), Access::None, "{role:?}");
        }
    }
}
