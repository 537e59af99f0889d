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

CREATE TABLE transaction_record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    shift INTEGER NOT NULL REFERENCES shift (id) ON DELETE CASCADE,
    register TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (shift, register, opened_at)
) STRICT;
CREATE INDEX transaction_record_by_time ON transaction_record (person, opened_at);

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

CREATE TABLE summary (
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    window_kind TEXT NOT NULL CHECK (window_kind IN ('shift', 'week', 'four_weeks')),
    window_start INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL,
    summary TEXT NOT NULL,
    PRIMARY KEY (person, window_kind, window_start)
) STRICT, WITHOUT ROWID;

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
