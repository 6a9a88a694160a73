//! Members of a space: who is in it as what, who may let somebody in and who may send somebody away.

use kring_domain::{PersonId, Role, SpaceId, Timestamp};
use rusqlite::{Connection, params};

use super::roles::{has_client, role_in};
use super::{AccountError, former, persons, rights};

/// One person of a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRow {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// Their role in this space.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// The way in which somebody left a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// By themselves.
    Left,
    /// Somebody else did it.
    Removed,
}

/// Everybody in a space, in the order in which they joined.
///
/// # Errors
///
/// When the database refuses.
pub fn roster(connection: &Connection, space: SpaceId) -> Result<Vec<RosterRow>, AccountError> {
    let sql = "SELECT person_id, name, role, joined_at FROM members JOIN persons USING (person_id)
               WHERE space_id = ?1 ORDER BY joined_at, person_id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([space.uuid()], |row| {
        let role: String = row.get(2)?;
        Ok(Role::from_name(&role).map(|role| (row.get(0), row.get(1), role, row.get(3))))
    })?;
    let mut roster = Vec::new();
    for row in rows {
        let Some((person, name, role, joined_at)) = row? else { continue };
        let person = PersonId::new(person?);
        let joined_at = Timestamp::from_millis(joined_at?);
        roster.push(RosterRow { person, name: name?, role, joined_at });
    }
    Ok(roster)
}

/// Returns whether a person may invite somebody with a role into a space.
///
/// # Errors
///
/// [`AccountError::NotFound`] for anybody who is not in the space, [`AccountError::Forbidden`] for anybody who may not, and
/// [`AccountError::Conflict`] for a second client.
pub fn invite(connection: &Connection, space: SpaceId, person: PersonId, role: Role) -> Result<Role, AccountError> {
    let own = role_in(connection, space, person)?;
    if !may_invite(own, role) {
        return Err(AccountError::Forbidden);
    }
    match role {
        Role::Client if has_client(connection, space)? => Err(AccountError::Conflict("the space has a client")),
        // Whoever speaks for a client who is there is the client's to choose.
        Role::Representative if own == Role::Professional && has_client(connection, space)? => {
            Err(AccountError::Forbidden)
        }
        _ => Ok(own),
    }
}

/// Returns whether a person may make a code with which another person of a space comes back.
///
/// With the code goes everything that the other person may, so the maker must be somebody who may bring them back in every
/// space that they are in: a code made in one space opens no other. A professional of the server is brought back by
/// another.
///
/// # Errors
///
/// [`AccountError::NotFound`] when either is not in the space, and [`AccountError::Forbidden`] for anybody who may not.
pub fn invite_back(
    connection: &Connection,
    space: SpaceId,
    by: PersonId,
    person: PersonId,
) -> Result<Role, AccountError> {
    let own = role_in(connection, space, by)?;
    let other = role_in(connection, space, person)?;
    let may = match by == person {
        true => matches!(own, Role::Client | Role::Professional),
        false => own.may_invite_back(other) && may_bring_back_everywhere(connection, by, person)?,
    };
    if may { Ok(own) } else { Err(AccountError::Forbidden) }
}

