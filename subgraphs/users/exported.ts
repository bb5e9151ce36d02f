import type { Tx } from '../shared/db.ts';
import type { ExportedType } from '../shared/subgraph.ts';
import { settingsOf } from './profile.ts';

const chunk = 500;

/** Rows of one user by ascending id, a chunk at a time. */
async function* inChunks<Row extends { id: string }>(
  find: (args: { where: { id: { gt: string } }; orderBy: { id: 'asc' }; take: number }) => PromiseLike<Row[]>,
): AsyncGenerator<Row> {
  for (let after = ''; ; ) {
    const rows = await find({ where: { id: { gt: after } }, orderBy: { id: 'asc' }, take: chunk });
    yield* rows;
    if (rows.length < chunk) return;
    after = rows.at(-1)!.id;
  }
}

/** Rows of a log of one user by ascending number. */
async function* bySeq<Row extends { seq: bigint }>(
  find: (args: { where: { seq: { gt: bigint } }; orderBy: { seq: 'asc' }; take: number }) => PromiseLike<Row[]>,
): AsyncGenerator<Row> {
  for (let after = 0n; ; ) {
    const rows = await find({ where: { seq: { gt: after } }, orderBy: { seq: 'asc' }, take: chunk });
    yield* rows;
    if (rows.length < chunk) return;
    after = rows.at(-1)!.seq;
  }
}

async function* without<Row extends { userId: string }, Hidden extends keyof Row = never>(
  rows: AsyncIterable<Row>,
  ...hidden: Hidden[]
): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows) {
    const { userId: _, ...shown } = row;
    for (const name of hidden) delete (shown as Partial<Row>)[name];
    yield shown;
  }
}

async function profile(db: Tx, userId: string) {
  const rows = await db.user.findMany({ where: { id: userId } });
  return rows.map((user) => ({
    id: user.id,
    name: user.name,
    email: user.email,
    emailVerified: user.emailVerified,
    locale: user.locale,
    timeZone: user.timeZone,
    dayStartMinutes: user.dayStartMinutes,
    weekStart: user.weekStart,
    ...settingsOf(user),
    roles: user.roles.join(' '),
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
  }));
}

async function appleAccount(db: Tx, userId: string) {
  const rows = await db.appleAccount.findMany({ where: { userId } });
  return rows.map((row) => ({
    sub: row.sub,
    clientId: row.clientId,
    isPrivateEmail: row.isPrivateEmail,
    emailEnabled: row.emailEnabled,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }));
}

type Where = { id: { gt: string } };

/**
 * The account's part of a data export. What opens doors is left out (tokens, their hashes, push tokens), and so are
 * marks of our own machinery, which tell nothing about the person.
 */
export const exported: readonly ExportedType[] = [
  { name: 'profile', rows: profile },
  { name: 'apple-account', rows: appleAccount },
  {
    name: 'sessions',
    rows: (db, userId) =>
      without(inChunks(({ where, ...page }) => db.session.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'devices',
    rows: (db, userId) =>
      without(
        inChunks(({ where, ...page }) => db.device.findMany({ where: { ...where, userId }, ...page })),
        'pushToken',
        'inputHash',
      ),
  },
  {
    name: 'api-keys',
    rows: (db, userId) =>
      without(
        inChunks(({ where, ...page }) => db.apiKey.findMany({ where: { ...where, userId }, ...page })),
        'hash',
      ),
  },
  {
    name: 'ai-consents',
    rows: (db, userId) =>
      without(inChunks(({ where, ...page }) => db.aiConsent.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'audit-log',
    rows: (db, userId) =>
      without(bySeq(({ where, ...page }) => db.auditEntry.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'events',
    rows: (db, userId) =>
      without(bySeq(({ where, ...page }) => db.event.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'data-exports',
    rows: (db, userId) =>
      without(
        inChunks(({ where, ...page }: { where: Where; orderBy: { id: 'asc' }; take: number }) =>
          db.dataExport.findMany({ where: { ...where, userId }, ...page, omit: { content: true } }),
        ),
      ),
  },
];
