-- Archives that people bring: the archive while it is being taken in, and what became of it.
CREATE TABLE data_imports (
  user_id text NOT NULL,
  id text NOT NULL,
  status text NOT NULL CHECK (status IN ('WAITING', 'PENDING', 'DONE', 'FAILED')),
  upload_hash text NOT NULL,
  content bytea,
  error text,
  place integer NOT NULL DEFAULT 0,
  report jsonb NOT NULL DEFAULT '{"files":[],"problems":[]}',
  created_at timestamptz(6) NOT NULL,
  finished_at timestamptz(6),
  CONSTRAINT data_imports_pkey PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX data_imports_id_key ON data_imports (id);
