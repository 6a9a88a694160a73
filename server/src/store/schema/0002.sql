-- A signing key that was replaced: its secret is empty, its public half is still recognised until `expires_at`.
ALTER TABLE signing_keys ADD COLUMN public BLOB;
ALTER TABLE signing_keys ADD COLUMN expires_at INTEGER;
