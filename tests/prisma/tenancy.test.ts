import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { live } from '../users/life.ts';

/**
 * The second wall: even where a resolver forgot to ask whose an object is, the database joins no rows of two people. Told by the catalogue,
 * so that a new table is held to it, and tried on rows.
 */
let graph: TestGraph;
let ana: Person;
let ben: Person;
beforeAll(async () => {
  graph = await startGraph();
  [ana, ben] = [await graph.person(), await graph.person()];
  for (const person of [ana, ben]) await live(graph, person);
}, 60_000);
afterAll(() => graph?.stop());

const read = <Row>(sql: string) => graph.db.$queryRawUnsafe<Row[]>(sql);
const columnsOf = (relation: string, numbers: string) =>
  `(SELECT array_agg(a.attname::text ORDER BY n.place) FROM unnest(${numbers}) WITH ORDINALITY AS n (number, place)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = n.number)`;
/** Tables with an owner: a column user_id, or the account itself. */
const owned = `SELECT a.attrelid FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
  WHERE a.attname = 'user_id' AND r.relkind = 'r' AND r.relnamespace = 'public'::regnamespace`;

interface ForeignKey {
  name: string;
  table: string;
  columns: string[];
  to: string;
  targets: string[];
}
const foreignKeys = () =>
  read<ForeignKey>(`
    SELECT c.conname AS name, c.conrelid::regclass::text AS table, ${columnsOf('c.conrelid', 'c.conkey')} AS columns,
      c.confrelid::regclass::text AS to, ${columnsOf('c.confrelid', 'c.confkey')} AS targets
    FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid IN (${owned}) ORDER BY 1`);

describe('in the catalogue', () => {
  /** Found by what somebody shows who is not known yet, or by a pseudonym where nobody is left. */
  const keyedOtherwise = { apple_accounts: ['sub'], erasures: ['user_hash'], refresh_tokens: ['hash'] };

  test('every table of people’s rows is keyed by its owner first', async () => {
    const keys = await read<{ table: string; columns: string[] }>(`
      SELECT c.conrelid::regclass::text AS table, ${columnsOf('c.conrelid', 'c.conkey')} AS columns
      FROM pg_constraint c WHERE c.contype = 'p' AND c.conrelid IN (${owned}) ORDER BY 1`);
    expect(keys.length).toBe((await read(owned)).length);
    expect(keys.length).toBeGreaterThan(60);
    const otherwise = keys.filter(({ columns }) => !columns.includes('user_id'));
    expect(Object.fromEntries(otherwise.map(({ table, columns }) => [table, columns]))).toEqual(keyedOtherwise);
  });

  test('every reference to somebody’s row has the owner on both sides', async () => {
    const keys = await foreignKeys();
    expect(keys.length).toBeGreaterThan(40);
    const open = keys.filter(({ columns, targets }) => {
      const at = targets.indexOf('user_id');
      return at < 0 || columns[at] !== 'user_id';
    });
    expect(open).toEqual([]);
  });

  test('what is unique across people is an id or a token that Jarvis makes, or one that moves to whoever shows it', async () => {
    const indexes = await read<{ name: string }>(`
      SELECT i.indexrelid::regclass::text AS name FROM pg_index i
      WHERE i.indisunique AND NOT i.indisprimary AND i.indrelid IN (${owned})
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attname = 'user_id') ORDER BY 1`);
    // A new one here may tell somebody that another has the same: let it be nothing that people choose.
    expect(indexes.map(({ name }) => name)).toEqual([
      'api_keys_hash_key',
      'apple_accounts_transfer_sub_key',
      'connection_sign_ins_id_key',
      'data_exports_id_key',
      'data_imports_id_key',
      'devices_push_token_key',
      'generations_message_id_key',
      'incoming_hooks_address_key',
      'task_tokens_hash_key',
    ]);
  });
});

