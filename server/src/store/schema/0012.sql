-- Who made a code, and in which session: it is worth no more than they are when it is used.
ALTER TABLE codes ADD COLUMN made_by BLOB;
ALTER TABLE codes ADD COLUMN family_id BLOB;
