-- Measurements that a device sends. A sample is known by its `sample_key`: the sync identifier where the app that wrote it gave one, else its UUID.
-- A row that is deleted stays, so that what comes late and is older cannot come back.
CREATE TABLE health_samples (
  user_id text NOT NULL,
  id text NOT NULL,
  connection_id text NOT NULL,
  type text NOT NULL,
  sample_key text NOT NULL,
  uuid text NOT NULL,
  sample_version bigint NOT NULL,
  source text NOT NULL,
  value numeric(30, 12) NOT NULL,
  unit text NOT NULL,
  started_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6) NOT NULL,
  local_date date NOT NULL,
  deleted boolean NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT health_samples_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX health_samples_user_id_connection_id_type_sample_key_key ON health_samples (user_id, connection_id, type, sample_key);
CREATE INDEX health_samples_user_id_connection_id_type_uuid_idx ON health_samples (user_id, connection_id, type, uuid);
CREATE INDEX health_samples_user_id_type_local_date_idx ON health_samples (user_id, type, local_date);
ALTER TABLE health_samples ADD CONSTRAINT health_samples_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;

-- Samples that the device deleted, also those that have not come yet.
CREATE TABLE health_deletions (
  user_id text NOT NULL,
  connection_id text NOT NULL,
  type text NOT NULL,
  uuid text NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT health_deletions_pkey PRIMARY KEY (user_id, connection_id, type, uuid)
);
ALTER TABLE health_deletions ADD CONSTRAINT health_deletions_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;

-- How far a device has told of a type.
CREATE TABLE device_anchors (
  user_id text NOT NULL,
  connection_id text NOT NULL,
  type text NOT NULL,
  anchor text NOT NULL,
  at timestamptz(6) NOT NULL,
  CONSTRAINT device_anchors_pkey PRIMARY KEY (user_id, connection_id, type)
);
ALTER TABLE device_anchors ADD CONSTRAINT device_anchors_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;

-- Whose samples of a type count.
CREATE TABLE metric_sources (
  user_id text NOT NULL,
  type text NOT NULL,
  connection_id text NOT NULL,
  source text NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT metric_sources_pkey PRIMARY KEY (user_id, type)
);
CREATE INDEX metric_sources_user_id_connection_id_idx ON metric_sources (user_id, connection_id);
ALTER TABLE metric_sources ADD CONSTRAINT metric_sources_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
