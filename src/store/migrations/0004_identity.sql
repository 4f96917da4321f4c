-- Why: who referred whom, withdrawn consent, totals that vendors report, what retention and erasure need.
-- Undo by hand: drop the three tables and the indexes, then the columns; recreate events_raw as in 0001.

ALTER TABLE persons ADD COLUMN referred_by TEXT;
ALTER TABLE persons ADD COLUMN consent_withdrawn_at INTEGER;

-- Cumulative paid sum of the order as the vendor told it: amount_e4 is then the difference and follows late payments.
ALTER TABLE events ADD COLUMN paid_total_e4 INTEGER;
-- When the event was written here: retention counts from it, also for imports of old facts.
ALTER TABLE events ADD COLUMN stored_at INTEGER NOT NULL DEFAULT 0;
-- 0 = imported without rules: binding it late runs none either.
ALTER TABLE events ADD COLUMN rules INTEGER NOT NULL DEFAULT 1;
DROP INDEX events_raw;
CREATE INDEX events_raw ON events (stored_at) WHERE raw IS NOT NULL;
CREATE INDEX events_facts ON events (stored_at) WHERE facts IS NOT NULL;

CREATE INDEX problems_identifier ON problems (identifier_hash) WHERE identifier_hash IS NOT NULL;

-- Blind indexes of erased identifiers: a late webhook about what happened before the erasure is recognised and dropped.
CREATE TABLE erased_identifiers (
  hash TEXT PRIMARY KEY,
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_identifiers_at ON erased_identifiers (erased_at);

-- The act of erasure: date, basis, scope, counts, method, operator. Holds nothing of the person but her ids.
CREATE TABLE erasures (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  basis TEXT NOT NULL,
  operator TEXT NOT NULL,
  counts TEXT NOT NULL CHECK (json_valid(counts))
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_person ON erasures (person_id);

-- Scopes in which a type has identifiers: a look-up without a scope tries each of them.
CREATE TABLE identifier_scopes (
  type TEXT NOT NULL,
  scope TEXT NOT NULL,
  PRIMARY KEY (type, scope)
) STRICT, WITHOUT ROWID;
