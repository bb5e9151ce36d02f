-- Full-text search over what people wrote and what research found, as messages have it: 'simple', because the language is not known.
ALTER TABLE life_areas ADD COLUMN search tsvector
  GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || COALESCE(description, ''))) STORED;
CREATE INDEX life_areas_search_idx ON life_areas USING gin (search);

ALTER TABLE goals ADD COLUMN search tsvector
  GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || COALESCE(description, ''))) STORED;
CREATE INDEX goals_search_idx ON goals USING gin (search);

ALTER TABLE progress_entries ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', note)) STORED;
CREATE INDEX progress_entries_search_idx ON progress_entries USING gin (search);

-- A tsvector holds a megabyte; what comes from pages of others may be longer, and must be stored all the same.
ALTER TABLE research_results ADD COLUMN search tsvector
  GENERATED ALWAYS AS (to_tsvector('simple', left(title || ' ' || summary || ' ' || content, 200000))) STORED;
CREATE INDEX research_results_search_idx ON research_results USING gin (search);
