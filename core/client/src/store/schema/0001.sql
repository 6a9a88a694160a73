-- Ids are UUIDs as 16 bytes, times are milliseconds since 1970, names of kinds, roles and states are as on the wire.

-- Whose phone this is. Person and device are made here and proposed at sign-in; the server may answer with others.
CREATE TABLE account (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    person_id BLOB NOT NULL,
    device_id BLOB NOT NULL,
    server TEXT
) STRICT;

-- The tokens of the present session; no row when signed out.
CREATE TABLE session (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    access_token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    refresh_at INTEGER NOT NULL
) STRICT;

-- `is_local`: made here and not known at the server yet.
CREATE TABLE spaces (
    space_id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    is_local INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- In the order in which the server lists them.
CREATE TABLE members (
    space_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (space_id, person_id)
) STRICT, WITHOUT ROWID;

-- `known`: the server has it. `generation` and `sequence` are where the snapshot and the changes after it end.
CREATE TABLE documents (
    document_id BLOB PRIMARY KEY,
    space_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    access TEXT NOT NULL,
    known INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Beside `documents`, so that an appended change does not rewrite the snapshot. No row: the document starts at genesis.
CREATE TABLE snapshots (
    document_id BLOB PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE changes (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    change BLOB NOT NULL,
    PRIMARY KEY (document_id, sequence)
) STRICT, WITHOUT ROWID;

-- The person's own edits, in the order in which they were made. Those in state `saved_here` are still to be sent;
-- they outlive their document, so that nothing a person wrote goes away unseen.
CREATE TABLE edits (
    number INTEGER PRIMARY KEY,
    document_id BLOB NOT NULL,
    command_id BLOB NOT NULL,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    heads BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    command TEXT NOT NULL,
    state TEXT NOT NULL,
    shared_as INTEGER,
    code TEXT,
    field TEXT,
    UNIQUE (document_id, command_id)
) STRICT;
CREATE INDEX edits_by_state ON edits (state, document_id);
