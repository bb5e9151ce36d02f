-- A reminder may fall once, on a local day, and may be for no goal: then its message says what it is for.
ALTER TABLE reminders ALTER COLUMN goal_id DROP NOT NULL;
ALTER TABLE reminders ADD COLUMN date date;
ALTER TABLE reminders DROP CONSTRAINT reminders_schedule;
ALTER TABLE reminders ADD CONSTRAINT reminders_schedule
  CHECK (num_nonnulls(date, days_before_deadline, NULLIF(cardinality(weekdays), 0)) = 1);
ALTER TABLE reminders ADD CONSTRAINT reminders_goal
  CHECK (goal_id IS NOT NULL OR (message IS NOT NULL AND days_before_deadline IS NULL));
