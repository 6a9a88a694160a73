-- What the consents in force open beyond the roles, derived from each space's document of consents in the transaction
-- that appends to it. `grantee`: `person <id>` or `role <name>`.
CREATE TABLE grants (
    space_id BLOB NOT NULL REFERENCES spaces ON DELETE CASCADE,
    kind TEXT NOT NULL,
    grantee TEXT NOT NULL,
    PRIMARY KEY (space_id, grantee, kind)
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
