-- The schema of version 1, frozen: what an upgrade may start from.

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
