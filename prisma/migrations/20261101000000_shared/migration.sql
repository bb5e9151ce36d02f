CREATE TABLE events (
  user_id text NOT NULL,
  seq bigint NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  subject_id text NOT NULL,
  data jsonb NOT NULL,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  causation_id text,
  at timestamptz(6) NOT NULL,
  CONSTRAINT events_pkey PRIMARY KEY (user_id, seq)
);
CREATE UNIQUE INDEX events_user_id_id_key ON events (user_id, id);

CREATE TABLE event_counters (
  user_id text NOT NULL,
  last_seq bigint NOT NULL,
  CONSTRAINT event_counters_pkey PRIMARY KEY (user_id)
);

CREATE TABLE reaction_cursors (
  consumer text NOT NULL,
  user_id text NOT NULL,
  seq bigint NOT NULL,
  CONSTRAINT reaction_cursors_pkey PRIMARY KEY (consumer, user_id)
);

CREATE TABLE reaction_failures (
  consumer text NOT NULL,
  user_id text NOT NULL,
  event_id text NOT NULL,
  error text NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT reaction_failures_pkey PRIMARY KEY (consumer, user_id, event_id)
);

CREATE TABLE idempotency_keys (
  user_id text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  result text,
  created_at timestamptz(6) NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
