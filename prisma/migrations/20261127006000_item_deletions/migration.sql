-- Amounts as others write them: none is too long to be stored.
ALTER TABLE bank_transactions ALTER COLUMN amount TYPE numeric(65, 30);
ALTER TABLE received_events ALTER COLUMN amount TYPE numeric(65, 30);

-- Items that a device deleted, up to which version: what is older and comes late does not come back.
CREATE TABLE item_deletions (
  user_id text NOT NULL,
  connection_id text NOT NULL,
  item_type text NOT NULL,
  external_id text NOT NULL,
  source_version bigint NOT NULL,
  CONSTRAINT item_deletions_pkey PRIMARY KEY (user_id, connection_id, item_type, external_id)
);
ALTER TABLE item_deletions ADD CONSTRAINT item_deletions_user_id_connection_id_fkey
  FOREIGN KEY (user_id, connection_id) REFERENCES connections (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE;
