-- The access log as chains of lines: one per space, and one of the server, whose lines have no space. `position` counts
-- from 1 in each chain and `link` covers the line and all before it; lines from before this have neither until the
-- server starts. `at` is when it happened, `recorded_at` when it was heard of.
DROP INDEX access_log_of;
DROP INDEX access_log_by;
ALTER TABLE access_log RENAME TO access_log_before;
CREATE TABLE access_log (
    number INTEGER PRIMARY KEY,
    space_id BLOB REFERENCES spaces ON DELETE CASCADE,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    person_id BLOB,
    device_id BLOB,
    role TEXT,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    document_id BLOB,
    about_id BLOB,
    detail TEXT,
    access_point TEXT,
    link BLOB
) STRICT;
INSERT INTO access_log (number, space_id, position, at, recorded_at, person_id, role, action, outcome, document_id)
    SELECT number, space_id, 0, at, at, person_id, role, action, 'done', document_id FROM access_log_before;
DROP TABLE access_log_before;
CREATE INDEX access_log_of ON access_log (space_id, position);
CREATE INDEX access_log_by ON access_log (space_id, person_id, document_id, at);

-- Where each chain ends; `signature` is over its first `sealed` lines. The chain of the server has an id of zeros.
CREATE TABLE access_heads (
    chain_id BLOB PRIMARY KEY,
    lines INTEGER NOT NULL,
    link BLOB NOT NULL,
    sealed INTEGER NOT NULL DEFAULT 0,
    signature BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX access_heads_grown ON access_heads (chain_id) WHERE sealed < lines;

-- Lines are only added. They go with their space and not before it.
CREATE TRIGGER access_log_keeps_what_it_says BEFORE UPDATE ON access_log WHEN OLD.link IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a line of the access log is not changed');
END;
CREATE TRIGGER access_log_keeps_its_lines BEFORE DELETE ON access_log
    WHEN OLD.space_id IS NULL OR EXISTS (SELECT 1 FROM spaces WHERE space_id = OLD.space_id)
BEGIN
    SELECT RAISE(ABORT, 'a line of the access log is not deleted');
END;
CREATE TRIGGER access_heads_only_grow BEFORE UPDATE ON access_heads
    WHEN NEW.lines < OLD.lines OR NEW.sealed < OLD.sealed
BEGIN
    SELECT RAISE(ABORT, 'the access log does not get shorter');
END;
CREATE TRIGGER access_heads_stay BEFORE DELETE ON access_heads
    WHEN OLD.chain_id = zeroblob(16) OR EXISTS (SELECT 1 FROM spaces WHERE space_id = OLD.chain_id)
BEGIN
    SELECT RAISE(ABORT, 'the end of the access log is not deleted');
END;
CREATE TRIGGER access_heads_go_with_their_space AFTER DELETE ON spaces
BEGIN
    DELETE FROM access_heads WHERE chain_id = OLD.space_id;
END;