test('no row of one person can be made to point at another’s, whatever statement asks for it', async () => {
  const outcomes: string[] = [];
  for (const { name, table, columns, to, targets } of await foreignKeys()) {
    const pairs = columns.map((column, i) => [column, targets[i]!] as const).filter(([column]) => column !== 'user_id');
    if (pairs.length === 0) continue;
    const set = pairs.map(([column, target]) => `${column} = theirs.${target}`).join(', ');
    // One row: several would want the same place.
    const change = `WITH theirs AS (SELECT * FROM ${to} t WHERE t.user_id = $1
        AND NOT EXISTS (SELECT FROM ${to} o WHERE o.user_id = $2 AND ${pairs.map(([, target]) => `o.${target} = t.${target}`).join(' AND ')}) LIMIT 1)
      UPDATE ${table} SET ${set} FROM theirs WHERE ${table}.ctid = (SELECT ctid FROM ${table} WHERE user_id = $2 ORDER BY ${pairs.at(-1)![0]} IS NULL LIMIT 1)`;
    const outcome = await graph.db
      .$transaction(async (tx) => {
        await tx.$executeRaw`SET CONSTRAINTS ALL IMMEDIATE`;
        return `changed ${await tx.$executeRawUnsafe(change, ana.userId, ben.userId)}`;
      })
      .catch((error: Error) => /Code: `(\w+)`/.exec(error.message)?.[1] ?? error.message);
    outcomes.push(`${name}: ${outcome}`);
  }
  expect(outcomes.length).toBeGreaterThan(40);
  // 23503: foreign key violation.
  expect(outcomes.filter((outcome) => !outcome.endsWith(': 23503'))).toEqual([]);
});

test('a goal does not go into another’s life area, nor progress under another’s goal', async () => {
  const area = await graph.db.lifeArea.findFirstOrThrow({ where: { userId: ana.userId } });
  const theirs = await graph.db.goal.findFirstOrThrow({ where: { userId: ana.userId } });
  const own = await graph.db.goal.findFirstOrThrow({ where: { userId: ben.userId } });
  const entry = await graph.db.progressEntry.findFirstOrThrow({ where: { userId: ben.userId } });
  // As a resolver that checks nothing would.
  const where = { userId_id: { userId: ben.userId, id: own.id } };
  const moved = graph.db.goal.update({ where, data: { lifeAreaId: await spare('area', area.id) } });
  await expect(moved).rejects.toMatchObject({ code: 'P2003' });
  const logged = graph.db.progressEntry.update({
    where: { userId_id: { userId: ben.userId, id: entry.id } },
    data: { goalId: await spare('goal', theirs.id) },
  });
  await expect(logged).rejects.toMatchObject({ code: 'P2003' });
});

/** The demo gives people the same ids: one that only Ana has. */
async function spare(kind: 'area' | 'goal', id: string): Promise<string> {
  const only = id.slice(0, -12) + 'f'.repeat(12);
  const table = kind === 'area' ? 'life_areas' : 'goals';
  const [columns] = await read<{ names: string }>(
    `SELECT string_agg(column_name, ', ') AS names FROM information_schema.columns
     WHERE table_name = '${table}' AND column_name NOT IN ('id', 'import_id') AND is_generated = 'NEVER'`,
  );
  await graph.db.$executeRawUnsafe(
    `INSERT INTO ${table} (id, ${columns!.names}) SELECT $1, ${columns!.names} FROM ${table} WHERE user_id = $2 AND id = $3`,
    only,
    ana.userId,
    id,
  );
  return only;
}

test('a connection carries nobody’s identity, and after an aborted transaction nothing at all', async () => {
  const settings = `SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) AS set, current_user::text AS who,
    current_setting('app.user_id', true) AS person FROM pg_settings WHERE source = 'session'`;
  const look = () =>
    Promise.all(Array.from({ length: 10 }, () => read<{ set: string; who: string; person: string | null }>(settings)));
  const before = await look();
  const aborted = Array.from({ length: 10 }, () =>
    graph.db.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
      await tx.goal.findFirst({ where: { userId: ana.userId } });
      throw new Error('given up');
    }),
  );
  expect((await Promise.allSettled(aborted)).every(({ status }) => status === 'rejected')).toBe(true);
  expect(new Set((await look()).map((rows) => JSON.stringify(rows)))).toEqual(
    new Set(before.map((rows) => JSON.stringify(rows))),
  );
  expect(before[0]![0]!.person).toBeNull();
  const seen = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const person = i % 2 ? ana : ben;
      return (await person.data('{ viewer { id } }')).viewer.id === person.userId;
    }),
  );
  expect(seen).not.toContain(false);
});
