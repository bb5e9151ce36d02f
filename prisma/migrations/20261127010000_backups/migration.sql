-- Attempts to back the database up, and which erasures stand in the list beside the backups.
CREATE TABLE backups (
  id text NOT NULL,
  started_at timestamptz(6) NOT NULL,
  finished_at timestamptz(6),
  bytes bigint,
  failure text,
  CONSTRAINT backups_pkey PRIMARY KEY (id)
);
CREATE INDEX backups_started_at_idx ON backups (started_at);
ALTER TABLE erasures ADD COLUMN listed_at timestamptz(6);
