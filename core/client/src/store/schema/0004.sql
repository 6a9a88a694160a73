-- What was looked at on this phone, each with its link in the chain; kept for a while after the server has it.
CREATE TABLE looks (
    number INTEGER PRIMARY KEY,
    document_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    link BLOB NOT NULL
) STRICT;

-- The end of the chain, the device it is of, and how many looks the server knows of.
CREATE TABLE look_chain (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    device_id BLOB NOT NULL,
    count INTEGER NOT NULL,
    link BLOB NOT NULL,
    told INTEGER NOT NULL
) STRICT;
