-- Why: an operator's merge also lifts keep-apart edges, forgets claims and settles conflicts; its undoing gives all of it back, so that a merge
-- undone with nothing between leaves no trace. JSON: {apart: [{a, b, at}], claims: [{contact, messenger, at}], problems: [id]}; NULL = nothing.
-- Undo by hand: ALTER TABLE merges DROP COLUMN lifted.
ALTER TABLE merges ADD COLUMN lifted TEXT CHECK (lifted IS NULL OR json_valid(lifted));
