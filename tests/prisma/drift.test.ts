import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { kinds } from '../../subgraphs/shared/ids.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { differences, readCatalogue, readForeignKeys, readPrimaryKeys, readUserTables } from './catalogue.ts';
import { sqlOfModels } from './models.ts';

let migrated: { database: TestDatabase; client: pg.Client };
let modelled: { database: TestDatabase; client: pg.Client };
/** The catalogue of a database that Prisma made from the models. */
let expected: string[];

async function open(template: string) {
  const database = await createDatabase(template);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return { database, client };
}

beforeAll(async () => {
  migrated = await open('jarvis_template');
  modelled = await open('template0');
  await modelled.client.query(await sqlOfModels(modelled.database.url));
  expected = await readCatalogue(modelled.client);
}, 60_000);
afterAll(async () => {
  for (const { database, client } of [migrated, modelled]) {
    await client.end();
    await database.drop();
  }
});

/** What would be found, besides what already differs, if the migrations had also done this. */
async function driftAfter(sql: string): Promise<string[]> {
  const { client } = migrated;
  const before = new Set(differences(await readCatalogue(client), expected));
  await client.query('BEGIN');
  try {
    await client.query(sql);
    return differences(await readCatalogue(client), expected).filter((line) => !before.has(line));
  } finally {
    await client.query('ROLLBACK');
  }
}

describe('the database that the migrations make', () => {
  test('is the one that the models describe: columns, types, defaults, keys, indexes', async () => {
    expect(expected.length).toBeGreaterThan(300);
    expect(differences(await readCatalogue(migrated.client), expected)).toEqual([]);
  });

  test.each([
    ['another type', 'ALTER TABLE notifications ALTER COLUMN quiet TYPE text', 'notifications.quiet'],
    [
      'another precision',
      'ALTER TABLE notifications ALTER COLUMN read_at TYPE timestamptz(3)',
      'notifications.read_at',
    ],
    ['a column that may be null', 'ALTER TABLE notifications ALTER COLUMN title DROP NOT NULL', 'notifications.title'],
    ['a default', `ALTER TABLE notifications ALTER COLUMN title SET DEFAULT 'x'`, 'notifications.title'],
    ['a missing default', 'ALTER TABLE goals ALTER COLUMN status DROP DEFAULT', 'goals.status'],
    ['one column more', 'ALTER TABLE reminders ADD COLUMN sound text', 'reminders.sound'],
    ['one column less', 'ALTER TABLE reminders DROP COLUMN message', 'reminders.message'],
    ['one table more', 'CREATE TABLE extra (id text PRIMARY KEY)', 'extra'],
    ['one table less', 'DROP TABLE webhook_attempts', 'webhook_attempts'],
    ['a missing index', 'DROP INDEX reminders_user_id_goal_id_idx', 'reminders_user_id_goal_id_idx'],
    [
      'an index of other columns',
      'DROP INDEX reminders_user_id_goal_id_idx; CREATE INDEX reminders_user_id_goal_id_idx ON reminders (goal_id)',
      'reminders_user_id_goal_id_idx',
    ],
    ['an index of another name', 'ALTER INDEX reminders_user_id_goal_id_idx RENAME TO other', 'other'],
    [
      'an index that is no longer unique',
      'DROP INDEX notifications_user_id_cause_key; CREATE INDEX notifications_user_id_cause_key ON notifications (user_id, cause)',
      'notifications_user_id_cause_key',
    ],
    [
      'another primary key',
      'ALTER TABLE reminders DROP CONSTRAINT reminders_pkey, ADD CONSTRAINT reminders_pkey PRIMARY KEY (id)',
      'reminders_pkey',
    ],
    [
      'a missing foreign key',
      'ALTER TABLE connection_log_entries DROP CONSTRAINT connection_log_entries_user_id_connection_id_fkey',
      'connection_log_entries',
    ],
    [
      'a foreign key that deletes otherwise',
      `ALTER TABLE connection_log_entries DROP CONSTRAINT connection_log_entries_user_id_connection_id_fkey,
       ADD CONSTRAINT connection_log_entries_user_id_connection_id_fkey FOREIGN KEY (user_id, connection_id)
       REFERENCES connections (user_id, id) ON DELETE RESTRICT ON UPDATE CASCADE`,
      'ON DELETE RESTRICT',
    ],
  ])('would be found out with %s', async (_, sql, named) => {
    const found = await driftAfter(sql);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toContain(named);
  });
});

/** Tables that are nobody's own, with the reason. */
const common: Record<string, string> = {
  users: 'the person, keyed by the user id itself',
  used_nonces: 'seen before it is known who signs in',
  rate_limits: 'by whatever is limited, an address for instance',
  push_provider_tokens: 'by which the installation is known to APNs',
  backups: 'attempts to back all of it up',
  signing_keys: 'keys that sign access tokens for everybody',
};

/** Tables of users' data whose primary key does not begin with `user_id`, with the reason. */
const keyedOtherwise: Record<string, string> = {
  reaction_cursors: 'read by consumer, and by consumer and user',
  reaction_failures: 'likewise',
  apple_accounts: 'looked up by Apple’s name for a person, before it is known who that is',
  refresh_tokens: 'looked up by the hash of a token, likewise',
  erasures: 'outlive the account, which they know by a hash only',
};

describe('ownership in the schema', () => {
  test('every table belongs to users, with their id first in its key, or is on the list that says why not', async () => {
    const userTables = await readUserTables(migrated.client);
    const keys = await readPrimaryKeys(migrated.client);
    const strangers = [...keys].filter(([table, key]) =>
      userTables.has(table) ? key[0] !== 'user_id' && !(table in keyedOtherwise) : !(table in common),
    );
    expect(strangers).toEqual([]);
    for (const table of [...Object.keys(keyedOtherwise), ...Object.keys(common)])
      expect([...keys.keys()]).toContain(table);
  });

  test('a foreign key between tables of users goes with the user, so that it cannot lead to another’s row', async () => {
    const userTables = await readUserTables(migrated.client);
    const foreignKeys = await readForeignKeys(migrated.client);
    const loose = foreignKeys.filter(
      ({ table, target, columns }) =>
        userTables.has(table) &&
        !columns.some(([own, other]) => own === 'user_id' && other === (target === 'users' ? 'id' : 'user_id')),
    );
    expect(foreignKeys.length).toBeGreaterThan(0);
    expect(loose).toEqual([]);
  });

  test('every kind of object has its table, keyed by user and id', async () => {
    const keys = await readPrimaryKeys(migrated.client);
    for (const [kind, { table }] of Object.entries(kinds)) {
      expect([kind, keys.get(table)]).toEqual([kind, kind === 'user' ? ['id'] : ['user_id', 'id']]);
    }
  });
});
