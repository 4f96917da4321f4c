-- Why: an operator keeps a payload to try it again later; gives people and programs keys of their own and takes them back; sees who did what; signs
-- out for good; is told of a problem once. Undo by hand: drop the four tables and the column.
CREATE TABLE bookmarks (
  event_id TEXT PRIMARY KEY,
  connection TEXT NOT NULL,
  type TEXT NOT NULL,
  raw BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE access_keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('operator', 'viewer')),
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE TABLE operator_acts (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL
) STRICT;
CREATE INDEX operator_acts_at ON operator_acts (at);

CREATE TABLE ended_sessions (
  id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_sessions_expiry ON ended_sessions (expires_at);

ALTER TABLE problems ADD COLUMN alerted_at INTEGER;
