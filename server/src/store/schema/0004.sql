-- The link of the hash chain that covers an entry: whether a device stands on this history is read off it.
ALTER TABLE entries ADD COLUMN link BLOB;

-- The documents of a restored backup that wait for what devices still have, `seconds` at most and until `ends_at`, which is
-- set when the server starts.
CREATE TABLE recovering (
    document_id BLOB PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    seconds INTEGER NOT NULL,
    ends_at INTEGER
) STRICT, WITHOUT ROWID;
