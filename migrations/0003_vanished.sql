-- Records that are absent from a full export and that no call can take back (assignments, completions):
-- a person has to look at them (semantics 9). They stay in the snapshot, and leave this list once they are
-- in an export again.
CREATE TABLE vanished (
    push_ref INTEGER NOT NULL REFERENCES push,
    key      TEXT NOT NULL,
    -- The first run that missed it, and the last one.
    run_ref  INTEGER NOT NULL REFERENCES run,
    last_ref INTEGER NOT NULL REFERENCES run,
    PRIMARY KEY (push_ref, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX vanished_run ON vanished (run_ref, push_ref, key);
