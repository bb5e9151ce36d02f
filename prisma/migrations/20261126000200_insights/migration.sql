-- What an insight is about, so that the same is not noticed again and again; null for those made before.
ALTER TABLE insights ADD COLUMN subject_key text;
ALTER TABLE insights ADD COLUMN goal_ids text[];
CREATE INDEX insights_user_id_subject_key_idx ON insights (user_id, subject_key);

-- One row a person: their last local day with insights, and when to look again.
CREATE TABLE insight_runs (
  user_id text NOT NULL,
  local_date date,
  due_at timestamptz(6) NOT NULL,
  CONSTRAINT insight_runs_pkey PRIMARY KEY (user_id)
);
