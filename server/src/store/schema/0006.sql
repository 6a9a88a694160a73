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

-- The link before the first entry of a later generation.
ALTER TABLE documents ADD COLUMN start_link BLOB;
