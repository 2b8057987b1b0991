-- The first schema. Times are milliseconds since 1970 in UTC. Fields and lists are JSON.
-- Secrets stand only in columns named `sealed`, sealed with the data key.

-- A push of a job: what names a snapshot.
CREATE TABLE push (
    push_ref   INTEGER PRIMARY KEY,
    job        TEXT NOT NULL,
    push       TEXT NOT NULL,
    connection TEXT NOT NULL,
    operation  TEXT NOT NULL,
    -- Whether the first load has been planned (semantics 6).
    loaded     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job, push, connection, operation)
) STRICT;

-- What each LMS has acknowledged; never what was merely sent or read. Keys that a first load took for
-- existing and that were not acknowledged yet stand as 'presumed', without fields.
CREATE TABLE snapshot (
    push_ref   INTEGER NOT NULL REFERENCES push,
    key        TEXT NOT NULL,
    standing   TEXT NOT NULL CHECK (standing IN ('active', 'inactive', 'removed', 'presumed')),
    fields     TEXT NOT NULL,
    settled_at INTEGER NOT NULL,
    PRIMARY KEY (push_ref, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX snapshot_standing ON snapshot (push_ref, standing);

-- One execution of a job.
--   acquired:   the file lies in processing/, nothing is decided
--   delivering: plan, rejects and outbox are there
--   done:       settled, or its deadline has passed with changes still open
CREATE TABLE run (
    run_ref     INTEGER PRIMARY KEY,
    run         TEXT NOT NULL UNIQUE,
    job         TEXT NOT NULL,
    job_hash    BLOB NOT NULL,
    cause       TEXT NOT NULL,
    phase       TEXT NOT NULL CHECK (phase IN ('acquired', 'delivering', 'done')),
    status      TEXT,
    started_at  INTEGER NOT NULL,
    deadline_at INTEGER NOT NULL,
    finished_at INTEGER,
    -- How many reports are due and have been written: one at the deadline, one more when the rest has
    -- settled; none where no file came.
    reports_due INTEGER NOT NULL DEFAULT 0,
    reports     INTEGER NOT NULL DEFAULT 0,
    file        TEXT,
    sha256      TEXT,
    bytes       INTEGER,
    -- Where the claimed original and the private copy lie, as long as they do.
    claimed     TEXT,
    processing  TEXT,
    -- Where the processed file has to go, and went.
    destination TEXT,
    correction  INTEGER NOT NULL DEFAULT 0,
    rows        INTEGER NOT NULL DEFAULT 0,
    filtered    INTEGER NOT NULL DEFAULT 0,
    header      TEXT NOT NULL DEFAULT '[]',
    failure     TEXT,
    notes       TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE INDEX run_job ON run (job, run_ref);
CREATE INDEX run_open ON run (phase) WHERE phase <> 'done';

-- One push of a run: the plan's account.
CREATE TABLE push_run (
    run_ref     INTEGER NOT NULL REFERENCES run,
    push_ref    INTEGER NOT NULL REFERENCES push,
    fingerprint BLOB NOT NULL,
    tally       TEXT NOT NULL,
    emptied     INTEGER NOT NULL,
    vanished    INTEGER NOT NULL,
    notes       TEXT NOT NULL,
    -- The round of changes that wait for something they refer to (semantics 12).
    round       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run_ref, push_ref)
) STRICT;

-- The outbox, and after settlement the history.
CREATE TABLE change (
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
        (state IN ('waiting', 'claimed', 'held', 'accepted', 'already', 'refused', 'parked', 'superseded')),
    -- Parked since something it refers to is missing: tried again in rounds.
    reference  INTEGER NOT NULL DEFAULT 0,
    round      INTEGER NOT NULL DEFAULT 0,
    attempts   INTEGER NOT NULL DEFAULT 0,
    -- Whether a call may have reached the LMS without an answer.
    maybe_sent INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL DEFAULT 0,
    code       TEXT,
    reason     TEXT,
    settled_at INTEGER
) STRICT;

CREATE INDEX change_queue ON change (connection, stage, change_ref) WHERE state = 'waiting';
CREATE INDEX change_due ON change (connection, next_at) WHERE state = 'waiting';
CREATE INDEX change_open ON change (push_ref, state, key);
CREATE INDEX change_key ON change (push_ref, key, change_ref);
CREATE INDEX change_run ON change (run_ref, push_ref, state);
CREATE INDEX change_of_run ON change (run_ref);

-- Every call that was made for a change.
CREATE TABLE attempt (
    change_ref  INTEGER NOT NULL REFERENCES change,
    at          INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    code        TEXT NOT NULL,
    reason      TEXT NOT NULL
) STRICT;

CREATE INDEX attempt_change ON attempt (change_ref);

-- A row turned down, once a push, with all its problems.
CREATE TABLE reject (
    reject_ref INTEGER PRIMARY KEY,
    run_ref    INTEGER NOT NULL REFERENCES run,
    push_ref   INTEGER NOT NULL REFERENCES push,
    sheet      TEXT,
    row        INTEGER NOT NULL,
    key        TEXT,
    problems   TEXT NOT NULL
) STRICT;

CREATE INDEX reject_run ON reject (run_ref, row);

-- The cells of a rejected row, so that it can be given back to be corrected; those of secret columns
-- are empty here and sealed beside.
CREATE TABLE reject_row (
    run_ref INTEGER NOT NULL REFERENCES run,
    row     INTEGER NOT NULL,
    cells   TEXT NOT NULL,
    sealed  BLOB,
    PRIMARY KEY (run_ref, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
    run_ref     INTEGER NOT NULL REFERENCES run,
    push_ref    INTEGER NOT NULL REFERENCES push,
    guard       TEXT NOT NULL,
    found       TEXT NOT NULL,
    allowed     TEXT NOT NULL,
    explanation TEXT NOT NULL
) STRICT;

CREATE INDEX finding_run ON finding (run_ref);

-- Mails to be delivered, and those that were.
CREATE TABLE mail (
    mail_ref   INTEGER PRIMARY KEY,
    run_ref    INTEGER REFERENCES run,
    message_id TEXT NOT NULL UNIQUE,
    sender     TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject    TEXT NOT NULL,
    body       BLOB NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL DEFAULT 0,
    error      TEXT,
    created_at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;

CREATE INDEX mail_queue ON mail (next_at) WHERE state = 'waiting';

-- Connections that were stopped, until the next run of theirs.
CREATE TABLE stop (
    connection TEXT PRIMARY KEY,
    code       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

-- Times of the schedule that have been taken, so that none is taken twice.
CREATE TABLE tick (
    job          TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('cron', 'due')),
    scheduled_at INTEGER NOT NULL,
    PRIMARY KEY (job, kind, scheduled_at)
) STRICT, WITHOUT ROWID;

-- What the command line asks of the daemon.
CREATE TABLE request (
    request_ref INTEGER PRIMARY KEY,
    job         TEXT NOT NULL,
    file        TEXT,
    path        TEXT,
    created_at  INTEGER NOT NULL,
    run_ref     INTEGER REFERENCES run,
    error       TEXT
) STRICT;
