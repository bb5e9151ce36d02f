import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DocumentNode, Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import { fillDemoAccount } from '../../subgraphs/demo.ts';
import type { Db } from '../../subgraphs/shared/db.ts';
import { ensureDevelopmentUser } from '../../subgraphs/users/development.ts';
import type { TestGraph } from '../../tests/support/graph.ts';
import type { Ids } from '../../tests/support/tenants.ts';
import { converse, everythingOf, live } from '../../tests/users/life.ts';
import type { House } from './house.ts';

const root = join(import.meta.dirname, '../..');

/** Somebody of the restored database who has much: whom the checks are about. Null when nobody is in it. */
export async function richest(db: Db): Promise<{ id: string; email: string } | null> {
  const [person] = await db.$queryRaw<{ id: string; email: string }[]>`
    SELECT u.id, u.email FROM users u LEFT JOIN event_counters c ON c.user_id = u.id
    WHERE u.email IS NOT NULL AND u.suspended_at IS NULL AND u.deletion_scheduled_at IS NULL
    ORDER BY (SELECT count(*) FROM goals g WHERE g.user_id = u.id) DESC, c.last_seq DESC NULLS LAST LIMIT 1`;
  return person ?? null;
}

/**
 * Every shared operation that only reads and needs no variables, asked as somebody of the restored database.
 * @returns how many there were, and what went wrong
 */
export async function smoke(house: House, email: string): Promise<{ count: number; problems: string[] }> {
  const client = await house.signIn(email);
  const files = readdirSync(join(root, 'operations'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.graphql'),
  );
  const documents = files.map((file) => parse(readFileSync(join(root, 'operations', file), 'utf8')));
  const fragments = new Map(
    documents.flatMap(({ definitions }) =>
      definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
    ),
  );
  const withFragments = (operation: OperationDefinitionNode): DocumentNode => {
    const definitions: DocumentNode['definitions'][number][] = [operation];
    for (const definition of definitions) {
      for (const [, name] of print(definition).matchAll(/\.\.\.\s*(\w+)/g)) {
        const fragment = fragments.get(name!);
        if (fragment && !definitions.includes(fragment)) definitions.push(fragment);
      }
    }
    return { kind: Kind.DOCUMENT, definitions };
  };
  const problems: string[] = [];
  let count = 0;
  for (const definition of documents.flatMap(({ definitions }) => definitions)) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== 'query') continue;
    if (
      definition.variableDefinitions?.some(
        ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && !defaultValue,
      )
    )
      continue;
    const { data, errors } = await client.run(print(withFragments(definition)));
    count++;
    if (errors || !data) problems.push(`${definition.name?.value}: ${JSON.stringify(errors ?? data).slice(0, 300)}`);
  }
  return { count, problems };
}

/**
 * The tenant matrix (tests/support/tenants.ts) over HTTP: a newcomer asks for what is somebody's of the restored database, and of an account that
 * has something of every kind.
 */
export async function tenants(house: House, owner: { id: string }): Promise<{ cells: number; problems: string[] }> {
  // They read the supergraph where tests compose it.
  process.env.JARVIS_TEST_SUPERGRAPH ??= join(root, 'gateway/supergraph.graphql');
  const { apiSchema } = await import('../../tests/support/schema.ts');
  const { checkTenants, plant, readIds, renew } = await import('../../tests/support/tenants.ts');
  const { platform } = house;
  const { db } = platform;
  const graph = { platform, db, clock: { now: platform.now }, settle: async () => {} } as unknown as TestGraph;
  const [everythingEmail, strangerEmail] = ['everything@drill.example', 'stranger@drill.example'];
  const [everything, stranger] = [
    await ensureDevelopmentUser(platform, everythingEmail),
    await ensureDevelopmentUser(platform, strangerEmail),
  ];
  const everythingClient = await house.signIn(everythingEmail);
  const person = (userId: string, data: unknown) =>
    ({ userId, viewer: { userId, credentialId: 'session_drill' }, data }) as never;
  await live(
    graph,
    person(everything, async (document: string) => (await everythingClient.run(document)).data),
  );
  await fillDemoAccount(platform, stranger, 7);
  await converse(graph, person(stranger, null));
  const foreign = new Map(await readIds(db, owner.id));
  for (const [kind, ids] of await readIds(db, everything)) foreign.set(kind, [...(foreign.get(kind) ?? []), ...ids]);
  const mark = `keptfromothers${stranger.slice(-12)}`;
  for (const one of [owner.id, everything]) await plant(db, one, mark);
  const before = await everythingOf(graph, person(owner.id, null));
  const report = await checkTenants({
    schema: apiSchema,
    stranger: await house.signIn(strangerEmail),
    own: await readIds(db, stranger),
    foreign: foreign as Ids,
    canaries: [mark],
    renew: () => renew(db, stranger),
    otherKinds: 1,
  });
  const changed = Object.entries(await everythingOf(graph, person(owner.id, null))).filter(
    ([table, rows]) => before[table] !== rows,
  );
  return {
    cells: report.cells,
    problems: [...report.leaks, ...changed.map(([table]) => `${table} of somebody else was changed`)],
  };
}

/** Whoever was erased after the backup has no row anywhere. */
export async function tracesOf(db: Db, userId: string): Promise<string[]> {
  const columns = await db.$queryRaw<{ table: string; column: string }[]>`
    SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
    WHERE table_schema = 'public' AND (column_name = 'user_id' OR (table_name = 'users' AND column_name = 'id'))`;
  const traces: string[] = [];
  for (const { table, column } of columns) {
    const rows = await db.$queryRawUnsafe<unknown[]>(`SELECT 1 FROM ${table} WHERE ${column} = $1 LIMIT 1`, userId);
    if (rows.length > 0) traces.push(`${table} still has rows of the account that was erased`);
  }
  return traces;
}

/** Numbers of events: the counter of each person is the number of the newest, whatever was written while the backup was made. */
export async function eventNumbers(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ user_id: string }[]>`
    SELECT c.user_id FROM event_counters c WHERE c.last_seq <> coalesce((SELECT max(seq) FROM events e WHERE e.user_id = c.user_id), c.last_seq)`;
  return rows.map(({ user_id }) => `the counter of ${user_id} is not the number of the newest event`);
}
