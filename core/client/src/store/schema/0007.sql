-- Whether this device goes on from a copy of another's file, and the file that this database was last known to be in.
ALTER TABLE account ADD COLUMN is_copy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN file_mark TEXT;

-- What this phone becomes that was put back from a copy: the secret half of its new key, and the word of its request.
ALTER TABLE session ADD COLUMN new_key BLOB;
ALTER TABLE session ADD COLUMN new_nonce TEXT;
