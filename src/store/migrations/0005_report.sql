-- Why: the funnel over a million events in a second. Undo by hand: drop the triggers, then the tables, then the indexes below.
-- `report_people` is derived: one row per person with the first time of every stage and the first touch. Triggers only note whose row is out of
-- date; a report brings those rows up to date before it reads, so it is never behind the ledger. Nothing else may write these tables.

CREATE TABLE report_people (
  entry_at INTEGER NOT NULL,
  person_id TEXT NOT NULL UNIQUE,
  click_at INTEGER,
  bot_start_at INTEGER,
  registration_at INTEGER,
  login_at INTEGER,
  order_at INTEGER,
  sale_at INTEGER,
  resale_at INTEGER,
  connection TEXT NOT NULL,
  bot TEXT,
  link TEXT,
  utm_source TEXT,
  utm_campaign TEXT,
  utm_content TEXT,
  PRIMARY KEY (entry_at, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_stale (
  person_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- All a person's stages and touches without opening the wide event rows.
CREATE INDEX events_report ON events (
  person_id, event_at, seq, type, status, counted, amount_e4, connection, order_number, tid,
  link, utm_source, utm_campaign, utm_content, click_hash
) WHERE type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment');
CREATE INDEX events_clicks ON events (event_at, status, link) WHERE type = 'click';
CREATE INDEX events_money ON events (
  event_at, type, status, counted, person_id, connection, order_number, tid, amount_e4, currency
) WHERE type IN ('payment', 'refund');

CREATE TRIGGER report_event_added AFTER INSERT ON events
WHEN NEW.person_id IS NOT NULL AND NEW.type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment')
BEGIN
  INSERT OR IGNORE INTO report_stale (person_id) VALUES (NEW.person_id);
END;

CREATE TRIGGER report_event_changed AFTER UPDATE ON events
WHEN NEW.type IN ('click', 'bot_start', 'registration', 'login', 'order', 'payment') AND (
  OLD.person_id IS NOT NEW.person_id OR OLD.status IS NOT NEW.status OR OLD.counted IS NOT NEW.counted
  OR OLD.event_at IS NOT NEW.event_at OR OLD.amount_e4 IS NOT NEW.amount_e4 OR OLD.click_hash IS NOT NEW.click_hash
  OR OLD.link IS NOT NEW.link OR OLD.utm_source IS NOT NEW.utm_source OR OLD.utm_campaign IS NOT NEW.utm_campaign
)
BEGIN
  INSERT OR IGNORE INTO report_stale (person_id)
    SELECT OLD.person_id WHERE OLD.person_id IS NOT NULL UNION SELECT NEW.person_id WHERE NEW.person_id IS NOT NULL;
END;

-- A click that arrives after the start it caused changes that starter's source.
CREATE TRIGGER report_click_added AFTER INSERT ON clicks
BEGIN
  INSERT OR IGNORE INTO report_stale (person_id)
    SELECT person_id FROM events WHERE click_hash = NEW.hash AND person_id IS NOT NULL;
END;

INSERT OR IGNORE INTO report_stale (person_id) SELECT DISTINCT person_id FROM events WHERE person_id IS NOT NULL;
