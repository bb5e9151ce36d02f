import { describe, expect, test } from '@jest/globals';
import { listMigrations, type Migration } from '../../prisma/migrate.ts';
import { complaints, grandfathered } from './conventions.ts';

const all = listMigrations();
const of = (sql: string, name = '2999_some'): string[] => complaints({ name, sql } as Migration);

test('migrations can be applied while the version before serves and writes, or say why not', () => {
  expect(all.map(({ name }) => name)).toContain(grandfathered);
  expect(all.flatMap(complaints)).toEqual([]);
});

describe('the check finds', () => {
  test.each([
    'ALTER TABLE goals DROP COLUMN title;',
    'DROP TABLE IF EXISTS goals;',
    'ALTER TABLE goals RENAME COLUMN title TO name;',
    'ALTER TABLE goals RENAME TO aims;',
    'ALTER TABLE goals ALTER COLUMN unit SET NOT NULL;',
    'ALTER TABLE goals ADD COLUMN a text DEFAULT 1, ADD COLUMN mood text NOT NULL;',
  ])('what older programs cannot live with: %s', (sql) => {
    expect(of(sql)).toEqual([expect.stringContaining('_contract')]);
    const said = `-- contract: nothing has read it since version 2.\n${sql}`;
    expect(of(said)).toHaveLength(1);
    expect(of(said, '2999_some_contract')).toEqual([]);
  });

  test.each([
    'CREATE INDEX goals_mood_idx ON goals (mood);',
    'CREATE UNIQUE INDEX IF NOT EXISTS goals_mood_idx ON goals (mood);',
    'ALTER TABLE goals ALTER COLUMN amount TYPE numeric(65, 30);',
    "ALTER TABLE goals ADD COLUMN s tsvector GENERATED ALWAYS AS (to_tsvector('simple', note)) STORED;",
    'ALTER TABLE goals ADD CONSTRAINT mood CHECK (mood > 0);',
    'ALTER TABLE goals ADD CONSTRAINT area FOREIGN KEY (a) REFERENCES areas (a);',
    'UPDATE goals SET mood = 3;',
  ])('what keeps writers waiting: %s', (sql) => {
    expect(of(sql)).toEqual([expect.stringContaining('-- locks:')]);
    expect(of(`-- locks: nobody has any yet.\n${sql}`)).toEqual([]);
  });

  test.each([
    'ALTER TABLE goals ADD COLUMN mood text;',
    "ALTER TABLE goals ADD COLUMN mood text NOT NULL DEFAULT '', ADD COLUMN other numeric(3, 2);",
    'CREATE INDEX CONCURRENTLY goals_mood_idx ON goals (mood);',
    'CREATE TABLE moods (id text PRIMARY KEY, n int NOT NULL); CREATE INDEX moods_n ON moods (n); ALTER TABLE moods ADD CONSTRAINT a FOREIGN KEY (id) REFERENCES goals (id);',
    'ALTER TABLE goals ADD CONSTRAINT mood CHECK (mood > 0) NOT VALID;',
    'ALTER TABLE goals ALTER COLUMN unit DROP NOT NULL; -- DROP TABLE goals;',
    'CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN UPDATE goals SET mood = 1; RETURN NEW; END $$ LANGUAGE plpgsql;',
  ])('nothing in %s', (sql) => {
    expect(of(sql)).toEqual([]);
  });
});
