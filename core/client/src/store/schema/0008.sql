-- What is known about the time: how far the phone's clock is ahead of the server's, in milliseconds, and what the server told
-- last.
ALTER TABLE account ADD COLUMN clock_ahead INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN server_time INTEGER NOT NULL DEFAULT 0;

-- How it goes in a space of which the person reads no document, in JSON, as the server told when they last asked.
CREATE TABLE statuses (
    space_id BLOB PRIMARY KEY,
    status TEXT NOT NULL
) STRICT;
