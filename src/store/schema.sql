-- The schema as it is now. A fresh store starts here; an older one gets here by the numbered migrations.
-- Times are milliseconds since 1970 in UTC.

CREATE TABLE staff (
    person TEXT PRIMARY KEY NOT NULL,   -- random, says nothing about anyone
    name TEXT UNIQUE NOT NULL,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE shift (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    register TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER                    -- null while it lasts, and after a crash until it is taken up or closed
) STRICT;

CREATE TABLE till_inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dedup_key TEXT UNIQUE NOT NULL,
    register TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    shift INTEGER REFERENCES shift (id) ON DELETE SET NULL,
    handled_at INTEGER                  -- set together with the records the event led to
) STRICT;
CREATE INDEX till_inbox_waiting ON till_inbox (shift, at) WHERE handled_at IS NULL;

CREATE TABLE shift_companion (
    shift INTEGER NOT NULL REFERENCES shift (id) ON DELETE CASCADE,
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    PRIMARY KEY (shift, person)         -- signed in together with the shift's own person
) STRICT, WITHOUT ROWID;

CREATE TABLE shift_pause (
    shift INTEGER PRIMARY KEY NOT NULL REFERENCES shift (id) ON DELETE CASCADE,
    since INTEGER NOT NULL              -- a row only while the pause lasts
) STRICT;

CREATE TABLE phone_for_work (
    shift INTEGER NOT NULL REFERENCES shift (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,                -- when it was said; gone with the end of the shift
    PRIMARY KEY (shift, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE store_transaction (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    register TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    record TEXT NOT NULL,               -- facts only: several people were signed in, and it is nobody's
    UNIQUE (register, opened_at)
) STRICT;

CREATE TABLE vault (
    person TEXT PRIMARY KEY NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    invitation TEXT NOT NULL,           -- spent ones are replaced by random ones that nobody has
    sealing_key BLOB NOT NULL,          -- the public half; of a person who agreed to nothing, one that nobody opens
    wrapped_key BLOB NOT NULL,          -- the private half under their secret; likewise
    consent BLOB NOT NULL,              -- sealed; likewise
    failed INTEGER NOT NULL,            -- wrong secrets since the last right one
    failed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE transaction_record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    shift INTEGER NOT NULL REFERENCES shift (id) ON DELETE CASCADE,
    register TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    record BLOB NOT NULL,               -- sealed to the person
    UNIQUE (shift, register, opened_at)
) STRICT;
CREATE INDEX transaction_record_by_time ON transaction_record (person, opened_at);

CREATE TABLE shift_summary (
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    shift INTEGER NOT NULL,             -- its number; the shift itself may be forgotten before
    part INTEGER NOT NULL,              -- after a crash a shift goes on with a new part
    started_at INTEGER NOT NULL,
    summary BLOB NOT NULL,              -- sealed to the person
    PRIMARY KEY (person, shift, part)
) STRICT, WITHOUT ROWID;
