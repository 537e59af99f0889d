-- From version 1 to 2: several people at one register, pauses, and phones used for work.

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
