-- Pulls: what the LMSs hold, as their answers said, and when it changed.

-- A run reads an export or asks an LMS.
ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT 'export' CHECK (kind IN ('export', 'pull'));
-- The run of a pull whose items the export of this run was made of.
ALTER TABLE run ADD COLUMN fed_by INTEGER REFERENCES run;

-- A pull of a job: what names a memory.
CREATE TABLE pull (
    pull_ref   INTEGER PRIMARY KEY,
    job        TEXT NOT NULL,
    pull       TEXT NOT NULL,
    connection TEXT NOT NULL,
    operation  TEXT NOT NULL,
    UNIQUE (job, pull, connection, operation)
) STRICT;

-- One pull of a run.
CREATE TABLE pull_run (
    run_ref   INTEGER NOT NULL REFERENCES run,
    pull_ref  INTEGER NOT NULL REFERENCES pull,
    -- Its place in the job file.
    place     INTEGER NOT NULL DEFAULT 0,
    -- The span of time that it asks for, where it asks for one.
    from_at   INTEGER,
    to_at     INTEGER,
    -- Whether its last step is behind it.
    ended     INTEGER NOT NULL DEFAULT 0,
    -- Whether it made anything of the memory another: an item, a value, where one stands.
    changed   INTEGER NOT NULL DEFAULT 0,
    -- What its answers came to, counted at its end: later runs move the items on, and events grow old.
    tally     TEXT,
    notes     TEXT NOT NULL DEFAULT '[]',
    -- Why its file could not be written; nothing where it was, or where it has none.
    unwritten TEXT,
    -- Why learners whom it asks for no longer were kept all the same, where they are doubtfully many.
    held      TEXT,
    PRIMARY KEY (run_ref, pull_ref)
) STRICT, WITHOUT ROWID;

-- One scope of a pull of a run: a learner, or everything (an empty scope). Its calls follow each other along
-- the cursor.
CREATE TABLE pull_step (
    run_ref  INTEGER NOT NULL REFERENCES run,
    pull_ref INTEGER NOT NULL REFERENCES pull,
    place    INTEGER NOT NULL,
    scope    TEXT NOT NULL,
    -- The learner's identifiers, in JSON.
    learner  TEXT,
    -- The fingerprint of what is asked.
    question BLOB NOT NULL,
    -- Whether nothing is known yet of this scope under this question, so that nothing counts as added.
    baseline INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'failed')),
    cursor   TEXT,
    calls    INTEGER NOT NULL DEFAULT 0,
    -- How many items its answers held so far.
    items    INTEGER NOT NULL DEFAULT 0,
    -- Why it was not answered, or what is odd about its answer.
    code     TEXT,
    reason   TEXT,
    ended_at INTEGER,
    PRIMARY KEY (run_ref, pull_ref, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX pull_step_open ON pull_step (run_ref, pull_ref, place) WHERE state = 'waiting';

-- What was asked last of each scope, and answered in whole.
CREATE TABLE pull_scope (
    pull_ref    INTEGER NOT NULL REFERENCES pull,
    scope       TEXT NOT NULL,
    question    BLOB NOT NULL,
    run_ref     INTEGER NOT NULL REFERENCES run,
    answered_at INTEGER NOT NULL,
    -- The end of the span of time, where there was one.
    to_at       INTEGER,
    PRIMARY KEY (pull_ref, scope)
) STRICT, WITHOUT ROWID;

-- What is known of each item. Times are those at which the run that saw it began.
CREATE TABLE item (
    item_ref   INTEGER PRIMARY KEY,
    pull_ref   INTEGER NOT NULL REFERENCES pull,
    scope      TEXT NOT NULL,
    key        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    parent     TEXT,
    -- Whose it is, as questions name them or as our registration does; empty where it is nobody's.
    learner    TEXT NOT NULL,
    fields     TEXT NOT NULL,
    standing   TEXT NOT NULL CHECK (standing IN ('present', 'retired', 'outside')),
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    retired_at INTEGER,
    -- The run that saw it last.
    run_ref    INTEGER NOT NULL REFERENCES run,
    UNIQUE (pull_ref, scope, key)
) STRICT;

CREATE INDEX item_seen ON item (pull_ref, scope, run_ref);
CREATE INDEX item_parent ON item (pull_ref, scope, parent) WHERE parent IS NOT NULL;
CREATE INDEX item_learner ON item (pull_ref, learner) WHERE learner <> '';

-- Every event of an item, with each change of each field. A baseline has none.
CREATE TABLE item_event (
    event_ref INTEGER PRIMARY KEY,
    item_ref  INTEGER NOT NULL REFERENCES item,
    run_ref   INTEGER NOT NULL REFERENCES run,
    at        INTEGER NOT NULL,
    event     TEXT NOT NULL CHECK (event IN ('added', 'changed', 'retired', 'returned')),
    -- The field that changed, its value before and after; empty for the other events.
    field     TEXT NOT NULL,
    before    TEXT,
    after     TEXT,
    UNIQUE (item_ref, run_ref, event, field)
) STRICT;

CREATE INDEX item_event_run ON item_event (run_ref, event_ref);

-- The names by which a learner can be asked for, in small letters: each identifier's value, and the key in the
-- job that named them.
CREATE TABLE learner_name (
    pull_ref INTEGER NOT NULL REFERENCES pull,
    name     TEXT NOT NULL,
    learner  TEXT NOT NULL,
    PRIMARY KEY (pull_ref, name, learner)
) STRICT, WITHOUT ROWID;

-- Calls of a day (UTC, `2026-11-21`) to accounts that allow only so many.
CREATE TABLE call_count (
    connection TEXT NOT NULL,
    day        TEXT NOT NULL,
    calls      INTEGER NOT NULL,
    PRIMARY KEY (connection, day)
) STRICT, WITHOUT ROWID;

-- Accepted changes that were looked up in the LMS afterwards.
CREATE TABLE verification (
    change_ref INTEGER PRIMARY KEY REFERENCES change,
    run_ref    INTEGER NOT NULL REFERENCES run,
    push_ref   INTEGER NOT NULL REFERENCES push,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'there', 'absent', 'unknown')),
    code       TEXT,
    reason     TEXT,
    at         INTEGER
) STRICT;

CREATE INDEX verification_run ON verification (run_ref, push_ref, state);
CREATE INDEX verification_due ON verification (at) WHERE state = 'waiting';
