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
