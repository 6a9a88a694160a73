-- Ids are UUIDs as 16 bytes, times are milliseconds since 1970, tokens and codes are only kept as SHA-256.

CREATE TABLE persons (
    person_id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    is_professional INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    device_id BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES persons ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_of ON devices (person_id);

-- A family is the chain of refresh tokens that began with one sign-in.
CREATE TABLE families (
    family_id BLOB PRIMARY KEY,
    device_id BLOB NOT NULL REFERENCES devices ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX families_of ON families (device_id);

CREATE TABLE refresh_tokens (
    token_hash BLOB PRIMARY KEY,
    family_id BLOB NOT NULL REFERENCES families ON DELETE CASCADE,
    used_at INTEGER,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of ON refresh_tokens (family_id);

CREATE TABLE spaces (
    space_id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    space_id BLOB NOT NULL REFERENCES spaces ON DELETE CASCADE,
    person_id BLOB NOT NULL REFERENCES persons ON DELETE CASCADE,
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_of ON members (person_id);

-- One-time codes: to join a space with a role, to start as a professional, or to sign in one more device. A code that
-- was used is gone.
CREATE TABLE codes (
    code_hash BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    space_id BLOB REFERENCES spaces ON DELETE CASCADE,
    role TEXT,
    person_id BLOB REFERENCES persons ON DELETE CASCADE,
    name TEXT,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
    key_id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    document_id BLOB PRIMARY KEY,
    space_id BLOB NOT NULL REFERENCES spaces ON DELETE CASCADE,
    kind TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    sequence INTEGER NOT NULL DEFAULT 0,
    chain BLOB,
    snapshot_sequence INTEGER NOT NULL DEFAULT 0,
    start_heads BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_of ON documents (space_id);

-- `entry` is the frame's entry as it is sent; `mark` is what executing at an older base needs. The short columns
-- come first, so that reading them does not touch the pages that long ones spill over to.
CREATE TABLE entries (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    command_id BLOB NOT NULL,
    is_suggestion INTEGER NOT NULL,
    role TEXT NOT NULL,
    mark BLOB NOT NULL,
    entry BLOB NOT NULL,
    command TEXT NOT NULL,
    PRIMARY KEY (document_id, generation, sequence)
) STRICT, WITHOUT ROWID;

-- What was answered to each command that has no entry in the present generation, so that a retry is harmless; the
-- row of an entry says by itself that its command was admitted. `held` ones keep their command.
CREATE TABLE verdicts (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    command_id BLOB NOT NULL,
    verdict TEXT NOT NULL,
    held TEXT,
    PRIMARY KEY (document_id, command_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    document_id BLOB PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE access_log (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    space_id BLOB NOT NULL REFERENCES spaces ON DELETE CASCADE,
    person_id BLOB NOT NULL,
    role TEXT NOT NULL,
    action TEXT NOT NULL,
    document_id BLOB
) STRICT;
CREATE INDEX access_log_of ON access_log (space_id, number);
CREATE INDEX access_log_by ON access_log (space_id, person_id, document_id, at);
