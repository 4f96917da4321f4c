-- Why: an operator looks for an order or a transaction by its number. Undo by hand: drop the indexes.
CREATE INDEX events_order ON events (order_number) WHERE order_number IS NOT NULL;
CREATE INDEX events_tid ON events (tid) WHERE tid IS NOT NULL;
