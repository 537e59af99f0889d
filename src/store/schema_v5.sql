-- From version 4 to 5: what customers answer.

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
