-- How many looks a device has told of that were made on it, and its link behind the last. `has_gap`: it told of later ones
-- first; `broken_at`: its list was another one than before. Both keep it from sending anything.
CREATE TABLE device_reads (
    device_id BLOB PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    looks INTEGER NOT NULL,
    link BLOB NOT NULL,
    has_gap INTEGER NOT NULL,
    broken_at INTEGER
) STRICT, WITHOUT ROWID;
