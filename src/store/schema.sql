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

CREATE TABLE tally (                    -- of everyone invited, in one form, as in vault
    person TEXT PRIMARY KEY NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    tally BLOB NOT NULL                 -- sealed: what a person adds up to in windows that are not released yet
) STRICT, WITHOUT ROWID;

CREATE TABLE release_window (           -- chosen before it opens, and never changed
    id INTEGER PRIMARY KEY CHECK (id > 0),
    window TEXT NOT NULL                -- JSON, with its plan
) STRICT;

CREATE TABLE contribution (             -- no person, no time, no order of rows
    window INTEGER NOT NULL REFERENCES release_window (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    shares TEXT NOT NULL,               -- JSON: hundredths or null, one for each figure
    PRIMARY KEY (window, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE release (                  -- the ledger: one row a window, for ever
    window INTEGER PRIMARY KEY NOT NULL REFERENCES release_window (id),
    release TEXT NOT NULL
) STRICT;

CREATE TRIGGER release_window_is_kept BEFORE DELETE ON release_window
BEGIN SELECT raise(ABORT, 'a window is never removed'); END;
CREATE TRIGGER release_window_is_fixed BEFORE UPDATE ON release_window
BEGIN SELECT raise(ABORT, 'a window is never changed'); END;
CREATE TRIGGER release_is_kept BEFORE DELETE ON release
BEGIN SELECT raise(ABORT, 'a release is never removed'); END;
CREATE TRIGGER release_is_fixed BEFORE UPDATE ON release
BEGIN SELECT raise(ABORT, 'a release is never changed'); END;
CREATE TRIGGER released_once BEFORE INSERT ON contribution
WHEN EXISTS (SELECT 1 FROM release WHERE window = NEW.window)
BEGIN SELECT raise(ABORT, 'the window is released'); END;
CREATE TRIGGER release_ends_contributions AFTER INSERT ON release
BEGIN DELETE FROM contribution WHERE window = NEW.window; END;

CREATE TABLE access_log (               -- who looked at what; a chain of hashes
    number INTEGER PRIMARY KEY NOT NULL, -- 1, 2, 3: without a gap
    at INTEGER NOT NULL,
    subject BLOB NOT NULL CHECK (length(subject) = 16), -- whose: computed from what stands in their sealed consent only
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    chain BLOB NOT NULL CHECK (length(chain) = 32)
) STRICT;

CREATE TABLE access_anchor (            -- the last entry that was removed for its age: the chain goes on from it
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    number INTEGER NOT NULL,
    chain BLOB NOT NULL CHECK (length(chain) = 32)
) STRICT;

CREATE TABLE trainer (                  -- a trainer's own key, to which what is shared with them is sealed
    name TEXT PRIMARY KEY NOT NULL,
    invitation TEXT NOT NULL,
    sealing_key BLOB,                   -- both null until they have chosen a secret
    wrapped_key BLOB,
    failed INTEGER NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE share (                    -- with whom stands in what is sealed only
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    lives_until_ms INTEGER NOT NULL,    -- the same in the store's lifetime, which no clock moves
    own BLOB NOT NULL,                  -- sealed to the person: with whom, and what
    summary BLOB NOT NULL               -- sealed to the trainer
) STRICT, WITHOUT ROWID;

CREATE TABLE customer_answer (          -- of four weeks that are not over; no person, no day, no hour, no order of rows
    weeks INTEGER NOT NULL,             -- which four weeks, counted from Monday 5 January 1970
    part TEXT NOT NULL,                 -- of the week
    face TEXT NOT NULL,
    answers INTEGER NOT NULL,
    PRIMARY KEY (weeks, part, face)
) STRICT, WITHOUT ROWID;

CREATE TABLE on_duty (                  -- for counting people, until the four weeks are told
    weeks INTEGER NOT NULL,
    part TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES staff (person) ON DELETE CASCADE,
    PRIMARY KEY (weeks, part, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer_answers (         -- what four weeks say: one row, for ever
    weeks INTEGER PRIMARY KEY NOT NULL,
    answers TEXT NOT NULL               -- JSON; of a part that is withheld no number
) STRICT;

CREATE TRIGGER customer_answers_are_kept BEFORE DELETE ON customer_answers
BEGIN SELECT raise(ABORT, 'what customers answered is never computed again'); END;
CREATE TRIGGER customer_answers_are_fixed BEFORE UPDATE ON customer_answers
BEGIN SELECT raise(ABORT, 'what customers answered is never changed'); END;
CREATE TRIGGER customers_answer_in_time BEFORE INSERT ON customer_answer
WHEN EXISTS (SELECT 1 FROM customer_answers WHERE weeks = NEW.weeks)
BEGIN SELECT raise(ABORT, 'these four weeks are told'); END;
CREATE TRIGGER customer_answers_end_counting AFTER INSERT ON customer_answers
BEGIN
    DELETE FROM customer_answer WHERE weeks = NEW.weeks;
    DELETE FROM on_duty WHERE weeks = NEW.weeks;
END;

CREATE TABLE lifetime (                 -- how long the store has lived, as far as it can know, whatever the clock says
    one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
    lived_ms INTEGER NOT NULL,
    clock_ms INTEGER NOT NULL,          -- what the clock said when that was last reckoned
    behind_ms INTEGER NOT NULL,         -- how far the clock was set back, and has not made up for since
    compacted_ms INTEGER,               -- when, in the lifetime, the file was last written anew
    uncompacted INTEGER NOT NULL        -- 1 when something was removed since
) STRICT;

CREATE TABLE lifetime_mark (            -- which rows were there at a time of the lifetime
    kind TEXT NOT NULL,
    lived_ms INTEGER NOT NULL,
    up_to INTEGER NOT NULL,             -- the highest number of a row of that kind
    PRIMARY KEY (kind, lived_ms)
) STRICT, WITHOUT ROWID;
