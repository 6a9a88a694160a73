-- What was erased after a backup was made that is restored: it is erased again as soon as it is there.
CREATE TABLE to_erase (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    command_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    role TEXT NOT NULL,
    command TEXT NOT NULL,
    PRIMARY KEY (document_id, command_id)
) STRICT, WITHOUT ROWID;
