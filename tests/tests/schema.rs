//! The stored forms: `schema.sql` of server and phone is what a new file has, and what an older file becomes.
#![expect(clippy::expect_used, reason = "what is not as it should be ends the test, there")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use kring_client::{Kring, Options};
use kring_server::store::Store;
use kring_tests::freeze::unpack;
use rusqlite::Connection;
use tempfile::TempDir;

/// A kind of database, with the folder of its store.
#[derive(Clone, Copy)]
enum Side {
    Server,
    Phone,
}

impl Side {
    fn store(self) -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        match self {
            Self::Server => root.join("server/src/store"),
            Self::Phone => root.join("core/client/src/store"),
        }
    }

    /// Opens the database in a directory as its program does, then returns what is in it.
    fn opened(self, path: &Path) -> Connection {
        match self {
            Self::Server => drop(Store::open(path.parent().expect("a directory")).expect("the server opens it")),
            Self::Phone => Kring::open(path, Options::default()).expect("the phone opens it").close(),
        }
        Connection::open(path).expect("SQLite opens it")
    }

    /// The migrations, oldest first.
    fn migrations(self) -> Vec<String> {
        let files = fs::read_dir(self.store().join("schema")).expect("the migrations are there");
        let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read_to_string(path).expect("a migration is text")).collect()
    }

    /// The frozen files of every version, unpacked.
    fn frozen(self) -> Vec<(TempDir, PathBuf)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("frozen");
        let versions = fs::read_dir(folder).expect("there are frozen versions").map(|entry| entry.expect("a folder"));
        let mut files = Vec::new();
        for version in versions {
            let home = TempDir::new().expect("there is room for a directory");
            let (part, name) = match self {
                Self::Server => ("server", "kring.db"),
                Self::Phone => ("phones", "joost.kring"),
            };
            unpack(&version.path().join(part), home.path()).expect("the frozen files unpack");
            let path = home.path().join(name);
            assert!(path.is_file(), "{}", path.display());
            files.push((home, path));
        }
        files
    }
}

#[test]
fn the_schema_on_the_page_is_that_of_a_new_file() {
    for side in [Side::Server, Side::Phone] {
        let home = TempDir::new().expect("there is room for a directory");
        let database = side.opened(&home.path().join("kring.db"));
        let page = page(&database, &side.migrations());
        let path = side.store().join("schema.sql");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &page).expect("the page can be written");
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page, "{} is old: UPDATE_DOCS=1 cargo test --workspace --test schema", path.display());
    }
}

#[test]
fn a_frozen_file_becomes_like_a_new_one() {
    for side in [Side::Server, Side::Phone] {
        let frozen = side.frozen();
        assert!(!frozen.is_empty());
        for (_home, path) in frozen {
            let page = page(&side.opened(&path), &side.migrations());
            let written = fs::read_to_string(side.store().join("schema.sql")).expect("the page is there");
            assert!(written == page, "{} became another schema:\n{page}", path.display());
        }
    }
}

#[test]
fn every_table_is_strict() {
    for side in [Side::Server, Side::Phone] {
        let home = TempDir::new().expect("there is room for a directory");
        let database = side.opened(&home.path().join("kring.db"));
        let sql =
            "SELECT count(*), sum(strict) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'";
        let counted = database.query_row(sql, [], |row| Ok([row.get::<_, i64>(0)?, row.get::<_, i64>(1)?]));
        let [all, strict] = counted.expect("SQLite lists its tables");
        assert!(all > 5);
        assert_eq!(all, strict);
    }
}

/// Every version of the project that has a name has its frozen files.
#[test]
fn every_version_is_frozen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let changes = fs::read_to_string(root.join("CHANGELOG.md")).expect("the changelog is there");
    let headings = changes.lines().filter_map(|line| line.strip_prefix("## "));
    let released = headings.filter_map(|heading| heading.split_whitespace().next());
    let released = released.map(|version| version.trim_matches(['[', ']'])).filter(|version| *version != "Unreleased");
    for version in released.chain([env!("CARGO_PKG_VERSION")]) {
        let folder = root.join("tests/frozen").join(version);
        assert!(folder.is_dir(), "kring-freeze {} makes it", folder.display());
    }
}

/// The schema as a person reads it: each table with its comments, its columns in lines of their own, and its indices.
fn page(database: &Connection, migrations: &[String]) -> String {
    let version: u32 = database.pragma_query_value(None, "user_version", |row| row.get(0)).expect("it has a version");
    assert_eq!(migrations.len(), version as usize, "every migration of the folder is applied");
    let mut page = format!(
        "-- The whole schema, at version {version}. Made from the migrations beside it; do not edit.\n\
         -- To make it anew: UPDATE_DOCS=1 cargo test --workspace --test schema\n--\n"
    );
    let first = migrations.first().map(String::as_str).unwrap_or_default();
    first.lines().take_while(|line| line.starts_with("--")).for_each(|line| writeln!(page, "{line}").expect("memory"));
    let comments = comments(migrations);
    let sql = "SELECT t.name, o.type, o.sql FROM sqlite_schema t JOIN sqlite_schema o ON o.tbl_name = t.name
        WHERE t.type = 'table' AND o.sql IS NOT NULL AND t.name NOT LIKE 'sqlite_%'
        ORDER BY t.name, o.type = 'table' DESC, o.type, o.name";
    let mut statement = database.prepare(sql).expect("SQLite reads its schema");
    let mut rows = statement.query([]).expect("SQLite reads its schema");
    while let Some(row) = rows.next().expect("SQLite reads its schema") {
        let [name, kind, sql] = [0, 1, 2].map(|column| row.get::<_, String>(column).expect("a text"));
        if kind == "table" {
            page.push('\n');
            comments.get(&name).into_iter().flatten().for_each(|line| writeln!(page, "{line}").expect("memory"));
            writeln!(page, "{};", in_lines(&sql)).expect("memory");
        } else {
            writeln!(page, "{sql};").expect("memory");
        }
    }
    page
}

/// The comments that stand before the statements that make a table or add a column to it.
fn comments(migrations: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut comments: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for migration in migrations {
        let mut block: Vec<String> = Vec::new();
        for line in migration.lines() {
            let words: Vec<&str> = line.split([' ', '(']).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                ["--", ..] => block.push(line.to_owned()),
                [] => block.clear(),
                ["CREATE", "TABLE", name, ..] => {
                    comments.insert((*name).to_owned(), std::mem::take(&mut block)).map_or((), drop)
                }
                ["ALTER", "TABLE", name, "ADD", ..] => {
                    comments.entry((*name).to_owned()).or_default().append(&mut block);
                }
                _ => {}
            }
        }
    }
    comments
}

/// A statement that makes a table, with each column in a line of its own.
fn in_lines(sql: &str) -> String {
    let Some((start, rest)) = sql.split_once('(') else { return sql.to_owned() };
    let Some((columns, end)) = rest.rsplit_once(')') else { return sql.to_owned() };
    let mut depth = 0;
    let mut lines = vec![String::new()];
    for letter in columns.chars() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        match lines.last_mut() {
            Some(_) if letter == ',' && depth == 0 => lines.push(String::new()),
            Some(line) => line.push(letter),
            None => {}
        }
    }
    let column = |line: &String| format!("    {}", line.split_whitespace().collect::<Vec<_>>().join(" "));
    let columns: Vec<String> = lines.iter().map(column).collect();
    format!("{}(\n{}\n){end}", start.replace('"', ""), columns.join(",\n"))
}
