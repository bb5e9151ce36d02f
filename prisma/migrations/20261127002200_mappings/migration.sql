-- Which data becomes a goal's progress.
CREATE TABLE progress_mappings (
  user_id text NOT NULL,
  id text NOT NULL,
  goal_id text NOT NULL,
  source text NOT NULL CHECK (source IN ('HEALTH', 'CALENDAR', 'TASKS', 'TRANSACTIONS', 'RECEIVED')),
  metric text,
  matching text,
  currency text,
  aggregation text NOT NULL CHECK (aggregation IN ('SUM', 'LAST', 'MIN', 'MAX', 'MEAN', 'COUNT')),
  factor numeric(30, 12) NOT NULL,
  since date NOT NULL,
  active boolean NOT NULL,
  problem text,
  input_hash text NOT NULL,
  version integer NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT progress_mappings_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT progress_mappings_metric CHECK ((source = 'HEALTH') = (metric IS NOT NULL))
);
CREATE INDEX progress_mappings_user_id_goal_id_idx ON progress_mappings (user_id, goal_id);

-- Days of a mapping that have been or are to be reckoned. `due_at` is null when nothing is to be done; `change_count` tells whether data
-- came while somebody was at it.
CREATE TABLE progress_mapping_days (
  user_id text NOT NULL,
  mapping_id text NOT NULL,
  local_date date NOT NULL,
  due_at timestamptz(6),
  change_count integer NOT NULL,
  lease_token text,
  lease_until timestamptz(6),
  CONSTRAINT progress_mapping_days_pkey PRIMARY KEY (user_id, mapping_id, local_date)
);
CREATE INDEX progress_mapping_days_due_at_idx ON progress_mapping_days (due_at);
ALTER TABLE progress_mapping_days ADD CONSTRAINT progress_mapping_days_user_id_mapping_id_fkey
  FOREIGN KEY (user_id, mapping_id) REFERENCES progress_mappings (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
