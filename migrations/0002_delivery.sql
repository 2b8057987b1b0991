-- Calls that may not be repeated, tasks that are followed, people that others wait for, and lasting
-- registrations. A table's CHECK can't be altered, so `change` is made anew; `attempt` refers to it.

CREATE TABLE change_next (
    change_ref INTEGER PRIMARY KEY,
    run_ref    INTEGER NOT NULL REFERENCES run,
    push_ref   INTEGER NOT NULL REFERENCES push,
    connection TEXT NOT NULL,
    operation  TEXT NOT NULL,
    -- Order of delivery: kinds of operation, then managers before those they manage.
    stage      INTEGER NOT NULL,
    rank       INTEGER NOT NULL,
    key        TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('create', 'update', 'deactivate', 'remove')),
    sheet      TEXT,
    row        INTEGER,
    before     TEXT,
    after      TEXT NOT NULL,
    sent       TEXT NOT NULL,
    extras     TEXT NOT NULL,
    sealed     BLOB,
    state      TEXT NOT NULL CHECK
        (state IN ('waiting', 'claimed', 'sent', 'held', 'accepted', 'already', 'refused', 'parked',
                   'in_doubt', 'superseded')),
    -- Parked since something it refers to is missing: tried again in rounds.
    reference  INTEGER NOT NULL DEFAULT 0,
    round      INTEGER NOT NULL DEFAULT 0,
    attempts   INTEGER NOT NULL DEFAULT 0,
    -- Whether a call may have reached the LMS without an answer.
    maybe_sent INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL DEFAULT 0,
    -- The LMS's task that the change has become, while it is sent.
    task       TEXT,
    -- When the call was made that is followed or in doubt.
    sent_at    INTEGER,
    -- When the task is asked for, or the record in doubt is read back; none where nobody can tell.
    look_at    INTEGER,
    code       TEXT,
    reason     TEXT,
    settled_at INTEGER,
    -- The person whom the record is about (semantics 19).
    person     TEXT GENERATED ALWAYS AS (extras ->> '$.person') VIRTUAL
) STRICT;

INSERT INTO change_next (change_ref, run_ref, push_ref, connection, operation, stage, rank, key, kind, sheet,
                         row, before, after, sent, extras, sealed, state, reference, round, attempts,
                         maybe_sent, next_at, code, reason, settled_at)
SELECT change_ref, run_ref, push_ref, connection, operation, stage, rank, key, kind, sheet,
       row, before, after, sent, extras, sealed, state, reference, round, attempts,
       maybe_sent, next_at, code, reason, settled_at
FROM change;

CREATE TABLE attempt_next (
    change_ref  INTEGER NOT NULL REFERENCES change_next,
    at          INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    code        TEXT NOT NULL,
    reason      TEXT NOT NULL
) STRICT;

INSERT INTO attempt_next SELECT change_ref, at, duration_ms, code, reason FROM attempt;

DROP TABLE attempt;
DROP TABLE change;
ALTER TABLE change_next RENAME TO change;
ALTER TABLE attempt_next RENAME TO attempt;

CREATE INDEX change_queue ON change (connection, stage, change_ref) WHERE state = 'waiting';
CREATE INDEX change_due ON change (connection, next_at) WHERE state = 'waiting';
CREATE INDEX change_look ON change (connection, look_at) WHERE look_at IS NOT NULL;
CREATE INDEX change_task ON change (connection, task) WHERE task IS NOT NULL;
CREATE INDEX change_open ON change (push_ref, state, key);
CREATE INDEX change_key ON change (push_ref, key, change_ref);
CREATE INDEX change_run ON change (run_ref, push_ref, state);
CREATE INDEX change_of_run ON change (run_ref);
CREATE INDEX change_person ON change (person) WHERE person IS NOT NULL;
CREATE INDEX attempt_change ON attempt (change_ref);

CREATE INDEX run_unfinished ON run (run_ref) WHERE finished_at IS NULL;

-- The place of the push's operation in delivery.
ALTER TABLE push_run ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;

-- The ledger of registrations: one for a learner, an activity and an instance of it, for ever.
CREATE TABLE registration (
    registration TEXT PRIMARY KEY,
    connection   TEXT NOT NULL,
    learner      TEXT NOT NULL,
    -- The values that tell one of the learner's registrations from the other, as a list in JSON.
    instance     TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    UNIQUE (connection, learner, instance)
) STRICT, WITHOUT ROWID;
