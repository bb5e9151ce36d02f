import type { ExportedType } from '../shared/archives.ts';
import type { Tx } from '../shared/db.ts';
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
  { name: 'profile', about: 'Your name, address, language, time zone and settings.', rows: profile },
  { name: 'apple-account', about: 'How your Apple account is known to Jarvis.', rows: appleAccount },
  {
    name: 'sessions',
    about: 'Where you are signed in.',
    rows: (db, userId) =>
      without(inChunks(({ where, ...page }) => db.session.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'devices',
    about: 'Your devices.',
    rows: (db, userId) =>
      without(
        inChunks(({ where, ...page }) => db.device.findMany({ where: { ...where, userId }, ...page })),
        'pushToken',
        'inputHash',
      ),
  },
  {
    name: 'api-keys',
    about: 'API keys you made, without the keys themselves.',
    rows: (db, userId) =>
      without(
        inChunks(({ where, ...page }) => db.apiKey.findMany({ where: { ...where, userId }, ...page })),
        'hash',
      ),
  },
  {
    name: 'ai-consents',
    about: 'Every consent to send data to an AI provider, with the text it was given under and its end.',
    rows: (db, userId) =>
      without(inChunks(({ where, ...page }) => db.aiConsent.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'audit-log',
    about: 'What was done with the account and by whom; each row has a hash that covers the one before.',
    rows: (db, userId) =>
      without(bySeq(({ where, ...page }) => db.auditEntry.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'events',
    about: 'What changed in the account in the last 90 days, as apps follow it.',
    rows: (db, userId) =>
      without(bySeq(({ where, ...page }) => db.event.findMany({ where: { ...where, userId }, ...page }))),
  },
  {
    name: 'data-exports',
    about: 'Exports you asked for.',
    rows: (db, userId) =>
      without(
        inChunks(({ where, ...page }: { where: Where; orderBy: { id: 'asc' }; take: number }) =>
          db.dataExport.findMany({ where: { ...where, userId }, ...page, omit: { content: true } }),
        ),
      ),
  },
];
