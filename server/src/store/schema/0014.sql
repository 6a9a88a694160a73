-- A device that goes on from a copy of another's file: whose, and when it last signed for that.
ALTER TABLE devices ADD COLUMN copy_of BLOB;
ALTER TABLE devices ADD COLUMN copy_proved_at INTEGER;
