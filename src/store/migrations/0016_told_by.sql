-- Why: authorize tells a site the e-mail and the phone that a bot told of its human. The first event that told one may be a school's or a site's; who
-- of the accounts told it since was not known. Undo by hand: ALTER TABLE identifiers DROP COLUMN told_by.
ALTER TABLE identifiers ADD COLUMN told_by TEXT;
