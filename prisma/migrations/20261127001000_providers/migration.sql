-- Addresses that others call, with the secrets they sign with: sealed with `incoming_hooks|<connection id>|<user id>`. Null while the service has
-- not told its own.
CREATE TABLE incoming_hooks (
  user_id text NOT NULL,
  connection_id text NOT NULL,
  address text NOT NULL,
  sealed_secret text,
  previous_secret text,
  previous_until timestamptz(6),
  rotated_at timestamptz(6),
  CONSTRAINT incoming_hooks_pkey PRIMARY KEY (user_id, connection_id),
  CONSTRAINT incoming_hooks_previous_check CHECK (num_nulls(previous_secret, previous_until) IN (0, 2))
);
CREATE UNIQUE INDEX incoming_hooks_address_key ON incoming_hooks (address);
ALTER TABLE incoming_hooks ADD CONSTRAINT incoming_hooks_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;

-- Calls that were taken in, by the SHA-256 of their names: the same one again has no effect.
CREATE TABLE incoming_calls (
  user_id text NOT NULL,
  connection_id text NOT NULL,
  id text NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT incoming_calls_pkey PRIMARY KEY (user_id, connection_id, id)
);
CREATE INDEX incoming_calls_at_idx ON incoming_calls (at);
ALTER TABLE incoming_calls ADD CONSTRAINT incoming_calls_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
