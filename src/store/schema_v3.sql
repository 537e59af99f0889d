-- From version 2 to 3: what belongs to a person is sealed to their own key. What was written before was sealed to
-- nobody and agreed to by nobody, so it goes.

DROP TABLE transaction_record;
DROP TABLE summary;

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
