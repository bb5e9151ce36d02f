CREATE TABLE conversations (
  user_id text NOT NULL,
  id text NOT NULL,
  title text NOT NULL,
  archived boolean NOT NULL DEFAULT false,
  context_ids text[],
  current_message_id text,
  message_count integer NOT NULL DEFAULT 0,
  forked_from_id text,
  active_at timestamptz(6) NOT NULL,
  input_hash text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT conversations_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT conversations_message_count_check CHECK (message_count >= 0)
);
CREATE INDEX conversations_user_id_active_at_id_idx ON conversations (user_id, active_at, id);

CREATE TABLE messages (
  user_id text NOT NULL,
  id text NOT NULL,
  conversation_id text NOT NULL,
  parent_id text,
  ordinal integer NOT NULL,
  depth integer NOT NULL,
  role text NOT NULL,
  content text NOT NULL,
  status text NOT NULL,
  origin text NOT NULL,
  model text,
  input_hash text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  -- 'simple' because people write in many languages, and the language of one message is not known.
  search tsvector GENERATED ALWAYS AS (to_tsvector('simple', content)) STORED,
  CONSTRAINT messages_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT messages_role_check CHECK (role IN ('USER', 'ASSISTANT', 'SYSTEM')),
  CONSTRAINT messages_status_check CHECK (status IN ('PENDING', 'STREAMING', 'COMPLETE', 'STOPPED', 'FAILED')),
  CONSTRAINT messages_origin_check CHECK (origin IN ('WRITTEN', 'GENERATED', 'IMPORTED')),
  CONSTRAINT messages_depth_check CHECK ((depth = 0) = (parent_id IS NULL))
);
CREATE UNIQUE INDEX messages_user_id_conversation_id_id_key ON messages (user_id, conversation_id, id);
CREATE UNIQUE INDEX messages_user_id_conversation_id_ordinal_key ON messages (user_id, conversation_id, ordinal);
CREATE INDEX messages_user_id_conversation_id_parent_id_ordinal_idx ON messages (user_id, conversation_id, parent_id, ordinal);
CREATE INDEX messages_user_id_created_at_id_idx ON messages (user_id, created_at, id);
CREATE INDEX messages_search_idx ON messages USING gin (search);
ALTER TABLE messages ADD CONSTRAINT messages_user_id_conversation_id_fkey
  FOREIGN KEY (user_id, conversation_id) REFERENCES conversations (user_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE messages ADD CONSTRAINT messages_user_id_conversation_id_parent_id_fkey
  FOREIGN KEY (user_id, conversation_id, parent_id) REFERENCES messages (user_id, conversation_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;
ALTER TABLE conversations ADD CONSTRAINT conversations_user_id_id_current_message_id_fkey
  FOREIGN KEY (user_id, id, current_message_id) REFERENCES messages (user_id, conversation_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

CREATE TABLE memories (
  user_id text NOT NULL,
  id text NOT NULL,
  kind text NOT NULL,
  text text NOT NULL,
  source text NOT NULL,
  source_message_id text,
  enabled boolean NOT NULL DEFAULT true,
  input_hash text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT memories_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT memories_kind_check CHECK (kind IN ('FACT', 'PREFERENCE', 'INSTRUCTION', 'EPISODE')),
  CONSTRAINT memories_source_check CHECK (source IN ('USER', 'ASSISTANT'))
);
CREATE INDEX memories_user_id_created_at_id_idx ON memories (user_id, created_at, id);

CREATE TABLE insights (
  user_id text NOT NULL,
  id text NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  text text NOT NULL,
  evidence jsonb NOT NULL,
  origin text NOT NULL,
  read_at timestamptz(6),
  dismissed_at timestamptz(6),
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  CONSTRAINT insights_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT insights_kind_check CHECK (kind IN ('PROGRESS', 'STREAK', 'TREND', 'CORRELATION', 'RISK')),
  CONSTRAINT insights_origin_check CHECK (origin IN ('TEMPLATE', 'MODEL'))
);
CREATE INDEX insights_user_id_created_at_id_idx ON insights (user_id, created_at, id);
