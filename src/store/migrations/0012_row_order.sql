-- Why: the two widest tables were kept in the order of their random ids. Such rows do not fit a page of their tree (a WITHOUT ROWID table keeps about
-- 1 KB of a row in place, the rest on pages of its own), so every insert, update and read went to places all over the file. In the order of arrival
-- new rows stand together, and an index entry names its row by a number instead of 26 letters.
-- `events.seq` is the row's place itself; the inbox never gives a number twice. Two indexes that no query used are gone.
-- Undo by hand: create both tables as 0001–0006 left them, copy the rows back, create indexes and triggers again.

DROP TRIGGER report_event_added;
DROP TRIGGER report_event_changed;
DROP TRIGGER report_click_added;

CREATE TABLE events_by_seq (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  connection TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('bound', 'unbound', 'quarantined', 'echo', 'preview', 'erased')),
  cause TEXT,
  field TEXT,
  received_at INTEGER NOT NULL,
  event_at INTEGER NOT NULL,
  bound_at INTEGER,
  -- The person it belongs to now; follows merges.
  person_id TEXT,
  -- The row of `persons` it was bound to; never rewritten by a merge.
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
  paid_total_e4 INTEGER,
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
  stored_at INTEGER NOT NULL DEFAULT 0,
  rules INTEGER NOT NULL DEFAULT 1,
  facts BLOB,
  raw BLOB,
  trace BLOB
) STRICT;
INSERT INTO events_by_seq (seq, id, connection, type, status, cause, field, received_at, event_at, bound_at, person_id, home_id, via, via_hash,
  fact, label, named, ordinal, counted, possible_duplicate, amount_e4, paid_total_e4, currency, tid, order_number, click_hash, shared, link,
  utm_source, utm_medium, utm_campaign, utm_content, utm_term, stored_at, rules, facts, raw, trace)
SELECT seq, id, connection, type, status, cause, field, received_at, event_at, bound_at, person_id, home_id, via, via_hash,
  fact, label, named, ordinal, counted, possible_duplicate, amount_e4, paid_total_e4, currency, tid, order_number, click_hash, shared, link,
  utm_source, utm_medium, utm_campaign, utm_content, utm_term, stored_at, rules, facts, raw, trace
FROM events ORDER BY seq;
DROP TABLE events;
ALTER TABLE events_by_seq RENAME TO events;

-- Every index ends in `seq` by itself, as the row's own number.
CREATE INDEX events_person ON events (person_id, event_at);
CREATE INDEX events_type ON events (type, event_at);
CREATE INDEX events_status ON events (status);
CREATE INDEX events_connection ON events (connection);
CREATE INDEX events_click ON events (click_hash) WHERE click_hash IS NOT NULL;
CREATE INDEX events_raw ON events (stored_at) WHERE raw IS NOT NULL;
CREATE INDEX events_facts ON events (stored_at) WHERE facts IS NOT NULL;
CREATE INDEX events_order ON events (order_number) WHERE order_number IS NOT NULL;
CREATE INDEX events_tid ON events (tid) WHERE tid IS NOT NULL;
CREATE INDEX events_report ON events (
  person_id, event_at, type, status, counted, amount_e4, connection, order_number, tid,
  link, utm_source, utm_campaign, utm_content, click_hash
) WHERE type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment');
CREATE INDEX events_clicks ON events (event_at, status, link) WHERE type = 'click';
CREATE INDEX events_money ON events (
  event_at, type, status, counted, person_id, connection, order_number, tid, amount_e4, currency
) WHERE type IN ('payment', 'refund');

-- What a trigger inserts follows the conflict clause of the statement that fired it, unless it has an upsert clause of its own.
CREATE TRIGGER report_event_added AFTER INSERT ON events
WHEN NEW.person_id IS NOT NULL AND NEW.type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment')
BEGIN
  INSERT INTO report_stale (person_id) VALUES (NEW.person_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER report_event_changed AFTER UPDATE ON events
WHEN NEW.type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND (
  OLD.person_id IS NOT NEW.person_id OR OLD.status IS NOT NEW.status OR OLD.counted IS NOT NEW.counted
  OR OLD.event_at IS NOT NEW.event_at OR OLD.amount_e4 IS NOT NEW.amount_e4 OR OLD.click_hash IS NOT NEW.click_hash
  OR OLD.link IS NOT NEW.link OR OLD.utm_source IS NOT NEW.utm_source OR OLD.utm_campaign IS NOT NEW.utm_campaign
)
BEGIN
  INSERT INTO report_stale (person_id)
    SELECT OLD.person_id WHERE OLD.person_id IS NOT NULL UNION SELECT NEW.person_id WHERE NEW.person_id IS NOT NULL
    ON CONFLICT DO NOTHING;
END;

-- A click that arrives after the start it caused changes that starter's source.
CREATE TRIGGER report_click_added AFTER INSERT ON clicks
BEGIN
  INSERT INTO report_stale (person_id)
    SELECT person_id FROM events WHERE click_hash = NEW.hash AND person_id IS NOT NULL
    ON CONFLICT DO NOTHING;
END;

CREATE TABLE deliveries_by_time (
  id TEXT PRIMARY KEY NOT NULL,
  -- Creation in ms × 1000 and a place among those made together; not unique.
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
  replayed_at INTEGER,
  -- Sealed JSON: the action's `with` as written in the rule, and the facts it may be rendered from besides event and person.
  work BLOB,
  -- Sealed JSON: the rendered parameters, set at the first attempt; a replay sends exactly these.
  rendered BLOB,
  -- Keyed digest of the rendered content (loop breaker).
  content TEXT
) STRICT;
INSERT INTO deliveries_by_time (id, seq, event_id, person_id, connection, action, generation, status, reason, attempts, next_attempt_at, created_at,
  settled_at, replayed_at, work, rendered, content)
SELECT id, seq, event_id, person_id, connection, action, generation, status, reason, attempts, next_attempt_at, created_at,
  settled_at, replayed_at, work, rendered, content
FROM deliveries ORDER BY seq;
DROP TABLE deliveries;
ALTER TABLE deliveries_by_time RENAME TO deliveries;

CREATE INDEX deliveries_status ON deliveries (status, connection, seq);
CREATE INDEX deliveries_connection ON deliveries (connection, seq);
CREATE INDEX deliveries_event ON deliveries (event_id);
CREATE INDEX deliveries_person ON deliveries (person_id, seq);
CREATE INDEX deliveries_recent ON deliveries (seq, id);
CREATE INDEX deliveries_replayed ON deliveries (replayed_at) WHERE replayed_at IS NOT NULL AND status = 'queued';
