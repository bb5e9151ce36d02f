-- What is worth keeping about a part of life.
CREATE TABLE life_area_notes (
  user_id text NOT NULL,
  id text NOT NULL,
  life_area_id text NOT NULL,
  text text NOT NULL,
  input_hash text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL,
  search tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED,
  CONSTRAINT life_area_notes_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX life_area_notes_user_id_life_area_id_created_at_id_idx ON life_area_notes (user_id, life_area_id, created_at, id);
CREATE INDEX life_area_notes_search_idx ON life_area_notes USING gin (search);
ALTER TABLE life_area_notes ADD CONSTRAINT life_area_notes_user_id_life_area_id_fkey
  FOREIGN KEY (user_id, life_area_id) REFERENCES life_areas (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
