-- A sign-in that has no answer yet: with it the phone asks again until it has one. `device_key` is the secret half of the key it
-- is signed with.
CREATE TABLE sign_in (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    server TEXT NOT NULL,
    code TEXT NOT NULL,
    device_name TEXT NOT NULL,
    display_name TEXT,
    device_key BLOB,
    nonce TEXT NOT NULL
) STRICT;
