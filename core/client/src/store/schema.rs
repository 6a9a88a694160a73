//! One migration per version. `schema.sql` beside this file is what they make; read that.

use rusqlite::Connection;

use super::StoreError;

/// Each migration brings the file from the version before it to its own; the first starts with an empty file.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
    include_str!("schema/0008.sql"),
];

/// Brings a file up to the present version.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if usize::try_from(version).map_or(true, |version| version > MIGRATIONS.len()) {
        return Err(StoreError::Newer { version });
    }
    for (number, migration) in (1u32..).zip(MIGRATIONS).filter(|(number, _)| *number > version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_strict() {
        let fresh = migrated(Connection::open_in_memory().unwrap());
        let mut statement = fresh.prepare("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").unwrap();
        let tables = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))).unwrap();
        for (name, strict) in tables.map(Result::unwrap) {
            assert!(strict || name.starts_with("sqlite_"), "{name}");
        }
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 4_000).unwrap();
        assert!(matches!(migrate(&mut connection), Err(StoreError::Newer { version: 4_000 })));
    }

    fn migrated(mut connection: Connection) -> Connection {
        migrate(&mut connection).unwrap();
        connection
    }
}
