-- Tokens that a task of Jarvis's own (the assistant, a rule) works with. Only their hashes are kept.
CREATE TABLE task_tokens (
  hash text NOT NULL,
  user_id text NOT NULL,
  kind text NOT NULL,
  task_id text NOT NULL,
  scopes text[],
  behalf_kind text,
  behalf_id text,
  expires_at timestamptz(6) NOT NULL,
  created_at timestamptz(6) NOT NULL,
  CONSTRAINT task_tokens_pkey PRIMARY KEY (user_id, hash),
  CONSTRAINT task_tokens_kind_check CHECK (kind IN ('assistant', 'automation'))
);
CREATE UNIQUE INDEX task_tokens_hash_key ON task_tokens (hash);
CREATE INDEX task_tokens_expires_at_idx ON task_tokens (expires_at);

ALTER TABLE messages DROP CONSTRAINT messages_status_check;
ALTER TABLE messages ADD CONSTRAINT messages_status_check
  CHECK (status IN ('PENDING', 'STREAMING', 'WAITING', 'COMPLETE', 'STOPPED', 'FAILED'));

-- How a reply is made. One row for each message that the assistant wrote or is writing.
CREATE TABLE generations (
  user_id text NOT NULL,
  message_id text NOT NULL,
  conversation_id text NOT NULL,
  state text NOT NULL,
  wanted_provider text,
  behalf_kind text NOT NULL,
  behalf_id text NOT NULL,
  scopes text[],
  lease text,
  lease_until timestamptz(6),
  attempts integer NOT NULL DEFAULT 0,
  round integer NOT NULL DEFAULT 0,
  last_sequence integer NOT NULL DEFAULT 0,
  text_length integer NOT NULL DEFAULT 0,
  tainted boolean NOT NULL DEFAULT false,
  data_classes text[],
  provider text,
  model text,
  ended_because text,
  created_at timestamptz(6) NOT NULL,
  started_at timestamptz(6),
  ended_at timestamptz(6),
  CONSTRAINT generations_pkey PRIMARY KEY (user_id, message_id),
  CONSTRAINT generations_state_check CHECK (state IN ('QUEUED', 'RUNNING', 'WAITING', 'ENDED')),
  CONSTRAINT generations_lease_check CHECK ((state = 'RUNNING') = (lease IS NOT NULL))
);
CREATE UNIQUE INDEX generations_message_id_key ON generations (message_id);
CREATE UNIQUE INDEX generations_user_conversation_message_key ON generations (user_id, conversation_id, message_id);
CREATE INDEX generations_state_lease_until_idx ON generations (state, lease_until);
CREATE INDEX generations_user_id_conversation_id_state_idx ON generations (user_id, conversation_id, state);
ALTER TABLE generations ADD CONSTRAINT generations_user_id_conversation_id_message_id_fkey
  FOREIGN KEY (user_id, conversation_id, message_id) REFERENCES messages (user_id, conversation_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- What a reply's viewers are told, numbered per message from 1 without gaps.
CREATE TABLE message_deltas (
  user_id text NOT NULL,
  message_id text NOT NULL,
  sequence integer NOT NULL,
  kind text NOT NULL,
  text text,
  tool_call_id text,
  state text,
  at timestamptz(6) NOT NULL,
  CONSTRAINT message_deltas_pkey PRIMARY KEY (user_id, message_id, sequence),
  CONSTRAINT message_deltas_kind_check CHECK (kind IN ('TEXT', 'TOOL_CALL', 'USAGE', 'END'))
);
ALTER TABLE message_deltas ADD CONSTRAINT message_deltas_user_id_message_id_fkey
  FOREIGN KEY (user_id, message_id) REFERENCES generations (user_id, message_id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- What the assistant did, or wants to do, through the graph.
CREATE TABLE tool_calls (
  user_id text NOT NULL,
  id text NOT NULL,
  message_id text NOT NULL,
  round integer NOT NULL,
  ordinal integer NOT NULL,
  provider_call_id text NOT NULL,
  tool text NOT NULL,
  kind text NOT NULL,
  arguments text NOT NULL,
  document text NOT NULL,
  variables text NOT NULL,
  scopes text[],
  title text NOT NULL,
  details jsonb NOT NULL,
  confirmation text NOT NULL,
  data_classes text[],
  text_offset integer NOT NULL,
  state text NOT NULL,
  tainted boolean NOT NULL DEFAULT false,
  result text,
  decided_at timestamptz(6),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT tool_calls_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT tool_calls_kind_check CHECK (kind IN ('READ', 'WRITE')),
  CONSTRAINT tool_calls_state_check CHECK (state IN ('PROPOSED', 'APPROVED', 'REJECTED', 'SUPERSEDED', 'RUNNING', 'DONE', 'FAILED'))
);
CREATE UNIQUE INDEX tool_calls_user_id_message_id_round_ordinal_key ON tool_calls (user_id, message_id, round, ordinal);
ALTER TABLE tool_calls ADD CONSTRAINT tool_calls_user_id_message_id_fkey
  FOREIGN KEY (user_id, message_id) REFERENCES generations (user_id, message_id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- What was put before the model for a reply, and what there was no room or no consent for.
CREATE TABLE context_items (
  user_id text NOT NULL,
  message_id text NOT NULL,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  object_id text,
  label text NOT NULL,
  tokens integer NOT NULL,
  omitted text,
  CONSTRAINT context_items_pkey PRIMARY KEY (user_id, message_id, ordinal),
  CONSTRAINT context_items_kind_check CHECK (kind IN ('INSTRUCTIONS', 'TOOLS', 'MEMORY', 'SUMMARY', 'MESSAGE', 'OBJECT', 'RETRIEVED')),
  CONSTRAINT context_items_omitted_check CHECK (omitted IN ('NO_ROOM', 'NO_CONSENT', 'SUMMARISED'))
);
ALTER TABLE context_items ADD CONSTRAINT context_items_user_id_message_id_fkey
  FOREIGN KEY (user_id, message_id) REFERENCES generations (user_id, message_id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- The older part of a long branch, in short: everything up to one message.
CREATE TABLE conversation_summaries (
  user_id text NOT NULL,
  conversation_id text NOT NULL,
  message_id text NOT NULL,
  text text NOT NULL,
  tokens integer NOT NULL,
  data_classes text[],
  tainted boolean NOT NULL DEFAULT false,
  created_at timestamptz(6) NOT NULL,
  CONSTRAINT conversation_summaries_pkey PRIMARY KEY (user_id, message_id)
);
CREATE UNIQUE INDEX conversation_summaries_user_conversation_message_key ON conversation_summaries (user_id, conversation_id, message_id);
ALTER TABLE conversation_summaries ADD CONSTRAINT conversation_summaries_user_id_conversation_id_message_id_fkey
  FOREIGN KEY (user_id, conversation_id, message_id) REFERENCES messages (user_id, conversation_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- The ledger: one row a call to a model, written before anything is sent. It outlives the messages.
CREATE TABLE ai_calls (
  user_id text NOT NULL,
  id text NOT NULL,
  purpose text NOT NULL,
  subject_id text,
  provider text NOT NULL,
  model text NOT NULL,
  data_classes text[],
  outcome text NOT NULL,
  input_tokens integer NOT NULL,
  cached_input_tokens integer NOT NULL DEFAULT 0,
  output_tokens integer NOT NULL DEFAULT 0,
  estimated boolean NOT NULL DEFAULT true,
  cost numeric(14, 8) NOT NULL,
  first_event_ms integer,
  latency_ms integer,
  started_at timestamptz(6) NOT NULL,
  ended_at timestamptz(6),
  CONSTRAINT ai_calls_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT ai_calls_purpose_check CHECK (purpose IN ('REPLY', 'SUMMARY', 'INSIGHT', 'RESEARCH')),
  CONSTRAINT ai_calls_outcome_check CHECK (outcome IN ('PENDING', 'OK', 'STOPPED', 'LOST', 'RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE', 'TIMEOUT', 'REJECTED', 'PROTOCOL'))
);
CREATE INDEX ai_calls_user_id_started_at_id_idx ON ai_calls (user_id, started_at, id);
CREATE INDEX ai_calls_outcome_started_at_idx ON ai_calls (outcome, started_at);
CREATE INDEX ai_calls_user_id_subject_id_idx ON ai_calls (user_id, subject_id);

-- How a person wants the assistant; no row means the defaults.
CREATE TABLE assistant_settings (
  user_id text NOT NULL,
  provider text,
  retrieval boolean NOT NULL DEFAULT true,
  allowed_tools text[],
  version integer NOT NULL DEFAULT 1,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT assistant_settings_pkey PRIMARY KEY (user_id)
);
