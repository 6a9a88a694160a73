-- The entries as the server sent them, for the day on which it loses them: the last 20,000 of each document, none before
-- the one it was joined at. `folded`: the last entry in the snapshot; `chain`: the link of the last entry of all.
CREATE TABLE entries (
    document_id BLOB NOT NULL REFERENCES documents ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (document_id, sequence)
) STRICT, WITHOUT ROWID;
ALTER TABLE documents ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN chain BLOB;

-- The changes alone, as they were kept before, are not enough: what they made comes from the server once more.
UPDATE documents SET generation = 1, sequence = 0;
DELETE FROM snapshots;
DROP TABLE changes;
