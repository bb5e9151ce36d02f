CREATE TABLE life_areas (
  user_id text NOT NULL,
  id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('HEALTH', 'FINANCE', 'LEARNING', 'WORK', 'GOALS', 'PRODUCTIVITY')),
  name text NOT NULL,
  description text,
  color text,
  icon text,
  active boolean NOT NULL DEFAULT true,
  position integer NOT NULL,
  custom_fields jsonb NOT NULL DEFAULT '[]',
  input_hash text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT life_areas_pkey PRIMARY KEY (user_id, id)
);

CREATE TABLE goals (
  user_id text NOT NULL,
  id text NOT NULL,
  life_area_id text,
  kind text NOT NULL CHECK (kind IN ('NUMERIC', 'HABIT', 'MILESTONE', 'CUSTOM')),
  title text NOT NULL,
  description text,
  direction text NOT NULL CHECK (direction IN ('AT_LEAST', 'AT_MOST')),
  cumulative boolean NOT NULL,
  aggregation text NOT NULL CHECK (aggregation IN ('SUM', 'LAST', 'MIN', 'MAX', 'MEAN')),
  frequency_times integer CHECK (frequency_times > 0),
  frequency_period text CHECK (frequency_period IN ('DAY', 'WEEK', 'MONTH', 'YEAR')),
  frequency_interval integer CHECK (frequency_interval > 0),
  start_value numeric(30,12),
  target_value numeric(30,12),
  rate_amount numeric(30,12),
  rate_period text CHECK (rate_period IN ('DAY', 'WEEK', 'MONTH', 'YEAR')),
  unit text,
  start_date date NOT NULL,
  deadline date,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'COMPLETED', 'PAUSED', 'CANCELLED')),
  auto_complete boolean NOT NULL,
  missing_means text NOT NULL DEFAULT 'ZERO' CHECK (missing_means IN ('ZERO', 'NO_DATA')),
  pauses jsonb NOT NULL DEFAULT '[]',
  custom_fields jsonb NOT NULL DEFAULT '{}',
  completed_at timestamptz(6),
  total numeric(38,12) NOT NULL DEFAULT 0,
  entry_count integer NOT NULL DEFAULT 0,
  progress_version integer NOT NULL DEFAULT 0,
  import_source text,
  import_id text,
  input_hash text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT goals_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT goals_user_id_life_area_id_fkey FOREIGN KEY (user_id, life_area_id)
    REFERENCES life_areas (user_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CHECK ((frequency_times IS NULL) = (frequency_period IS NULL)),
  CHECK ((rate_amount IS NULL) = (rate_period IS NULL)),
  CHECK (kind <> 'HABIT' OR frequency_times IS NOT NULL)
);
CREATE UNIQUE INDEX goals_user_id_import_source_import_id_key ON goals (user_id, import_source, import_id);
CREATE INDEX goals_user_id_life_area_id_idx ON goals (user_id, life_area_id);

CREATE TABLE progress_entries (
  user_id text NOT NULL,
  id text NOT NULL,
  goal_id text NOT NULL,
  value numeric(30,12) NOT NULL,
  skip boolean NOT NULL DEFAULT false,
  local_date date NOT NULL,
  occurred_at timestamptz(6) NOT NULL,
  time_zone text NOT NULL,
  source text NOT NULL CHECK (source IN ('MANUAL', 'APPLE_HEALTH', 'API', 'AUTOMATION', 'IMPORT')),
  note text,
  external_id text,
  input_hash text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT progress_entries_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT progress_entries_user_id_goal_id_fkey FOREIGN KEY (user_id, goal_id)
    REFERENCES goals (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX progress_entries_user_id_goal_id_external_id_key ON progress_entries (user_id, goal_id, external_id);
CREATE INDEX progress_entries_user_id_goal_id_local_date_occurred_at_id_idx
  ON progress_entries (user_id, goal_id, local_date, occurred_at, id);

CREATE TABLE goal_days (
  user_id text NOT NULL,
  goal_id text NOT NULL,
  local_date date NOT NULL,
  skipped boolean NOT NULL,
  count integer NOT NULL,
  skips integer NOT NULL,
  sum numeric(38,12) NOT NULL,
  min numeric(30,12) NOT NULL,
  max numeric(30,12) NOT NULL,
  last numeric(30,12) NOT NULL,
  last_at timestamptz(6),
  last_id text,
  CONSTRAINT goal_days_pkey PRIMARY KEY (user_id, goal_id, local_date),
  CONSTRAINT goal_days_user_id_goal_id_fkey FOREIGN KEY (user_id, goal_id)
    REFERENCES goals (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX goal_days_user_id_goal_id_skipped_local_date_idx ON goal_days (user_id, goal_id, skipped, local_date);

-- The value of a day under a goal's aggregation: the same rule as dayValues() in series.ts.
CREATE FUNCTION goal_day_value(
  aggregation text, skipped boolean, count integer, sum numeric, min numeric, max numeric, last numeric
) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN skipped THEN 0
    WHEN aggregation = 'SUM' THEN sum
    WHEN aggregation = 'LAST' THEN last
    WHEN aggregation = 'MIN' THEN min
    WHEN aggregation = 'MAX' THEN max
    ELSE round(sum / greatest(count, 1), 12)
  END;

CREATE TABLE milestones (
  user_id text NOT NULL,
  id text NOT NULL,
  goal_id text NOT NULL,
  title text NOT NULL,
  description text,
  position integer NOT NULL,
  due_date date,
  reached_on date,
  reached_at timestamptz(6),
  input_hash text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT milestones_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT milestones_user_id_goal_id_fkey FOREIGN KEY (user_id, goal_id)
    REFERENCES goals (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CHECK ((reached_on IS NULL) = (reached_at IS NULL))
);
CREATE INDEX milestones_user_id_goal_id_position_idx ON milestones (user_id, goal_id, position);

CREATE TABLE achievements (
  user_id text NOT NULL,
  id text NOT NULL,
  goal_id text NOT NULL,
  name text NOT NULL,
  local_date date NOT NULL,
  earned_at timestamptz(6) NOT NULL,
  CONSTRAINT achievements_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT achievements_user_id_goal_id_fkey FOREIGN KEY (user_id, goal_id)
    REFERENCES goals (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX achievements_user_id_goal_id_name_key ON achievements (user_id, goal_id, name);
CREATE INDEX achievements_user_id_earned_at_id_idx ON achievements (user_id, earned_at, id);
