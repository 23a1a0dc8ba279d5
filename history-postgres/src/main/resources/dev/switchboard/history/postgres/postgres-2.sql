-- The time by which entries were last let go of for their age.
ALTER TABLE switchboard_store ADD COLUMN pruned_at bigint;
