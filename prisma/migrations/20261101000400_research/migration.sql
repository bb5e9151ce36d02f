CREATE TABLE research_categories (
  user_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  prompt text NOT NULL DEFAULT '',
  sources text[],
  schedule_kind text,
  schedule_text text,
  schedule_zone text,
  schedule_date date,
  schedule_time text,
  active boolean NOT NULL DEFAULT true,
  missed_run_policy text NOT NULL DEFAULT 'ONCE',
  input_hash text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT research_categories_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT research_categories_schedule_kind_check CHECK (schedule_kind IN ('RRULE', 'CRON')),
  CONSTRAINT research_categories_schedule_check
    CHECK (num_nulls(schedule_kind, schedule_text, schedule_zone, schedule_date, schedule_time) IN (0, 5)),
  CONSTRAINT research_categories_missed_run_policy_check CHECK (missed_run_policy IN ('SKIP', 'ONCE', 'ALL'))
);
CREATE INDEX research_categories_user_id_name_id_idx ON research_categories (user_id, name, id);

CREATE TABLE research_results (
  user_id text NOT NULL,
  id text NOT NULL,
  category_id text NOT NULL,
  title text NOT NULL,
  summary text NOT NULL,
  content text NOT NULL,
  sources jsonb NOT NULL,
  claims jsonb NOT NULL,
  status text NOT NULL DEFAULT 'PENDING',
  research_date date NOT NULL,
  created_ids text[],
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT research_results_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT research_results_status_check CHECK (status IN ('PENDING', 'APPROVED', 'REJECTED', 'INTEGRATED'))
);
CREATE INDEX research_results_user_id_research_date_id_idx ON research_results (user_id, research_date, id);
CREATE INDEX research_results_user_id_status_research_date_id_idx ON research_results (user_id, status, research_date, id);
CREATE INDEX research_results_user_id_category_id_research_date_id_idx ON research_results (user_id, category_id, research_date, id);
ALTER TABLE research_results ADD CONSTRAINT research_results_user_id_category_id_fkey
  FOREIGN KEY (user_id, category_id) REFERENCES research_categories (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE research_reviews (
  user_id text NOT NULL,
  result_id text NOT NULL,
  ordinal integer NOT NULL,
  from_status text NOT NULL,
  to_status text NOT NULL,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  reason text,
  at timestamptz(6) NOT NULL,
  CONSTRAINT research_reviews_pkey PRIMARY KEY (user_id, result_id, ordinal)
);
ALTER TABLE research_reviews ADD CONSTRAINT research_reviews_user_id_result_id_fkey
  FOREIGN KEY (user_id, result_id) REFERENCES research_results (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
