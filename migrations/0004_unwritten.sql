-- Why the file of a push's links could not be written; nothing where it was, or where it has none.
ALTER TABLE push_run ADD COLUMN unwritten TEXT;
