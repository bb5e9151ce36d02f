-- What a task does may follow from something: its events say from what.
ALTER TABLE task_tokens ADD COLUMN causation_id text;

-- What a rule may do is what whoever wrote it might. Of rules from before that is not known: they may only notify.
ALTER TABLE automation_rules
  ADD COLUMN scopes text[] DEFAULT ARRAY[]::text[],
  ADD COLUMN author_kind text NOT NULL DEFAULT 'session',
  ADD COLUMN author_id text NOT NULL DEFAULT '',
  ADD COLUMN failures integer NOT NULL DEFAULT 0,
  ADD COLUMN disabled_reason text;

-- The triggers of rules that are switched on, as whoever watches for them looks for them.
CREATE TABLE rule_triggers (
  user_id text NOT NULL,
  rule_id text NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  event_type text,
  goal_id text,
  due_at timestamptz(6),
  due_local text,
  check_token text,
  known boolean NOT NULL DEFAULT false,
  holds_since timestamptz(6),
  fired boolean NOT NULL DEFAULT false,
  CONSTRAINT rule_triggers_pkey PRIMARY KEY (user_id, rule_id, ordinal),
  CONSTRAINT rule_triggers_kind_check CHECK (kind IN ('EVENT', 'SCHEDULE', 'CONDITION')),
  CONSTRAINT rule_triggers_event_type_check CHECK ((kind = 'EVENT') = (event_type IS NOT NULL)),
  CONSTRAINT rule_triggers_goal_id_check CHECK ((kind = 'CONDITION') = (goal_id IS NOT NULL))
);
CREATE INDEX rule_triggers_user_id_event_type_idx ON rule_triggers (user_id, event_type);
CREATE INDEX rule_triggers_due_at_idx ON rule_triggers (due_at);
ALTER TABLE rule_triggers ADD CONSTRAINT rule_triggers_user_id_rule_id_fkey
  FOREIGN KEY (user_id, rule_id) REFERENCES automation_rules (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
-- Those of rules from before. Schedules without a local time are only looked at: that is how they get their first.
INSERT INTO rule_triggers (user_id, rule_id, ordinal, kind, event_type, goal_id, due_at)
SELECT rule.user_id, rule.id, part.ordinality - 1, upper(part.value->>'type'), part.value->>'event', part.value->>'goalId',
       CASE WHEN part.value->>'type' <> 'event' THEN now() END
FROM automation_rules rule, jsonb_array_elements(rule.triggers) WITH ORDINALITY AS part WHERE rule.active;

-- What has happened by now sets nothing off.
INSERT INTO reaction_cursors (consumer, user_id, seq)
SELECT 'integrations.rules', user_id, last_seq FROM event_counters ON CONFLICT DO NOTHING;

CREATE TABLE rule_runs (
  user_id text NOT NULL,
  id text NOT NULL,
  rule_id text NOT NULL,
  state text NOT NULL,
  trigger text NOT NULL,
  cause text NOT NULL,
  event_id text,
  local_occurrence text,
  retry_of text,
  depth integer NOT NULL,
  moment jsonb NOT NULL,
  conditions jsonb NOT NULL,
  actions jsonb NOT NULL,
  scopes text[],
  author_kind text NOT NULL,
  author_id text NOT NULL,
  step integer NOT NULL DEFAULT 0,
  reason text,
  message text,
  due_at timestamptz(6) NOT NULL,
  lease text,
  lease_until timestamptz(6),
  attempts integer NOT NULL DEFAULT 0,
  input_hash text,
  created_at timestamptz(6) NOT NULL,
  started_at timestamptz(6),
  ended_at timestamptz(6),
  CONSTRAINT rule_runs_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT rule_runs_state_check CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'SKIPPED', 'CANCELLED')),
  CONSTRAINT rule_runs_trigger_check CHECK (trigger IN ('EVENT', 'SCHEDULE', 'CONDITION', 'MANUAL', 'RETRY')),
  CONSTRAINT rule_runs_lease_check CHECK ((state = 'RUNNING') = (lease IS NOT NULL) AND num_nulls(lease, lease_until) IN (0, 2)),
  CONSTRAINT rule_runs_ended_check CHECK ((state IN ('QUEUED', 'RUNNING')) = (ended_at IS NULL))
);
-- One cause makes one run, whatever the number of processes, restarts and clocks that jump.
CREATE UNIQUE INDEX rule_runs_user_id_rule_id_cause_key ON rule_runs (user_id, rule_id, cause);
CREATE INDEX rule_runs_user_id_rule_id_created_at_id_idx ON rule_runs (user_id, rule_id, created_at, id);
CREATE INDEX rule_runs_state_lease_until_idx ON rule_runs (state, lease_until);
CREATE INDEX rule_runs_state_due_at_idx ON rule_runs (state, due_at);
CREATE INDEX rule_runs_ended_at_idx ON rule_runs (ended_at);
CREATE INDEX rule_runs_id_idx ON rule_runs (id);
ALTER TABLE rule_runs ADD CONSTRAINT rule_runs_user_id_rule_id_fkey
  FOREIGN KEY (user_id, rule_id) REFERENCES automation_rules (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE rule_run_steps (
  user_id text NOT NULL,
  run_id text NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  input text,
  output text,
  error text,
  attempts integer NOT NULL DEFAULT 1,
  started_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  CONSTRAINT rule_run_steps_pkey PRIMARY KEY (user_id, run_id, ordinal),
  CONSTRAINT rule_run_steps_kind_check
    CHECK (kind IN ('GOAL_CONDITION', 'TIME_CONDITION', 'NOTIFICATION', 'DATA_UPDATE', 'API_CALL', 'AI_TASK')),
  CONSTRAINT rule_run_steps_state_check CHECK (state IN ('RUNNING', 'WAITING', 'DONE', 'NOT_MET', 'FAILED', 'CANCELLED'))
);
ALTER TABLE rule_run_steps ADD CONSTRAINT rule_run_steps_user_id_run_id_fkey
  FOREIGN KEY (user_id, run_id) REFERENCES rule_runs (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
