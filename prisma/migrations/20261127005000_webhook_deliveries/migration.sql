-- Deliveries ask the graph with tokens of their own.
ALTER TABLE task_tokens DROP CONSTRAINT task_tokens_kind_check;
ALTER TABLE task_tokens ADD CONSTRAINT task_tokens_kind_check CHECK (kind IN ('assistant', 'automation', 'research', 'webhook'));

-- Whose rights a webhook works with, and how its address has been doing.
ALTER TABLE webhooks
  ADD COLUMN host text NOT NULL DEFAULT '',
  ADD COLUMN scopes text[] DEFAULT '{}',
  ADD COLUMN key_id text,
  ADD COLUMN disabled_reason text,
  ADD COLUMN failing_since timestamptz(6),
  ADD COLUMN failures integer NOT NULL DEFAULT 0,
  ADD COLUMN resting_until timestamptz(6);
UPDATE webhooks SET host = lower(split_part(split_part(split_part(url, '/', 3), '?', 1), ':', 1));
ALTER TABLE webhooks ALTER COLUMN host DROP DEFAULT, ALTER COLUMN scopes DROP DEFAULT;
-- Nobody knows with which rights these were registered.
UPDATE webhooks SET active = false, disabled_reason = 'It was registered before there were deliveries. Switch it on again.' WHERE active;

CREATE TABLE webhook_deliveries (
  user_id text NOT NULL,
  id text NOT NULL,
  webhook_id text NOT NULL,
  message_id text NOT NULL,
  event_id text,
  event_type text NOT NULL,
  event_at timestamptz(6) NOT NULL,
  round integer NOT NULL,
  state text NOT NULL,
  due_at timestamptz(6),
  lease text,
  attempts integer NOT NULL DEFAULT 0,
  payload text,
  scopes text[],
  last_status integer,
  outcome text,
  created_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('PENDING', 'SENDING', 'SUCCEEDED', 'FAILED', 'DISCARDED')),
  CONSTRAINT webhook_deliveries_due_check CHECK ((state IN ('PENDING', 'SENDING')) = (due_at IS NOT NULL)),
  CONSTRAINT webhook_deliveries_lease_check CHECK ((state = 'SENDING') = (lease IS NOT NULL)),
  CONSTRAINT webhook_deliveries_ended_check CHECK ((due_at IS NULL) = (ended_at IS NOT NULL))
);
-- An event is delivered once a round, however often it is told.
CREATE UNIQUE INDEX webhook_deliveries_user_id_webhook_id_message_id_round_key ON webhook_deliveries (user_id, webhook_id, message_id, round);
CREATE INDEX webhook_deliveries_user_id_webhook_id_created_at_id_idx ON webhook_deliveries (user_id, webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_user_id_webhook_id_due_at_id_idx ON webhook_deliveries (user_id, webhook_id, due_at, id);
CREATE INDEX webhook_deliveries_ended_at_idx ON webhook_deliveries (ended_at);
CREATE INDEX webhook_deliveries_lease_idx ON webhook_deliveries (lease);
CREATE INDEX webhook_deliveries_due_at_idx ON webhook_deliveries (due_at);
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_user_id_webhook_id_fkey
  FOREIGN KEY (user_id, webhook_id) REFERENCES webhooks (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

CREATE TABLE webhook_attempts (
  user_id text NOT NULL,
  delivery_id text NOT NULL,
  number integer NOT NULL,
  status integer,
  milliseconds integer NOT NULL,
  response text,
  problem text,
  at timestamptz(6) NOT NULL,
  CONSTRAINT webhook_attempts_pkey PRIMARY KEY (user_id, delivery_id, number)
);
ALTER TABLE webhook_attempts ADD CONSTRAINT webhook_attempts_user_id_delivery_id_fkey
  FOREIGN KEY (user_id, delivery_id) REFERENCES webhook_deliveries (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
