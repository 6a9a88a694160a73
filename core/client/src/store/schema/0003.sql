-- The secret half of the key that the server knows this device by, and the word of an exchange of tokens that was begun.
ALTER TABLE session ADD COLUMN device_key BLOB;
ALTER TABLE session ADD COLUMN exchange TEXT;
