-- The whole schema, at version 8. Made from the migrations beside it; do not edit.
-- To make it anew: UPDATE_DOCS=1 cargo test --workspace --test schema
--
-- Ids are UUIDs as 16 bytes, times are milliseconds since 1970, names of kinds, roles and states are as on the wire.

-- Whose phone this is. Person and device are made here and proposed at sign-in; the server may answer with others.
-- Which server the person's is, by the id that it says; another one at the same address does not count.
-- Whether this device goes on from a copy of another's file, and the file that this database was last known to be in.
-- What is known about the time: how far the phone's clock is ahead of the server's, in milliseconds, and what the server told
-- last.
CREATE TABLE account (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    person_id BLOB NOT NULL,
    device_id BLOB NOT NULL,
    server TEXT,
    server_id BLOB,
    is_copy INTEGER NOT NULL DEFAULT 0,
    file_mark TEXT,
    clock_ahead INTEGER NOT NULL DEFAULT 0,
    server_time INTEGER NOT NULL DEFAULT 0
) STRICT;

-- `known`: the server has it. `generation` and `sequence` are where the snapshot and the changes after it end.
CREATE TABLE documents (
    document_id BLOB PRIMARY KEY,
    space_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    access TEXT NOT NULL,
    known INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    folded INTEGER NOT NULL DEFAULT 0,
    chain BLOB
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

-- The entries as the server sent them, for the day on which it loses them: the last 20,000 of each document, none before
-- the one it was joined at. `folded`: the last entry in the snapshot; `chain`: the link of the last entry of all.
CREATE TABLE entries (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (document_id, sequence)
) STRICT, WITHOUT ROWID;

-- The end of the chain, the device it is of, and how many looks the server knows of.
CREATE TABLE look_chain (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device_id BLOB NOT NULL,
    count INTEGER NOT NULL,
    link BLOB NOT NULL,
    told INTEGER NOT NULL
) STRICT;

-- What was looked at on this phone, each with its link in the chain; kept for a while after the server has it.
CREATE TABLE looks (
    number INTEGER PRIMARY KEY,
    document_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    link BLOB NOT NULL
) STRICT;

-- In the order in which the server lists them.
CREATE TABLE members (
    space_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (space_id, person_id)
) STRICT, WITHOUT ROWID;

-- The tokens of the present session; no row when signed out.
-- The secret half of the key that the server knows this device by, and the word of an exchange of tokens that was begun.
-- What this phone becomes that was put back from a copy: the secret half of its new key, and the word of its request.
CREATE TABLE session (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    access_token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    refresh_at INTEGER NOT NULL,
    device_key BLOB,
    exchange TEXT,
    new_key BLOB,
    new_nonce TEXT
) STRICT;

-- A sign-in that has no answer yet: with it the phone asks again until it has one. `device_key` is the secret half of the key it
-- is signed with.
CREATE TABLE sign_in (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    server TEXT NOT NULL,
    code TEXT NOT NULL,
    device_name TEXT NOT NULL,
    display_name TEXT,
    device_key BLOB,
    nonce TEXT NOT NULL
) STRICT;

-- Beside `documents`, so that an appended change does not rewrite the snapshot. No row: the document starts at genesis.
CREATE TABLE snapshots (
    document_id BLOB PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    bytes BLOB NOT NULL
) STRICT;

-- `is_local`: made here and not known at the server yet.
CREATE TABLE spaces (
    space_id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    is_local INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How it goes in a space of which the person reads no document, in JSON, as the server told when they last asked.
CREATE TABLE statuses (
    space_id BLOB PRIMARY KEY,
    status TEXT NOT NULL
) STRICT;
