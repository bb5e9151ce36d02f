import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { restoreWhole } from '../../../deploy/backup/restoreWhole.ts';
import { listMigrations, migrate, pendingMigrations } from '../../../prisma/migrate.ts';
import { subgraphs } from '../../../subgraphs/index.ts';
import { continueSequences, listSequences, listTables } from '../../../subgraphs/shared/backup/catalogue.ts';
import { listBackups, type Manifest, readManifest } from '../../../subgraphs/shared/backup/manifest.ts';
import { takeBackup } from '../../../subgraphs/shared/backup/take.ts';
import { keyId } from '../../../subgraphs/shared/crypto.ts';
import { eraseDueAccounts } from '../../../subgraphs/users/erase.ts';
import { listErasures } from '../../../subgraphs/users/erasureList.ts';
import { createDatabase } from '../../support/database.ts';
import { startGraph } from '../../support/graph.ts';
import {
  ana,
  back,
  backups,
  beginBackups,
  columnsOf,
  config,
  connect,
  emptyDatabase,
  encryptionKey,
  first,
  graph,
  restoreInto,
  source,
  values,
} from './backedUp.ts';

beginBackups();

describe('a backup', () => {
  test('has every table that the catalogue has, but for those of the queues', async () => {
    await source.query('CREATE SCHEMA IF NOT EXISTS bullmq; CREATE TABLE bullmq.carrier (id int)');
    const { rows } = await source.query(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'bullmq') ORDER BY 1`,
    );
    const there = (await listTables(source)).map(({ schema, name }) => `${schema}.${name}`);
    await source.query('DROP SCHEMA bullmq CASCADE');
    expect(there.length).toBeGreaterThan(60);
    expect(there).toEqual(rows.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1)));
    expect(first.tables.map(({ schema, name }) => `${schema}.${name}`)).toEqual(there);
    expect(first.leftOut).toEqual(['bullmq']);
  });

  test('comes back whole and exact: text, triggers, keys', async () => {
    const url = await emptyDatabase();
    const { manifest } = await restoreInto(url, first.id);
    expect(columnsOf(manifest)).toEqual(columnsOf(first));
    const client = await connect(url);
    try {
      const { rows } = await client.query('SELECT name FROM users WHERE id = $1', [ana.userId]);
      expect(rows[0].name).toBe('tab\t line\n carriage\r back\\slash \\N \\. „quotes“ 🎯 \u0001 e\u0301');
      const triggers = await client.query(`SELECT tgenabled FROM pg_trigger WHERE NOT tgisinternal`);
      expect(triggers.rows.map(({ tgenabled }) => tgenabled)).toEqual(['O', 'O']);
      const keys = `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint ORDER BY 1, 2`;
      expect((await client.query(keys)).rows).toEqual((await source.query(keys)).rows);
    } finally {
      await client.end();
    }
  });

  test('is one moment, whatever is written meanwhile: no event without its number, no number without its event', async () => {
    const people = await Promise.all([graph.person(), graph.person(), graph.person()]);
    let writing = true;
    let written = 0;
    const writers = people.map(async (person) => {
      while (writing) {
        await person.data(
          `mutation { createLifeArea(input: { kind: LEARNING, name: "area ${written++}" }) { errors { message } } }`,
        );
      }
    });
    const taken: Manifest[] = [];
    for (let round = 0; round < 2; round++) taken.push(await back());
    writing = false;
    await Promise.all(writers);
    expect(written).toBeGreaterThan(6);
    const url = await emptyDatabase();
    await restoreInto(url, taken[1]!.id);
    const client = await connect(url);
    try {
      const { rows } = await client.query(
        `SELECT c.user_id, c.last_seq::int AS counter, (SELECT max(seq)::int FROM events e WHERE e.user_id = c.user_id) AS newest,
                (SELECT count(*)::int FROM events e WHERE e.user_id = c.user_id) AS events,
                (SELECT count(*)::int FROM life_areas a WHERE a.user_id = c.user_id) AS areas
         FROM event_counters c WHERE user_id = ANY($1)`,
        [people.map(({ userId }) => userId)],
      );
      expect(rows.length).toBe(3);
      for (const row of rows)
        expect([row.newest, row.events, row.areas]).toEqual([row.counter, row.counter, row.counter]);
    } finally {
      await client.end();
    }
  });

  test('says whose key the secrets in it are sealed with, and a restore without that key says so', async () => {
    await source.query(`INSERT INTO signing_keys VALUES ('k', '{}', 'v2.abcdef01.x.y', now(), now(), now())`);
    const manifest = await back();
    await source.query(`DELETE FROM signing_keys WHERE kid = 'k'`);
    expect(manifest.encryptionKeys).toEqual(['abcdef01']);
    const { said } = await restoreInto(await emptyDatabase(), manifest.id);
    expect(said.join('\n')).toContain('sealed with ENCRYPTION_KEY abcdef01 (ids), which is not configured');
    expect(keyId(encryptionKey)).toMatch(/^[0-9a-f]{8}$/);
  });
});

test('values of every kind survive exactly', async () => {
  const { copyOut, createSummer } = await import('../../../subgraphs/shared/backup/dump.ts');
  await source.query(values);
  try {
    await source.query(
      `INSERT INTO values_kept VALUES
         (1, E'a\\tb\\nc\\\\N \\u0001', '\\x00ff0a0d5c', '{"k": "\\u20ac\\n", "n": 1.10}', ARRAY['{', '"', NULL, 'NULL', ','], 1.10, 0.1,
          '2026-03-29 01:30:00.123456+00', '2026-02-28', '1 mon 2 days 00:00:00.000001', true),
         (2, '', '', '[]', '{}', 'NaN', '-Infinity', 'infinity', '-infinity', '-1 year', NULL),
         (3, NULL, NULL, NULL, NULL, 123456789012345678901234567890.123456789, 1e-300, NULL, NULL, NULL, false)`,
    );
    const { from } = await import('pg-copy-streams');
    const { pipeline } = await import('node:stream/promises');
    await source.query('CREATE TABLE values_again (LIKE values_kept)');
    const other = await connect(graph.platform.databaseUrl);
    const summer = createSummer();
    const out = copyOut(source, 'values_kept').on('data', (piece: Buffer) => summer.add(piece));
    await pipeline(out, other.query(from('COPY values_again FROM STDIN')));
    await other.end();
    const { rows } = await source.query(
      `SELECT count(*)::int AS same FROM values_kept k JOIN values_again a ON (k.*)::text = (a.*)::text`,
    );
    expect(rows[0].same).toBe(3);
    expect(summer.result().rows).toBe(3);
  } finally {
    await source.query('DROP TABLE IF EXISTS values_kept, values_again');
  }
});

describe('a restore refuses, and writes nothing,', () => {
  let target: string;
  beforeAll(async () => {
    target = await emptyDatabase();
  });
  /** What is in the bucket under a name. */
  const read = async (name: string) => {
    const chunks: Buffer[] = [];
    for await (const chunk of (await backups.storage.read(name))!) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  /** Has a part of the backup replaced while `work` runs. */
  async function replaced(part: string, content: Buffer | null, work: () => Promise<unknown>): Promise<unknown> {
    const name = `backups/${first.id}/${part}`;
    const before = await read(name);
    if (content) await backups.storage.put(name, content);
    else await backups.storage.remove(name);
    try {
      return await work();
    } finally {
      await backups.storage.put(name, before);
    }
  }
  const refusal = async (part: string, change: (bytes: Buffer) => Buffer | null, settings = backups) => {
    const content = change(await read(`backups/${first.id}/${part}`));
    const failed = await replaced(part, content, () =>
      restoreInto(target, first.id, settings).then(
        () => 'it was restored',
        (error: Error) => error.message,
      ),
    );
    const client = await connect(target);
    const { rows } = await client.query(
      `SELECT count(*)::int AS count FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
    );
    await client.end();
    return [failed, rows[0].count];
  };
  const flip = (at: number) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    copy[at < 0 ? copy.length + at : at]! ^= 1;
    return copy;
  };

  test.each<[string, string, (bytes: Buffer) => Buffer | null, RegExp]>([
    [
      'data that was cut off',
      'data',
      (bytes) => bytes.subarray(0, -40),
      /Chunk 0 of .*data is damaged, or it was cut off within it/,
    ],
    ['a flipped byte', 'data', flip(300), /Chunk 0 of .*data is damaged/],
    ['heads with a flipped byte', 'heads', flip(-5), /Chunk 0 of .*heads is damaged/],
    ['data that is missing', 'data', () => null, /data is missing in the bucket/],
    ['a manifest that is missing', 'manifest.json', () => null, /There is no backup .*: it has no manifest/],
    [
      'a manifest that is damaged',
      'manifest.json',
      (bytes) => bytes.subarray(0, -9),
      /manifest of .* is damaged: it cannot be read/,
    ],
    [
      'a manifest that was changed',
      'manifest.json',
      (bytes) => Buffer.from(bytes.toString().replace('\\"users\\"', '\\"user_\\"')),
      /manifest of .* was changed: its signature does not fit/,
    ],
  ])('%s', async (_, part, change, sentence) => {
    expect(await refusal(part, change)).toEqual([expect.stringMatching(sentence), 0]);
  });

  test('the manifest and the data of another backup', async () => {
    const other = await back();
    const [manifest, data] = [await read(`backups/${other.id}/manifest.json`), await read(`backups/${other.id}/data`)];
    expect(await refusal('manifest.json', () => manifest)).toEqual([
      `The manifest of ${first.id} is that of another backup, ${other.id}.`,
      0,
    ]);
    expect(await refusal('data', () => data)).toEqual([
      `The header of ${first.id}/data was changed, or it belongs to another backup.`,
      0,
    ]);
  });

  test('another key', async () => {
    const settings = { ...backups, keys: [randomBytes(32)] as [Buffer] };
    expect(await refusal('heads', (bytes) => bytes, settings)).toEqual([
      expect.stringMatching(/^The manifest of .* was sealed with another key \(id [0-9a-f]{16}\)/),
      0,
    ]);
  });

  test('a database that is not empty', async () => {
    await expect(restoreInto(graph.platform.databaseUrl, first.id)).rejects.toThrow(
      /^The database is not empty: it has public\.\w+ and \d+ more\. A backup is restored into an empty database\.$/,
    );
    const used = await emptyDatabase();
    const client = await connect(used);
    await client.query('CREATE SCHEMA elsewhere; CREATE VIEW elsewhere.one AS SELECT 1');
    await client.end();
    await expect(restoreInto(used, first.id)).rejects.toThrow('The database is not empty: it has elsewhere.one.');
  });

  test('a table that no migration makes', async () => {
    await source.query('CREATE TABLE by_hand (id int)');
    const manifest = await back();
    await source.query('DROP TABLE by_hand');
    await expect(restoreInto(target, manifest.id)).rejects.toThrow(
      'The backup has "public"."by_hand" (id), which no migration makes',
    );
  });

  test('a backup of a newer version', async () => {
    await source.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('x', 'x', now(), '29990101000000_later')`,
    );
    const manifest = await back();
    await source.query(`DELETE FROM _prisma_migrations WHERE id = 'x'`);
    await expect(restoreInto(target, manifest.id)).rejects.toThrow(
      'The backup has the migration 29990101000000_later, which this version of Jarvis does not know.',
    );
  });
});

describe('erasures since a backup', () => {
  test('are done again by a restore, by the list in the bucket, and nobody else is touched', async () => {
    const [gone, stays] = [await graph.person(), await graph.person()];
    for (const person of [gone, stays])
      await person.data('mutation { createLifeArea(input: { kind: LEARNING, name: "Mine" }) { errors { message } } }');
    const manifest = await back();
    await graph.db.user.update({ where: { id: gone.userId }, data: { deletionScheduledAt: graph.clock.now() } });
    await eraseDueAccounts(graph.platform);
    await listErasures(graph.platform, backups);
    expect((await graph.db.erasure.findFirst({ where: { finishedAt: { not: null } } }))?.listedAt).not.toBeNull();
    const url = await emptyDatabase();
    const domains = Object.values(subgraphs);
    const { erased } = await restoreWhole({
      config: config(),
      backups,
      from: manifest.id,
      databaseUrl: url,
      domains,
      say() {},
    });
    expect(erased).toBe(1);
    const client = await connect(url);
    try {
      const left: string[] = [];
      for (const { name, columns } of manifest.tables) {
        const owner = name === 'users' ? 'id' : columns.find((column) => column === 'user_id');
        if (!owner) continue;
        const { rows } = await client.query(`SELECT 1 FROM ${name} WHERE ${owner} = $1`, [gone.userId]);
        if (rows.length > 0) left.push(name);
      }
      expect(left).toEqual([]);
      const { rows } = await client.query('SELECT name FROM life_areas WHERE user_id = $1', [stays.userId]);
      expect(rows).toEqual([{ name: 'Mine' }]);
    } finally {
      await client.end();
    }
  });

  test('are not believed where the entry is not ours', async () => {
    const { checkErasure } = await import('../../../subgraphs/shared/backup/erasures.ts');
    await backups.storage.put('erasures/forged', 'x'.repeat(200));
    await expect(checkErasure(backups.storage, backups.keys, 'forged')).rejects.toThrow(
      'erasures/forged is not a sealed stream of Jarvis.',
    );
    await backups.storage.remove('erasures/forged');
  });
});

test('sequences go on where they stood', async () => {
  await source.query("CREATE SEQUENCE used; CREATE SEQUENCE \"un used\"; SELECT nextval('used'), nextval('used')");
  try {
    const states = await listSequences(source);
    expect(states.map(({ name, value, called }) => [name, value, called])).toEqual([
      ['un used', '1', false],
      ['used', '2', true],
    ]);
    await source.query(`SELECT setval('used', 99), setval('"un used"', 99)`);
    await continueSequences(source, states);
    const { rows } = await source.query(`SELECT nextval('used') AS used, nextval('"un used"') AS unused`);
    expect(rows[0]).toEqual({ used: '3', unused: '1' });
  } finally {
    await source.query('DROP SEQUENCE used, "un used"');
  }
});

test('a backup of an older version gets the newer migrations after it was restored as it was', async () => {
  const [migrations, older] = [listMigrations(), await emptyDatabase()];
  const newer = migrations.slice(-2).map(({ name }) => name);
  await migrate(older, migrations.slice(0, -2));
  const signal = new AbortController().signal;
  const manifest = (await takeBackup({ databaseUrl: older, ...backups, now: () => new Date(), signal }))!;
  const databaseUrl = await emptyDatabase();
  const options = { config: config(), backups, from: 'latest', databaseUrl, domains: [], say() {} };
  expect(await restoreWhole(options)).toMatchObject({ manifest: { id: manifest.id }, migrated: newer, erased: 0 });
  expect(await pendingMigrations(databaseUrl)).toEqual([]);
});

test('after a restore, what was due is done though the queues are empty', async () => {
  const asker = await graph.person();
  const sent = await asker.data(
    'mutation { sendMessage(input: { content: "What is due today?" }) { reply { id } errors { message } } }',
  );
  const manifest = await back();
  const database = await createDatabase('template0');
  await restoreInto(database.url, manifest.id);
  const time = new Date(graph.clock.now().getTime() + 60_000).toISOString();
  const restored = await startGraph({ database, time });
  try {
    const reply = () => restored.db.generation.findFirst({ where: { userId: asker.userId } });
    expect((await reply())?.state).toBe('QUEUED');
    await restored.runJobs();
    expect(await reply()).toMatchObject({
      state: 'ENDED',
      messageId: sent.sendMessage.reply.id,
      endedBecause: 'FINISHED',
    });
  } finally {
    await restored.stop();
  }
});

test('what there is in the bucket is told, and that a backup without a manifest is none', async () => {
  await backups.storage.put('backups/20260101T000000Z-00000000/data', 'half');
  const listed = await listBackups(backups.storage);
  expect(listed[0]).toMatchObject({ id: '20260101T000000Z-00000000', complete: false, bytes: 4 });
  expect(listed.find(({ id }) => id === first.id)).toMatchObject({ complete: true });
  await expect(readManifest(backups.storage, backups.keys, '20260101T000000Z-00000000')).rejects.toThrow(
    'it has no manifest',
  );
  await expect(readManifest(backups.storage, backups.keys, '../../x')).rejects.toThrow('There is no backup ../../x');
});