/// Returns whether somebody may bring a person back in every space that the person is in.
fn may_bring_back_everywhere(connection: &Connection, by: PersonId, person: PersonId) -> Result<bool, AccountError> {
    if persons::is_professional(connection, person)? && !persons::is_professional(connection, by)? {
        return Ok(false);
    }
    let sql = "SELECT theirs.role, own.role FROM members AS theirs
               LEFT JOIN members AS own ON own.space_id = theirs.space_id AND own.person_id = ?2
               WHERE theirs.person_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![person.uuid(), by.uuid()])?;
    while let Some(row) = rows.next()? {
        let role = |index| row.get::<_, Option<String>>(index).map(|role| role.and_then(|role| Role::from_name(&role)));
        let may = role(1)?.zip(role(0)?).is_some_and(|(own, other)| own.may_invite_back(other));
        if !may {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes a person out of a space, by the will of `by`.
///
/// # Errors
///
/// [`AccountError::NotFound`] when either is not in the space, [`AccountError::Forbidden`] when `by` may not, and
/// [`AccountError::Conflict`] when the space would be left with nobody to look after it.
pub fn remove_member(
    connection: &Connection,
    space: SpaceId,
    by: PersonId,
    person: PersonId,
    now: Timestamp,
) -> Result<(Role, Departure), AccountError> {
    let own = role_in(connection, space, by)?;
    let rights = rights(connection, space, person)?;
    let role = rights.role;
    if !may_remove(own, role, by == person) {
        return Err(AccountError::Forbidden);
    }
    if role == Role::Professional && !is_looked_after_without(connection, space, person)? {
        return Err(AccountError::Conflict("nobody would be left to look after the space"));
    }
    former::keep_former_memberships(connection, space, &rights, now)?;
    connection
        .prepare_cached("DELETE FROM members WHERE space_id = ?1 AND person_id = ?2")?
        .execute(params![space.uuid(), person.uuid()])?;
    persons::clear_name_if_orphaned(connection, person)?;
    Ok((own, if by == person { Departure::Left } else { Departure::Removed }))
}

/// The most spaces that one person is in: what their phone takes in pages.
const MAX_SPACES: i64 = 5_000;

/// Puts a person into a space; who is in it with the same role stays in it.
pub(super) fn join(
    connection: &Connection,
    space: SpaceId,
    person: PersonId,
    role: Role,
    now: Timestamp,
) -> Result<(), AccountError> {
    match role_in(connection, space, person) {
        Ok(own) if own == role => return Ok(()),
        Ok(_) => return Err(AccountError::Conflict("already in this space with another role")),
        Err(AccountError::NotFound) => {}
        Err(error) => return Err(error),
    }
    if role == Role::Client && has_client(connection, space)? {
        return Err(AccountError::Conflict("the space has a client"));
    }
    let count = "SELECT count(*) FROM members WHERE person_id = ?1";
    let count: i64 = connection.prepare_cached(count)?.query_row([person.uuid()], |row| row.get(0))?;
    if count >= MAX_SPACES {
        return Err(AccountError::TooManySpaces);
    }
    connection
        .prepare_cached("INSERT INTO members (space_id, person_id, role, joined_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![space.uuid(), person.uuid(), role.name(), now.millis()])?;
    former::forget_former_memberships(connection, space, person)
}

fn is_looked_after_without(connection: &Connection, space: SpaceId, person: PersonId) -> Result<bool, AccountError> {
    let sql = "SELECT 1 FROM members
               WHERE space_id = ?1 AND person_id <> ?2 AND role IN ('client', 'representative', 'professional')";
    Ok(connection.prepare_cached(sql)?.exists(params![space.uuid(), person.uuid()])?)
}

const fn may_invite(own: Role, invited: Role) -> bool {
    match own {
        Role::Professional => true,
        Role::Client | Role::Representative => !matches!(invited, Role::Client),
        Role::Member | Role::Carer | Role::Backup | Role::Colleague | Role::CarerConsultant => false,
    }
}

/// Nobody takes the client's membership from them: with it would go what is theirs alone. A representative is there beside the
/// client and never instead of them, and is not the professional's to remove.
const fn may_remove(own: Role, other: Role, is_self: bool) -> bool {
    match own {
        Role::Professional => is_self || !matches!(other, Role::Client | Role::Representative),
        Role::Client => !is_self && !matches!(other, Role::Client),
        Role::Representative => is_self || !matches!(other, Role::Client),
        Role::Member | Role::Carer | Role::Backup | Role::Colleague | Role::CarerConsultant => is_self,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHERS: [Role; 5] = [Role::Member, Role::Carer, Role::Backup, Role::Colleague, Role::CarerConsultant];

    #[test]
    fn who_removes_whom_depends_on_the_role() {
        for role in Role::ALL {
            let is_theirs = matches!(role, Role::Client | Role::Representative);
            assert_eq!(may_remove(Role::Professional, role, false), !is_theirs);
            assert_eq!(may_remove(Role::Client, role, false), role != Role::Client);
            assert_eq!(may_remove(Role::Representative, role, false), role != Role::Client);
            assert!(OTHERS.iter().all(|own| !may_remove(*own, role, false)));
        }
        assert!(!may_remove(Role::Client, Role::Client, true));
        assert!(OTHERS.iter().all(|own| may_remove(*own, *own, true)));
        assert!(may_remove(Role::Representative, Role::Representative, true));
    }

    #[test]
    fn only_three_roles_invite() {
        for role in Role::ALL {
            assert!(may_invite(Role::Professional, role));
            assert_eq!(may_invite(Role::Client, role), role != Role::Client);
            assert_eq!(may_invite(Role::Representative, role), role != Role::Client);
            assert!(OTHERS.iter().all(|own| !may_invite(*own, role)));
        }
    }
}
