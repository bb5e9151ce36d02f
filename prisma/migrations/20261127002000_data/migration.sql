-- What came in from providers and devices. Its own key is (user_id, id); what it is known by is the connection and the id there.
CREATE TABLE calendar_events (
  user_id text NOT NULL,
  id text NOT NULL,
  connection_id text NOT NULL,
  external_id text NOT NULL,
  calendar_id text NOT NULL,
  title text NOT NULL,
  location text,
  starts_at timestamptz(6),
  ends_at timestamptz(6),
  start_date date,
  end_date date,
  local_date date NOT NULL,
  status text NOT NULL CHECK (status IN ('CONFIRMED', 'TENTATIVE', 'CANCELLED')),
  url text,
  source_version bigint,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT calendar_events_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT calendar_events_start CHECK (num_nonnulls(starts_at, start_date) = 1)
);
CREATE TABLE mail_messages (
  user_id text NOT NULL,
  id text NOT NULL,
  connection_id text NOT NULL,
  external_id text NOT NULL,
  thread_id text,
  sender text NOT NULL,
  subject text NOT NULL,
  snippet text NOT NULL,
  received_at timestamptz(6) NOT NULL,
  unread boolean NOT NULL,
  labels text[],
  local_date date NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT mail_messages_pkey PRIMARY KEY (user_id, id)
);
CREATE TABLE bank_transactions (
  user_id text NOT NULL,
  id text NOT NULL,
  connection_id text NOT NULL,
  external_id text NOT NULL,
  account_id text NOT NULL,
  account_name text,
  amount numeric(20, 4) NOT NULL,
  currency text NOT NULL,
  local_date date NOT NULL,
  description text NOT NULL,
  merchant text,
  category text,
  pending boolean NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT bank_transactions_pkey PRIMARY KEY (user_id, id)
);
CREATE TABLE external_tasks (
  user_id text NOT NULL,
  id text NOT NULL,
  connection_id text NOT NULL,
  external_id text NOT NULL,
  list_id text NOT NULL,
  title text NOT NULL,
  due_at timestamptz(6),
  due_date date,
  completed_at timestamptz(6),
  local_date date,
  source_version bigint,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT external_tasks_pkey PRIMARY KEY (user_id, id)
);
CREATE TABLE received_events (
  user_id text NOT NULL,
  id text NOT NULL,
  connection_id text NOT NULL,
  external_id text NOT NULL,
  name text NOT NULL,
  at timestamptz(6) NOT NULL,
  text text,
  url text,
  amount numeric(20, 4),
  currency text,
  payload jsonb,
  local_date date NOT NULL,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT received_events_pkey PRIMARY KEY (user_id, id)
);

CREATE UNIQUE INDEX calendar_events_user_id_connection_id_external_id_key ON calendar_events (user_id, connection_id, external_id);
CREATE UNIQUE INDEX mail_messages_user_id_connection_id_external_id_key ON mail_messages (user_id, connection_id, external_id);
CREATE UNIQUE INDEX bank_transactions_user_id_connection_id_external_id_key ON bank_transactions (user_id, connection_id, external_id);
CREATE UNIQUE INDEX external_tasks_user_id_connection_id_external_id_key ON external_tasks (user_id, connection_id, external_id);
CREATE UNIQUE INDEX received_events_user_id_connection_id_external_id_key ON received_events (user_id, connection_id, external_id);
CREATE INDEX calendar_events_user_id_local_date_id_idx ON calendar_events (user_id, local_date, id);
CREATE INDEX mail_messages_user_id_received_at_id_idx ON mail_messages (user_id, received_at, id);
CREATE INDEX bank_transactions_user_id_local_date_id_idx ON bank_transactions (user_id, local_date, id);
CREATE INDEX external_tasks_user_id_local_date_id_idx ON external_tasks (user_id, local_date, id);
CREATE INDEX received_events_user_id_at_id_idx ON received_events (user_id, at, id);

ALTER TABLE calendar_events ADD CONSTRAINT calendar_events_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE mail_messages ADD CONSTRAINT mail_messages_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE bank_transactions ADD CONSTRAINT bank_transactions_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE external_tasks ADD CONSTRAINT external_tasks_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE received_events ADD CONSTRAINT received_events_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
