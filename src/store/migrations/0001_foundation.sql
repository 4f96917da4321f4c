-- Why: configuration versions, the identity graph, the event ledger, the delivery log. Undo by hand: drop these tables.
-- Sealed columns (BLOB) are AES-GCM with a key id; `hash` columns are the keyed blind index. docs/storage.md names every table.

CREATE TABLE config_versions (
  version INTEGER PRIMARY KEY,
  document TEXT NOT NULL CHECK (json_valid(document)),
  author TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
) STRICT;

-- One row per person ever created. `person_id` is the current person: itself, or the survivor it was merged into (one hop, always).
CREATE TABLE persons (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  erased_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX persons_current ON persons (person_id);
CREATE INDEX persons_recent ON persons (last_seen DESC, id) WHERE erased_at IS NULL;

-- `home_id` is the person row the identifier first came to; merges change `person_id` only, so an unmerge is exact.
CREATE TABLE identifiers (
  hash TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  scope TEXT NOT NULL,
  person_id TEXT NOT NULL,
  home_id TEXT NOT NULL,
  proof TEXT NOT NULL CHECK (proof IN ('proved', 'native', 'claimed', 'inferred')),
  sealed BLOB,
  hint TEXT NOT NULL DEFAULT '',
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  started INTEGER NOT NULL DEFAULT 0 CHECK (started IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_person ON identifiers (person_id, type);

-- Names and other small facts about a person, newest by event time, one per (home, name).
CREATE TABLE traits (
  home_id TEXT NOT NULL,
  name TEXT NOT NULL,
  person_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  at INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (home_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX traits_person ON traits (person_id);

CREATE TABLE events (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE,
  connection TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('bound', 'unbound', 'quarantined', 'echo', 'preview', 'erased')),
  cause TEXT,
  field TEXT,
  received_at INTEGER NOT NULL,
  event_at INTEGER NOT NULL,
  bound_at INTEGER,
  person_id TEXT,
  home_id TEXT,
  via TEXT,
  via_hash TEXT,
  fact TEXT NOT NULL,
  label TEXT,
  named TEXT CHECK (named IN ('sale', 'resale')),
  ordinal INTEGER,
  counted INTEGER NOT NULL DEFAULT 1 CHECK (counted IN (0, 1)),
  possible_duplicate INTEGER NOT NULL DEFAULT 0 CHECK (possible_duplicate IN (0, 1)),
  amount_e4 INTEGER,
  currency TEXT,
  tid TEXT,
  order_number TEXT,
  click_hash TEXT,
  shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1)),
  link TEXT,
  utm_source TEXT,
  utm_medium TEXT,
  utm_campaign TEXT,
  utm_content TEXT,
  utm_term TEXT,
  facts BLOB,
  raw BLOB,
  trace BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX events_person ON events (person_id, event_at);
CREATE INDEX events_fact ON events (fact);
CREATE INDEX events_type ON events (type, event_at);
CREATE INDEX events_status ON events (status, seq);
CREATE INDEX events_connection ON events (connection, seq);
CREATE INDEX events_click ON events (click_hash) WHERE click_hash IS NOT NULL;
CREATE INDEX events_raw ON events (received_at) WHERE raw IS NOT NULL;

-- Events that belong to nobody yet, by each of their identifiers.
CREATE TABLE parked (
  hash TEXT NOT NULL,
  event_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (hash, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX parked_expiry ON parked (expires_at);
CREATE INDEX parked_event ON parked (event_id);

-- What a click of ours knew; attribution of later starts reads it whatever the order of arrival.
CREATE TABLE clicks (
  hash TEXT PRIMARY KEY,
  event_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  link TEXT,
  utm_source TEXT,
  utm_medium TEXT,
  utm_campaign TEXT,
  utm_content TEXT,
  utm_term TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE merges (
  id TEXT PRIMARY KEY,
  survivor TEXT NOT NULL,
  loser TEXT NOT NULL,
  members TEXT NOT NULL CHECK (json_valid(members)),
  by TEXT NOT NULL CHECK (by IN ('rule', 'operator', 'proof')),
  event_id TEXT,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  undone_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX merges_survivor ON merges (survivor, seq);

-- "Не склеивать": pairs of person rows, smaller id first.
CREATE TABLE kept_apart (
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_apart_b ON kept_apart (b);

CREATE TABLE blocked_identifiers (
  hash TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  scope TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Messenger identities that claimed a contact which was refused to one of them; three different ones put the contact in quarantine.
CREATE TABLE contact_claims (
  contact_hash TEXT NOT NULL,
  messenger_hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (contact_hash, messenger_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE problems (
  id TEXT PRIMARY KEY,
  dedupe TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('unresolved_macro', 'conflict', 'contact_quarantined', 'unbound', 'delivery', 'loop', 'silence')),
  cause TEXT,
  connection TEXT,
  field TEXT,
  persons TEXT CHECK (json_valid(persons)),
  identifier_hash TEXT,
  identifier_type TEXT,
  event_id TEXT,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  resolved_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX problems_open ON problems (last_at) WHERE resolved_at IS NULL;

-- A trigger fires once per fact, ever.
CREATE TABLE firings (
  subject TEXT NOT NULL,
  trigger TEXT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (subject, trigger)
) STRICT, WITHOUT ROWID;

-- Values we wrote to a platform: what it reports back within the day is an echo.
CREATE TABLE echoes (
  hash TEXT PRIMARY KEY,
  delivery_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX echoes_expiry ON echoes (expires_at);

CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  person_id TEXT,
  connection TEXT NOT NULL,
  action TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL CHECK (status IN ('queued', 'retrying', 'delivered', 'dead', 'cancelled')),
  reason TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER,
  created_at INTEGER NOT NULL,
  settled_at INTEGER,
  -- Sealed JSON: the action's `with` as written in the rule, and the facts it may be rendered from besides event and person.
  work BLOB,
  -- Sealed JSON: the rendered parameters, set at the first attempt; a replay sends exactly these.
  rendered BLOB,
  -- Keyed digest of the rendered content (loop breaker).
  content TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_status ON deliveries (status, connection, seq);
CREATE INDEX deliveries_connection ON deliveries (connection, seq);
CREATE INDEX deliveries_event ON deliveries (event_id);
CREATE INDEX deliveries_person ON deliveries (person_id, seq);
CREATE INDEX deliveries_content ON deliveries (content, created_at) WHERE content IS NOT NULL;

CREATE TABLE attempts (
  delivery_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  status INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reply BLOB,
  PRIMARY KEY (delivery_id, generation, n)
) STRICT, WITHOUT ROWID;

-- What arrived, per quarter of an hour of receipt: stays when events are erased or expire.
CREATE TABLE intake_counts (
  connection TEXT NOT NULL,
  bucket_at INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'quarantined', 'preview')),
  n INTEGER NOT NULL,
  PRIMARY KEY (bucket_at, connection, outcome)
) STRICT, WITHOUT ROWID;
