-- When a category is due next: the scheduler reads nothing else. Those that are due with no local time are only looked at: that is how
-- categories from before get their first.
ALTER TABLE research_categories ADD COLUMN next_run_at timestamptz(6), ADD COLUMN next_local text;
CREATE INDEX research_categories_next_run_at_idx ON research_categories (next_run_at);
UPDATE research_categories SET next_run_at = now() WHERE active AND schedule_kind IS NOT NULL;

CREATE TABLE research_runs (
  user_id text NOT NULL,
  id text NOT NULL,
  category_id text NOT NULL,
  state text NOT NULL DEFAULT 'QUEUED',
  trigger text NOT NULL,
  retry_of text,
  due_at timestamptz(6) NOT NULL,
  local_occurrence text,
  step text NOT NULL DEFAULT 'PLAN',
  planned integer NOT NULL DEFAULT 0,
  fetched integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  claims integer NOT NULL DEFAULT 0,
  cost numeric(14,8) NOT NULL DEFAULT 0,
  error_code text,
  error_message text,
  lease text,
  lease_until timestamptz(6),
  attempts integer NOT NULL DEFAULT 0,
  input_hash text,
  created_at timestamptz(6) NOT NULL,
  started_at timestamptz(6),
  ended_at timestamptz(6),
  CONSTRAINT research_runs_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT research_runs_state_check CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
  CONSTRAINT research_runs_trigger_check CHECK (trigger IN ('SCHEDULE', 'MANUAL', 'RETRY')),
  CONSTRAINT research_runs_step_check CHECK (step IN ('PLAN', 'GATHER', 'EXTRACT', 'VERIFY', 'WRITE')),
  CONSTRAINT research_runs_local_occurrence_check CHECK ((trigger = 'SCHEDULE') = (local_occurrence IS NOT NULL)),
  CONSTRAINT research_runs_lease_check CHECK ((state = 'RUNNING') = (lease IS NOT NULL) AND num_nulls(lease, lease_until) IN (0, 2)),
  CONSTRAINT research_runs_ended_check CHECK ((state IN ('DONE', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL))
);
-- Any number of schedulers, restarts and clocks that jump: a local occurrence is run once.
CREATE UNIQUE INDEX research_runs_user_id_category_id_local_occurrence_key ON research_runs (user_id, category_id, local_occurrence);
CREATE INDEX research_runs_user_id_category_id_due_at_id_idx ON research_runs (user_id, category_id, due_at, id);
CREATE INDEX research_runs_user_id_created_at_idx ON research_runs (user_id, created_at);
CREATE INDEX research_runs_state_lease_until_idx ON research_runs (state, lease_until);
CREATE INDEX research_runs_id_idx ON research_runs (id);
ALTER TABLE research_runs ADD CONSTRAINT research_runs_user_id_category_id_fkey
  FOREIGN KEY (user_id, category_id) REFERENCES research_categories (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE research_run_steps (
  user_id text NOT NULL,
  run_id text NOT NULL,
  ordinal integer NOT NULL,
  step text NOT NULL,
  state text NOT NULL,
  started_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  note text,
  counts jsonb NOT NULL DEFAULT '{}',
  outcome jsonb,
  CONSTRAINT research_run_steps_pkey PRIMARY KEY (user_id, run_id, ordinal),
  CONSTRAINT research_run_steps_step_check CHECK (step IN ('PLAN', 'GATHER', 'EXTRACT', 'VERIFY', 'WRITE')),
  CONSTRAINT research_run_steps_state_check
    CHECK (state IN ('RUNNING', 'DONE', 'REUSED', 'FAILED', 'INTERRUPTED', 'CANCELLED'))
);
ALTER TABLE research_run_steps ADD CONSTRAINT research_run_steps_user_id_run_id_fkey
  FOREIGN KEY (user_id, run_id) REFERENCES research_runs (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE research_snapshots (
  user_id text NOT NULL,
  id text NOT NULL,
  kind text NOT NULL,
  url text NOT NULL,
  final_url text NOT NULL,
  feed_url text,
  title text NOT NULL,
  text text NOT NULL,
  hash text NOT NULL,
  bytes integer NOT NULL,
  etag text,
  last_modified text,
  published_at timestamptz(6),
  fetched_at timestamptz(6) NOT NULL,
  checked_at timestamptz(6) NOT NULL,
  CONSTRAINT research_snapshots_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT research_snapshots_kind_check CHECK (kind IN ('PAGE', 'FEED', 'ITEM'))
);
-- The same text from the same address is kept once.
CREATE UNIQUE INDEX research_snapshots_user_id_url_hash_key ON research_snapshots (user_id, url, hash);
CREATE INDEX research_snapshots_user_id_url_checked_at_idx ON research_snapshots (user_id, url, checked_at);
CREATE INDEX research_snapshots_user_id_feed_url_idx ON research_snapshots (user_id, feed_url);

-- At most one result a run.
ALTER TABLE research_results ADD COLUMN run_id text;
CREATE UNIQUE INDEX research_results_user_id_run_id_key ON research_results (user_id, run_id);
ALTER TABLE research_results ADD CONSTRAINT research_results_user_id_run_id_fkey
  FOREIGN KEY (user_id, run_id) REFERENCES research_runs (user_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;
