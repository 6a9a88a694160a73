-- The public half of the key that a device made for itself; NULL for a program that has none.
ALTER TABLE devices ADD COLUMN device_key BLOB;
-- Of a token that was used: the exchange it was used in, when the device signed for it, and the hash of the next token.
ALTER TABLE refresh_tokens ADD COLUMN nonce TEXT;
ALTER TABLE refresh_tokens ADD COLUMN proved_at INTEGER;
ALTER TABLE refresh_tokens ADD COLUMN successor BLOB;
