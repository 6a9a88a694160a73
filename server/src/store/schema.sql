-- The whole schema, at version 15. Made from the migrations beside it; do not edit.
-- To make it anew: UPDATE_DOCS=1 cargo test --workspace --test schema
--
-- Ids are UUIDs as 16 bytes, times are milliseconds since 1970, tokens and codes are only kept as SHA-256.

-- Where each chain ends; `signature` is over its first `sealed` lines. The chain of the server has an id of zeros.
CREATE TABLE access_heads (
    chain_id BLOB PRIMARY KEY,
    lines INTEGER NOT NULL,
    link BLOB NOT NULL,
    sealed INTEGER NOT NULL DEFAULT 0,
    signature BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX access_heads_grown ON access_heads (chain_id) WHERE sealed < lines;
CREATE TRIGGER access_heads_only_grow BEFORE UPDATE ON access_heads
    WHEN NEW.lines < OLD.lines OR NEW.sealed < OLD.sealed
BEGIN
    SELECT RAISE(ABORT, 'the access log does not get shorter');
END;
CREATE TRIGGER access_heads_stay BEFORE DELETE ON access_heads
    WHEN OLD.chain_id = zeroblob(16) OR EXISTS (SELECT 1 FROM spaces WHERE space_id = OLD.chain_id)
BEGIN
    SELECT RAISE(ABORT, 'the end of the access log is not deleted');
END;

-- The access log as chains of lines: one per space, and one of the server, whose lines have no space. `position` counts
-- from 1 in each chain and `link` covers the line and all before it; lines from before this have neither until the
-- server starts. `at` is when it happened, `recorded_at` when it was heard of.
CREATE TABLE access_log (
    number INTEGER PRIMARY KEY,
    space_id BLOB REFERENCES spaces ON DELETE CASCADE,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    person_id BLOB,
    device_id BLOB,
    role TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    document_id BLOB,
    about_id BLOB,
    detail TEXT,
    access_point TEXT,
    link BLOB
) STRICT;
CREATE INDEX access_log_by ON access_log (space_id, person_id, document_id, at);
CREATE INDEX access_log_of ON access_log (space_id, position);
CREATE TRIGGER access_log_keeps_its_lines BEFORE DELETE ON access_log
    WHEN OLD.space_id IS NULL OR EXISTS (SELECT 1 FROM spaces WHERE space_id = OLD.space_id)
BEGIN
    SELECT RAISE(ABORT, 'a line of the access log is not deleted');
END;
CREATE TRIGGER access_log_keeps_what_it_says BEFORE UPDATE ON access_log WHEN OLD.link IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a line of the access log is not changed');
END;

-- One-time codes: to join a space with a role, to start as a professional, or to sign in one more device. A code that
-- was used is gone.
-- Who made a code, and in which session: it is worth no more than they are when it is used.
-- Who an invitation is for on the network map, where it is somebody there: nobody whom the client called unsafe is let in.
CREATE TABLE codes (
    code_hash BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    space_id BLOB REFERENCES spaces ON DELETE CASCADE,
    role TEXT,
    person_id BLOB REFERENCES persons ON DELETE CASCADE,
    name TEXT,
    expires_at INTEGER NOT NULL,
    made_by BLOB,
    family_id BLOB,
    contact_id BLOB
) STRICT, WITHOUT ROWID;

-- How many looks a device has told of that were made on it, and its link behind the last. `has_gap`: it told of later ones
-- first; `broken_at`: its list was another one than before. Both keep it from sending anything.
CREATE TABLE device_reads (
    device_id BLOB PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    looks INTEGER NOT NULL,
    link BLOB NOT NULL,
    has_gap INTEGER NOT NULL,
    broken_at INTEGER
) STRICT, WITHOUT ROWID;

-- The public half of the key that a device made for itself; NULL for a program that has none.
-- A device that goes on from a copy of another's file: whose, and when it last signed for that.
CREATE TABLE devices (
    device_id BLOB PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES persons ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    device_key BLOB,
    copy_of BLOB,
    copy_proved_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_of ON devices (person_id);

-- The link before the first entry of a later generation.
CREATE TABLE documents (
    document_id BLOB PRIMARY KEY,
    space_id BLOB NOT NULL REFERENCES spaces ON DELETE CASCADE,
    kind TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    sequence INTEGER NOT NULL DEFAULT 0,
    chain BLOB,
    snapshot_sequence INTEGER NOT NULL DEFAULT 0,
    start_heads BLOB,
    start_link BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_of ON documents (space_id);

-- `entry` is the frame's entry as it is sent; `mark` is what executing at an older base needs. The short columns
-- come first, so that reading them does not touch the pages that long ones spill over to.
-- The link of the hash chain that covers an entry: whether a device stands on this history is read off it.
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
    link BLOB,
    PRIMARY KEY (document_id, generation, sequence)
) STRICT, WITHOUT ROWID;

-- What was erased, by the generation that began without it, with the receipt: the log's key signs where it begins.
CREATE TABLE erasures (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    at INTEGER NOT NULL,
    person_id BLOB NOT NULL,
    what TEXT NOT NULL,
    thing_id BLOB NOT NULL,
    chain BLOB NOT NULL,
    signature BLOB NOT NULL,
    public_key BLOB NOT NULL,
    PRIMARY KEY (document_id, generation)
) STRICT, WITHOUT ROWID;

-- A family is the chain of refresh tokens that began with one sign-in.
CREATE TABLE families (
    family_id BLOB PRIMARY KEY,
    device_id BLOB NOT NULL REFERENCES devices ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX families_of ON families (device_id);

-- What stays of the entries of a generation when the next one begins: that a command was admitted, so that a retry is
-- harmless, and what the history tells. `command` is without its texts where they were about something erased.
-- Sequence 0 is the command that began the generation, where one did.
CREATE TABLE former_entries (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    command_id BLOB NOT NULL,
    is_suggestion INTEGER NOT NULL,
    at INTEGER NOT NULL,
    person_id BLOB NOT NULL,
    role TEXT NOT NULL,
    command TEXT NOT NULL,
    PRIMARY KEY (document_id, generation, sequence)
) STRICT, WITHOUT ROWID;

-- Where somebody stood in a document when they left its space or were taken out of it. What their device made before
-- that and brings later waits for somebody to judge; it can know nothing beyond the head the document had then.
CREATE TABLE former_seats (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    person_id BLOB NOT NULL REFERENCES persons ON DELETE CASCADE,
    role TEXT NOT NULL,
    left_at INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (document_id, person_id)
) STRICT, WITHOUT ROWID;

-- What the consents in force open beyond the roles, derived from each space's document of consents in the transaction
-- that appends to it. `grantee`: `person <id>` or `role <name>`.
CREATE TABLE grants (
    space_id BLOB NOT NULL REFERENCES spaces ON DELETE CASCADE,
    kind TEXT NOT NULL,
    grantee TEXT NOT NULL,
    PRIMARY KEY (space_id, grantee, kind)
) STRICT, WITHOUT ROWID;

-- Edits that wait for a judge, in the order in which they came. `submission` is emptied when somebody has judged.
CREATE TABLE held (
    number INTEGER PRIMARY KEY,
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    command_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    device_id BLOB NOT NULL,
    role TEXT NOT NULL,
    held_at INTEGER NOT NULL,
    submission TEXT NOT NULL,
    decision TEXT,
    judged_by BLOB,
    judged_at INTEGER,
    UNIQUE (document_id, command_id)
) STRICT;
CREATE INDEX held_of ON held (document_id, person_id);

CREATE TABLE members (
    space_id BLOB NOT NULL REFERENCES spaces ON DELETE CASCADE,
    person_id BLOB NOT NULL REFERENCES persons ON DELETE CASCADE,
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_of ON members (person_id);

CREATE TABLE persons (
    person_id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    is_professional INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Written to see whether the disk takes anything.
CREATE TABLE pulse (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at INTEGER NOT NULL
) STRICT;

-- The documents of a restored backup that wait for what devices still have, `seconds` at most and until `ends_at`, which is
-- set when the server starts.
CREATE TABLE recovering (
    document_id BLOB PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    seconds INTEGER NOT NULL,
    ends_at INTEGER
) STRICT, WITHOUT ROWID;

-- Of a token that was used: the exchange it was used in, when the device signed for it, and the hash of the next token.
CREATE TABLE refresh_tokens (
    token_hash BLOB PRIMARY KEY,
    family_id BLOB NOT NULL REFERENCES families ON DELETE CASCADE,
    used_at INTEGER,
    expires_at INTEGER NOT NULL,
    nonce TEXT,
    proved_at INTEGER,
    successor BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of ON refresh_tokens (family_id);

-- Has a row from the commit that erases something until the database was written anew without its remains.
CREATE TABLE remains (
    one INTEGER PRIMARY KEY CHECK (one = 1)
) STRICT;

-- The sign-ins of the last day by devices that signed for them: what was answered to a code, so that the device can ask again
-- when the answer was lost. `successor` is the hash of the refresh token that was answered last.
CREATE TABLE sign_ins (
    code_hash BLOB PRIMARY KEY,
    family_id BLOB NOT NULL REFERENCES families ON DELETE CASCADE,
    space_id BLOB REFERENCES spaces ON DELETE SET NULL,
    nonce TEXT NOT NULL,
    proved_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    successor BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A signing key that was replaced: its secret is empty, its public half is still recognised until `expires_at`.
CREATE TABLE signing_keys (
    key_id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    public BLOB,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    document_id BLOB PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    generation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spaces (
    space_id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER access_heads_go_with_their_space AFTER DELETE ON spaces
BEGIN
    DELETE FROM access_heads WHERE chain_id = OLD.space_id;
END;

-- What was erased after a backup was made that is restored: it is erased again as soon as it is there.
CREATE TABLE to_erase (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    command_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    role TEXT NOT NULL,
    command TEXT NOT NULL,
    PRIMARY KEY (document_id, command_id)
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
