-- Why: who may log in. Holders and their messenger accounts, login links with PINs, codes, mappings to site users, site-first transactions,
-- merge links, and the ids of signed messages. Undo by hand: drop these tables.
-- No PIN, buid, token or code stands here: only keyed MACs of them (`buid`, `code`, `token`, `txn`) or sealed values (BLOB).

-- One row per human who may log in. Everything a guess is judged by stands in this one row, so one statement counts it and judges it:
-- `fails` = wrong PINs since the last right one, whatever link or site; `seats` = per site the one PIN that may be live:
-- {"<site>": {"buid", "pin", "from", "until", "tries", "locked", "used", "by"}}, times in ms, `pin` = "<pepper id>.<mac>", `by` = who won it.
-- A rowid table: an UPDATE by its text key then reads one row, not two.
CREATE TABLE holders (
  id TEXT PRIMARY KEY,
  fails INTEGER NOT NULL DEFAULT 0,
  seats TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(seats)),
  issues INTEGER NOT NULL DEFAULT 0,
  issues_since INTEGER NOT NULL DEFAULT 0,
  resends INTEGER NOT NULL DEFAULT 0,
  resends_since INTEGER NOT NULL DEFAULT 0,
  -- What the bots told: name, username, locale; sealed JSON.
  profile BLOB,
  created_at INTEGER NOT NULL
) STRICT;

-- A messenger account (or a platform's id of it) belongs to one holder. `hash` is the blind index the person graph uses too.
CREATE TABLE holder_identities (
  hash TEXT PRIMARY KEY,
  holder_id TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('telegram_id', 'max_id', 'vk_id', 'person_id', 'client_id', 'lead_id')),
  scope TEXT NOT NULL,
  sealed BLOB NOT NULL,
  last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX holder_identities_holder ON holder_identities (holder_id);

-- Where a holder can be written to: the bot connection and the ids it was told by, sealed JSON.
CREATE TABLE holder_bots (
  holder_id TEXT NOT NULL,
  connection TEXT NOT NULL,
  address BLOB NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (holder_id, connection)
) STRICT, WITHOUT ROWID;

CREATE TABLE login_links (
  buid TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  holder_id TEXT NOT NULL,
  connection TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pin', 'trusted')),
  -- MAC of the transaction this link answers, or of the trusted link's token.
  txn TEXT NOT NULL DEFAULT '',
  token TEXT,
  -- Sealed JSON: the buid itself and what its messages need.
  sealed BLOB NOT NULL,
  return_to TEXT,
  pin_ttl_ms INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  -- The last authorize with method `pin`: mappings are allowed for 15 minutes after it.
  proved_at INTEGER,
  ended_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_links_holder ON login_links (holder_id, site);
CREATE INDEX login_links_expiry ON login_links (expires_at);

-- Guesses at buids that do not exist here: they count down and lock like real ones, so nobody can tell.
CREATE TABLE phantom_guesses (
  buid TEXT PRIMARY KEY,
  tries INTEGER NOT NULL,
  locked INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The proof the edge page hands to the site: single use, 60 s.
CREATE TABLE codes (
  code TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  buid TEXT NOT NULL,
  holder_id TEXT NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('pin', 'trusted_link')),
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_holder ON codes (holder_id);

-- One user per holder and one holder per user at a site, always. A change writes `version` + 1 or nothing.
CREATE TABLE mappings (
  site TEXT NOT NULL,
  holder_id TEXT NOT NULL,
  user_hash TEXT NOT NULL,
  user_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (site, holder_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mappings_user ON mappings (site, user_hash);

CREATE TABLE mapping_history (
  id TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  holder_id TEXT NOT NULL,
  user_hash TEXT NOT NULL,
  user_id BLOB NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('linked', 'unlinked')),
  by TEXT NOT NULL CHECK (by IN ('site', 'bot', 'undo', 'logout', 'operator')),
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mapping_history_holder ON mapping_history (holder_id, site, user_hash);

-- "It was not me": one press within 24 h takes a change of a mapping back, as long as nothing changed since.
CREATE TABLE undo_tokens (
  token TEXT PRIMARY KEY,
  -- Sealed JSON: what to take back.
  sealed BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;

-- Site-first login: what the site asked for; the bot's link answers it.
CREATE TABLE transactions (
  txn TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  return_to TEXT NOT NULL,
  state BLOB,
  buid TEXT,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A link into the second messenger: whoever starts that bot with it first is the same human.
CREATE TABLE merge_links (
  token TEXT PRIMARY KEY,
  holder_id TEXT NOT NULL,
  identity_hash TEXT NOT NULL,
  connection TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('telegram_id', 'max_id', 'vk_id')),
  used_by TEXT,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Ids of signed API messages: each counts once.
CREATE TABLE seen_messages (
  id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_messages_expiry ON seen_messages (expires_at);

-- Idempotency-Key of notify: the delivery it made.
CREATE TABLE notify_keys (
  key TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Login acts on their way to the inbox, written with the act itself: a crash in between loses none. Sealed JSON of one fact.
CREATE TABLE login_acts (
  id TEXT PRIMARY KEY,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
