-- What people know the account at the provider by.
ALTER TABLE connections ADD COLUMN account_label text;

-- What a provider gave for calling it: JSON, sealed with `connection_credentials|<connection id>|<user id>`. The version counts up with every
-- refresh, so that of two the later one stays.
CREATE TABLE connection_credentials (
  user_id text NOT NULL,
  connection_id text NOT NULL,
  sealed text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  scopes text[],
  expires_at timestamptz(6),
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT connection_credentials_pkey PRIMARY KEY (user_id, connection_id)
);
ALTER TABLE connection_credentials ADD CONSTRAINT connection_credentials_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;

-- Sign-ins at providers that have begun. `id` is the SHA-256 of the state; the verifier and what the provider wants kept are sealed with
-- `connection_sign_ins|<id>|<user id>`.
CREATE TABLE connection_sign_ins (
  user_id text NOT NULL,
  id text NOT NULL,
  provider text NOT NULL,
  label text,
  settings jsonb,
  return_to text,
  behalf_kind text NOT NULL,
  behalf_id text NOT NULL,
  sealed text NOT NULL,
  created_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6) NOT NULL,
  CONSTRAINT connection_sign_ins_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX connection_sign_ins_id_key ON connection_sign_ins (id);
CREATE INDEX connection_sign_ins_expires_at_idx ON connection_sign_ins (expires_at);

-- Access that is to be given back at the provider: sealed with `connection_revocations|<id>|<user id>`, and gone when that is done.
CREATE TABLE connection_revocations (
  user_id text NOT NULL,
  id text NOT NULL,
  provider text NOT NULL,
  sealed text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz(6) NOT NULL,
  created_at timestamptz(6) NOT NULL,
  CONSTRAINT connection_revocations_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX connection_revocations_due_at_idx ON connection_revocations (due_at);

-- How far the reading of a connection has come. `next_sync_at` is null while a sync is under way, unless another was asked for meanwhile, and
-- where none is to come.
CREATE TABLE connection_syncs (
  user_id text NOT NULL,
  connection_id text NOT NULL,
  position jsonb,
  next_sync_at timestamptz(6),
  not_before timestamptz(6),
  asked_at timestamptz(6),
  lease text,
  lease_until timestamptz(6),
  failures integer NOT NULL DEFAULT 0,
  reads_all boolean NOT NULL DEFAULT true,
  received integer NOT NULL DEFAULT 0,
  changed integer NOT NULL DEFAULT 0,
  deleted integer NOT NULL DEFAULT 0,
  started_at timestamptz(6),
  last_full_sync_at timestamptz(6),
  CONSTRAINT connection_syncs_pkey PRIMARY KEY (user_id, connection_id),
  CONSTRAINT connection_syncs_lease_check CHECK (num_nulls(lease, lease_until) IN (0, 2))
);
CREATE INDEX connection_syncs_connection_id_idx ON connection_syncs (connection_id);
CREATE INDEX connection_syncs_next_sync_at_idx ON connection_syncs (next_sync_at);
CREATE INDEX connection_syncs_lease_until_idx ON connection_syncs (lease_until);
ALTER TABLE connection_syncs ADD CONSTRAINT connection_syncs_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX connection_log_entries_at_idx ON connection_log_entries (at);
