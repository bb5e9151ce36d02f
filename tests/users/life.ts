import { subgraphs } from '../../subgraphs/index.ts';
import { sha256 } from '../../subgraphs/shared/crypto.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import type { DemoAccount } from '../../subgraphs/shared/subgraph.ts';
import type { Person, TestGraph } from '../support/graph.ts';

/** Every table that holds rows of people, from the database's own catalogue. */
export async function personalTables(graph: TestGraph): Promise<string[]> {
  const rows = await graph.db.$queryRaw<{ table_name: string }[]>`
    SELECT table_name FROM information_schema.columns
    WHERE column_name = 'user_id' AND table_schema = 'public' ORDER BY table_name`;
  return rows.map((row) => row.table_name);
}

/** Rows of one person in each of these tables. */
export async function countRows(graph: TestGraph, { userId }: Person): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of await personalTables(graph)) {
    const [row] = await graph.db.$queryRawUnsafe<{ count: bigint }[]>(
      `SELECT count(*) AS count FROM ${table} WHERE user_id = $1`,
      userId,
    );
    counts.set(table, Number(row!.count));
  }
  return counts;
}

/** Everything that the database holds of one person, as one text for each table. */
export async function everythingOf(graph: TestGraph, { userId }: Person): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const table of [...(await personalTables(graph)), 'users']) {
    const key = table === 'users' ? 'id' : 'user_id';
    const [row] = await graph.db.$queryRawUnsafe<{ text: string }[]>(
      `SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') AS text FROM ${table} t WHERE ${key} = $1`,
      userId,
    );
    all[table] = row!.text;
  }
  return all;
}

/** What must never leave the database, marked with the person it belongs to. */
export const canaries = ({ userId }: Person) => {
  const mark = (name: string) => `canary-${name}-${sha256(userId).slice(0, 12)}`;
  return {
    appleGrant: mark('apple-grant'),
    refreshToken: mark('refresh-token'),
    apiKeyHash: mark('api-key-hash'),
    pushToken: mark('push-token'),
    idempotent: mark('idempotent'),
    webhookSecret: mark('webhook-secret'),
  };
};

/** Gives somebody at least one row in every table that holds rows of people: the demo's year, and what the demo leaves out. */
export async function live(graph: TestGraph, person: Person): Promise<void> {
  const { userId } = person;
  const { db } = graph;
  const now = graph.clock.now();
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
      const demo: DemoAccount = { db: tx, userId, timeZone: 'Europe/Berlin', now, random, ids: new Map() };
      for (const { demo: generate } of Object.values(subgraphs)) await generate?.(demo);
    },
    { timeout: 60_000 },
  );
  const secret = canaries(person);
  const at = { createdAt: now, updatedAt: now };
  const later = new Date(now.getTime() + 30 * 24 * 3600_000);
  await db.appleAccount.create({
    data: { sub: `sub-${userId}`, userId, clientId: 'app', refreshToken: secret.appleGrant, ...at },
  });
  const session = { userId, id: newId('session', now), method: 'apple', lastUsedAt: now, expiresAt: later };
  await db.session.create({ data: { ...session, createdAt: now } });
  await db.refreshToken.create({
    data: { hash: secret.refreshToken, userId, sessionId: session.id, createdAt: now, expiresAt: later },
  });
  await db.device.create({
    data: {
      userId,
      id: newId('device', now),
      name: 'x',
      platform: 'IOS',
      pushToken: secret.pushToken,
      lastSeenAt: now,
      ...at,
    },
  });
  await db.apiKey.create({
    data: { userId, id: newId('apikey', now), name: 'x', prefix: 'jrv_x', hash: secret.apiKeyHash, createdAt: now },
  });
  await db.idempotencyKey.create({
    data: { userId, key: secret.idempotent, fingerprint: 'x', result: null, createdAt: now },
  });
  await db.webhook.create({
    data: {
      userId,
      id: newId('webhook', now),
      url: 'https://example.com/hook',
      document: '{ __typename }',
      variables: {},
      filters: {},
      active: false,
      sealedSecret: secret.webhookSecret,
      rotatedAt: now,
      inputHash: 'x',
      version: 1,
      ...at,
    },
  });
  await db.reactionFailure.create({ data: { consumer: 'x', userId, eventId: 'x', error: 'x', at: now } });
  await db.dataExport.create({
    data: { userId, id: newId('export', 0), status: 'EXPIRED', createdAt: new Date(0), finishedAt: new Date(0) },
  });
  await db.notificationPreference.create({ data: { userId, kind: 'ALERT', inApp: true } });
  await person.data('mutation { updateProfile(input: { name: "Somebody" }) { errors { code } } }');
  await graph.settle();
}
