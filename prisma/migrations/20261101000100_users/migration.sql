CREATE TABLE users (
  id text NOT NULL,
  email text,
  email_verified boolean NOT NULL DEFAULT false,
  development_email text,
  name text,
  locale text NOT NULL DEFAULT 'en',
  time_zone text NOT NULL,
  day_start_minutes integer NOT NULL DEFAULT 0,
  week_start integer NOT NULL DEFAULT 1,
  settings jsonb NOT NULL DEFAULT '{}',
  roles text[] DEFAULT ARRAY['USER']::text[],
  version integer NOT NULL DEFAULT 1,
  suspended_at timestamptz(6),
  deletion_requested_at timestamptz(6),
  deletion_scheduled_at timestamptz(6),
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT users_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_development_email_key ON users (development_email);
CREATE INDEX users_deletion_scheduled_at_idx ON users (deletion_scheduled_at);

CREATE TABLE apple_accounts (
  sub text NOT NULL,
  user_id text NOT NULL,
  client_id text NOT NULL,
  transfer_sub text,
  is_private_email boolean NOT NULL DEFAULT false,
  email_enabled boolean NOT NULL DEFAULT true,
  refresh_token text,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT apple_accounts_pkey PRIMARY KEY (sub)
);
CREATE UNIQUE INDEX apple_accounts_user_id_key ON apple_accounts (user_id);
CREATE UNIQUE INDEX apple_accounts_transfer_sub_key ON apple_accounts (transfer_sub);

CREATE TABLE used_nonces (
  hash text NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  CONSTRAINT used_nonces_pkey PRIMARY KEY (hash)
);
CREATE INDEX used_nonces_expires_at_idx ON used_nonces (expires_at);

CREATE TABLE sessions (
  user_id text NOT NULL,
  id text NOT NULL,
  method text NOT NULL CONSTRAINT sessions_method_check CHECK (method IN ('apple', 'development')),
  device_id text,
  user_agent text,
  ip text,
  created_at timestamptz(6) NOT NULL,
  last_used_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  revoked_at timestamptz(6),
  revoke_reason text,
  CONSTRAINT sessions_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  hash text NOT NULL,
  user_id text NOT NULL,
  session_id text NOT NULL,
  created_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  used_at timestamptz(6),
  successor_hash text,
  CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash)
);
CREATE INDEX refresh_tokens_user_id_session_id_idx ON refresh_tokens (user_id, session_id);
CREATE INDEX refresh_tokens_expires_at_idx ON refresh_tokens (expires_at);
ALTER TABLE refresh_tokens ADD CONSTRAINT refresh_tokens_user_id_session_id_fkey FOREIGN KEY (user_id, session_id) REFERENCES sessions (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE devices (
  user_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  platform text NOT NULL,
  app_version text,
  push_token text,
  push_environment text,
  push_registered_at timestamptz(6),
  last_seen_at timestamptz(6) NOT NULL,
  input_hash text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT devices_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX devices_push_token_key ON devices (push_token);

CREATE TABLE api_keys (
  user_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  hash text NOT NULL,
  scopes text[],
  expires_at timestamptz(6),
  last_used_at timestamptz(6),
  revoked_at timestamptz(6),
  input_hash text,
  created_at timestamptz(6) NOT NULL,
  CONSTRAINT api_keys_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX api_keys_hash_key ON api_keys (hash);

CREATE TABLE ai_consents (
  user_id text NOT NULL,
  id text NOT NULL,
  provider text NOT NULL,
  data_class text NOT NULL,
  disclosure_version text NOT NULL,
  granted_at timestamptz(6) NOT NULL,
  withdrawn_at timestamptz(6),
  CONSTRAINT ai_consents_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX ai_consents_user_id_provider_data_class_idx ON ai_consents (user_id, provider, data_class);

CREATE TABLE audit_entries (
  user_id text NOT NULL,
  seq bigint NOT NULL,
  id text NOT NULL,
  action text NOT NULL,
  actor_kind text NOT NULL,
  actor_id text NOT NULL,
  subject_id text,
  detail jsonb NOT NULL,
  ip text,
  request_id text,
  causation_id text,
  at timestamptz(6) NOT NULL,
  hash text NOT NULL,
  CONSTRAINT audit_entries_pkey PRIMARY KEY (user_id, seq)
);
CREATE UNIQUE INDEX audit_entries_user_id_id_key ON audit_entries (user_id, id);

CREATE TABLE data_exports (
  user_id text NOT NULL,
  id text NOT NULL,
  status text NOT NULL,
  error text,
  size integer,
  sha256 text,
  content bytea,
  expires_at timestamptz(6),
  created_at timestamptz(6) NOT NULL,
  finished_at timestamptz(6),
  CONSTRAINT data_exports_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX data_exports_id_key ON data_exports (id);
CREATE INDEX data_exports_expires_at_idx ON data_exports (expires_at);

CREATE TABLE erasures (
  user_hash text NOT NULL,
  user_id text,
  receipts jsonb NOT NULL DEFAULT '{}',
  started_at timestamptz(6) NOT NULL,
  finished_at timestamptz(6),
  CONSTRAINT erasures_pkey PRIMARY KEY (user_hash)
);

CREATE TABLE signing_keys (
  kid text NOT NULL,
  public_jwk jsonb NOT NULL,
  private_key text NOT NULL,
  created_at timestamptz(6) NOT NULL,
  active_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  CONSTRAINT signing_keys_pkey PRIMARY KEY (kid)
);

CREATE TABLE rate_limits (
  key text NOT NULL,
  window_start timestamptz(6) NOT NULL,
  count integer NOT NULL,
  CONSTRAINT rate_limits_pkey PRIMARY KEY (key, window_start)
);
CREATE INDEX rate_limits_window_start_idx ON rate_limits (window_start);

-- The audit log only grows. Its rows leave with their account, and the erasure says so for its own transaction
-- (SET LOCAL jarvis.erasing = 'on').
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('jarvis.erasing', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit_entries is append-only';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
