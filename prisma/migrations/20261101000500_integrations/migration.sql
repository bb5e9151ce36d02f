CREATE TABLE connections (
  user_id text NOT NULL,
  id text NOT NULL,
  provider text NOT NULL,
  account text NOT NULL,
  label text NOT NULL,
  status text NOT NULL CHECK (status IN ('ACTIVE', 'NEEDS_REAUTH', 'PAUSED', 'ERROR')),
  status_reason text,
  settings jsonb NOT NULL,
  last_sync_at timestamptz(6),
  input_hash text NOT NULL,
  version integer NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT connections_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX connections_user_id_provider_account_key ON connections (user_id, provider, account);

CREATE TABLE connection_log_entries (
  user_id text NOT NULL,
  id text NOT NULL,
  connection_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('CONNECTED', 'PAUSED', 'RESUMED', 'SYNCED', 'FAILED')),
  message text,
  received integer NOT NULL,
  changed integer NOT NULL,
  deleted integer NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT connection_log_entries_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX connection_log_entries_user_id_connection_id_at_idx ON connection_log_entries (user_id, connection_id, at);
ALTER TABLE connection_log_entries ADD CONSTRAINT connection_log_entries_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE notifications (
  user_id text NOT NULL,
  id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('REMINDER', 'ACHIEVEMENT', 'INSIGHT', 'ALERT')),
  title text NOT NULL,
  body text,
  subject_id text,
  collapse_key text,
  cause text,
  quiet boolean NOT NULL,
  scheduled_for timestamptz(6),
  sent_at timestamptz(6),
  read_at timestamptz(6),
  snoozed_until timestamptz(6),
  visible_at timestamptz(6) NOT NULL,
  version integer NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT notifications_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX notifications_user_id_cause_key ON notifications (user_id, cause);
CREATE INDEX notifications_user_id_visible_at_id_idx ON notifications (user_id, visible_at, id);
CREATE INDEX notifications_user_id_read_at_visible_at_idx ON notifications (user_id, read_at, visible_at);
CREATE INDEX notifications_user_id_collapse_key_idx ON notifications (user_id, collapse_key);

CREATE TABLE notification_settings (
  user_id text NOT NULL,
  quiet_from text,
  quiet_to text,
  quiet_except text[],
  version integer NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT notification_settings_pkey PRIMARY KEY (user_id),
  CONSTRAINT notification_settings_quiet_hours CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

CREATE TABLE notification_preferences (
  user_id text NOT NULL,
  kind text NOT NULL,
  in_app boolean NOT NULL,
  CONSTRAINT notification_preferences_pkey PRIMARY KEY (user_id, kind)
);
ALTER TABLE notification_preferences ADD CONSTRAINT notification_preferences_user_id_fkey
  FOREIGN KEY (user_id) REFERENCES notification_settings (user_id) ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE reminders (
  user_id text NOT NULL,
  id text NOT NULL,
  goal_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('TO_DO', 'TO_LOG')),
  message text,
  time_of_day text NOT NULL,
  weekdays integer[],
  days_before_deadline integer,
  active boolean NOT NULL,
  input_hash text NOT NULL,
  version integer NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT reminders_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT reminders_schedule CHECK ((days_before_deadline IS NULL) = (cardinality(weekdays) > 0))
);
CREATE INDEX reminders_user_id_goal_id_idx ON reminders (user_id, goal_id);

CREATE TABLE automation_rules (
  user_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  description text,
  triggers jsonb NOT NULL,
  conditions jsonb NOT NULL,
  actions jsonb NOT NULL,
  mode text NOT NULL CHECK (mode IN ('SINGLE', 'RESTART', 'QUEUED', 'PARALLEL')),
  max_runs integer NOT NULL,
  active boolean NOT NULL,
  input_hash text NOT NULL,
  version integer NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT automation_rules_pkey PRIMARY KEY (user_id, id)
);

CREATE TABLE webhooks (
  user_id text NOT NULL,
  id text NOT NULL,
  url text NOT NULL,
  description text,
  document text NOT NULL,
  variables jsonb NOT NULL,
  filters jsonb NOT NULL,
  active boolean NOT NULL,
  sealed_secret text NOT NULL,
  previous_secret text,
  previous_until timestamptz(6),
  rotated_at timestamptz(6) NOT NULL,
  input_hash text NOT NULL,
  version integer NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT webhooks_pkey PRIMARY KEY (user_id, id)
);
