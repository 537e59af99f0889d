-- From version 3 to 4: windows that are released to trainers, who looked at what, and what people share.

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
