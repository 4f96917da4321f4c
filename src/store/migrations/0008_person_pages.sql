-- Why: people are paged in the order they were created, which never changes: somebody seen meanwhile is neither lost nor listed twice. Undo by hand:
-- drop the index.
CREATE INDEX persons_created ON persons (created_at DESC, id) WHERE erased_at IS NULL;
