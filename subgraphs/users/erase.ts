import { Prisma } from '../../prisma/generated/client.ts';
import { sha256 } from '../shared/crypto.ts';
import type { Tx } from '../shared/db.ts';
import { type Kind, kindOf, kinds } from '../shared/ids.ts';
import type { Platform } from '../shared/platform.ts';
import { revokeAppleTokens } from './apple.ts';

const day = 24 * 3600_000;
/** For so long we try to reach Apple and other services; then the account is erased without them, in milliseconds. */
const longestTrying = 3 * day;
/** Erasures that one run of the job begins or takes up at most. */
const mostAtOnce = 100;

/**
 * Erases accounts whose time has come, and takes up erasures that did not finish. For each: everything that opens the
 * account ends, Apple's tokens and those of connected services are revoked, the jobs that name the person's objects leave
 * the queues, each domain erases its rows in a transaction of its own and leaves a receipt, and the account itself goes
 * last. Each step can be repeated, so that it does not matter where a crash interrupts.
 * What remains is one row with a hash of the user id.
 * @throws Error when one or more could not be finished; they are taken up again.
 */
export async function eraseDueAccounts(platform: Platform): Promise<void> {
  const failed: unknown[] = [];
  for (const userId of await dueAccounts(platform)) {
    try {
      await eraseAccount(platform, userId);
    } catch (error) {
      platform.log.error({ error, userHash: sha256(userId) }, 'an erasure did not finish and will be taken up again');
      failed.push(error);
    }
  }
  if (failed.length > 0) throw new AggregateError(failed, `${failed.length} erasures did not finish.`);
}

/** Accounts to erase: due, begun, or with rows that something still running wrote after the erasure. */
async function dueAccounts({ db, now }: Platform): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM users WHERE deletion_scheduled_at <= ${now()}::timestamptz
    UNION SELECT user_id FROM erasures WHERE user_id IS NOT NULL
    UNION SELECT user_id FROM event_counters counter
      WHERE NOT EXISTS (SELECT 1 FROM users WHERE users.id = counter.user_id)
        AND EXISTS (SELECT 1 FROM erasures
                    WHERE user_hash = encode(sha256(convert_to(counter.user_id, 'UTF8')), 'hex'))
    LIMIT ${mostAtOnce}`;
  return rows.map((row) => row.id);
}

async function eraseAccount(platform: Platform, userId: string): Promise<void> {
  const { db, domains, bus } = platform;
  const startedAt = await begin(platform, userId);
  if (!startedAt) return;
  bus.publish('identity', userId);
  await giveBack(platform, userId, startedAt, 'apple', () => revokeAppleTokens(platform, userId));
  for (const { name, release } of domains) {
    if (release) await giveBack(platform, userId, startedAt, `${name}.release`, () => release(platform, userId));
  }
  await giveBack(platform, userId, startedAt, 'queues', () => forgetJobs(platform, userId));
  for (const { name, erase } of domains) {
    if (name !== 'users' && erase) await step(platform, userId, name, (tx) => erase(tx, userId));
  }
  await db.$transaction(
    async (tx) => {
      // Again, for what something still running has written since: this time nothing can come after it.
      await eraseRows(tx, domains, userId);
      await tx.erasure.update({
        where: { userHash: sha256(userId) },
        data: { userId: null, finishedAt: platform.now() },
      });
    },
    { timeout: 120_000 },
  );
  bus.publish('identity', userId);
}

/** Puts the erasure on record and ends whatever opens the account. Null when it was cancelled meanwhile. */
async function begin({ db, now }: Platform, userId: string): Promise<Date | null> {
  return db.$transaction(async (tx) => {
    const [user] = await tx.$queryRaw<{ due: boolean }[]>`
      SELECT coalesce(deletion_scheduled_at <= ${now()}::timestamptz, false) AS due FROM users
      WHERE id = ${userId} FOR UPDATE`;
    const userHash = sha256(userId);
    const begun = await tx.erasure.findUnique({ where: { userHash } });
    if (user && !user.due && !begun?.userId) return null;
    const row = await tx.erasure.upsert({
      where: { userHash },
      create: { userHash, userId, startedAt: now() },
      // What came after an erasure that had finished is erased from the first step again.
      update: begun?.finishedAt ? { userId, finishedAt: null, receipts: {} } : {},
    });
    await tx.session.deleteMany({ where: { userId } });
    await tx.apiKey.deleteMany({ where: { userId } });
    await tx.taskToken.deleteMany({ where: { userId } });
    return row.startedAt;
  });
}

/** Removes the person's jobs from the queues. Before the rows: afterwards nobody could tell whose objects the jobs name. */
function forgetJobs({ db, jobs, domains }: Platform, userId: string): Promise<number> {
  const theirs = async (values: string[]) => {
    const byKind = new Map<Kind, string[]>();
    for (const value of new Set(values)) {
      const kind = kindOf(value);
      if (kind) byKind.set(kind, [...(byKind.get(kind) ?? []), value]);
    }
    // Imports are no objects of the graph's `node`, so they have no kind.
    const imports = await db.dataImport.findMany({ where: { userId, id: { in: values } }, select: { id: true } });
    const found = new Set(imports.map(({ id }) => id));
    for (const [kind, ids] of byKind) {
      const owner = Prisma.raw(kind === 'user' ? 'id' : 'user_id');
      const rows = await db.$queryRaw<{ id: string }[]>`
        SELECT id FROM ${Prisma.raw(kinds[kind].table)} WHERE ${owner} = ${userId} AND id = ANY(${ids})`;
      for (const { id } of rows) found.add(id);
    }
    return found;
  };
  return jobs.forget(
    domains.map(({ name }) => name),
    theirs,
  );
}

/** Not inside a transaction: others may take their time. Once the receipt is there, they are not asked again. */
async function giveBack(
  platform: Platform,
  userId: string,
  startedAt: Date,
  receipt: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const { db, log, now } = platform;
  const erasure = await db.erasure.findUnique({ where: { userHash: sha256(userId) } });
  if ((erasure?.receipts as Record<string, string> | undefined)?.[receipt]) return;
  try {
    await work();
  } catch (error) {
    if (now().getTime() - startedAt.getTime() < longestTrying) throw error;
    log.warn({ error, receipt, userHash: sha256(userId) }, 'a service could not be reached: access was not given back');
  }
  await step(platform, userId, receipt, async () => {});
}

/** One step in a transaction of its own, which also writes its receipt: it is done once, or not at all. */
async function step({ db, now }: Platform, userId: string, name: string, work: (tx: Tx) => Promise<void>) {
  const userHash = sha256(userId);
  await db.$transaction(
    async (tx) => {
      await prepare(tx);
      const [row] = await tx.$queryRaw<{ receipts: Record<string, string> }[]>`
        SELECT receipts FROM erasures WHERE user_hash = ${userHash} FOR UPDATE`;
      if (!row || row.receipts[name]) return;
      await work(tx);
      await tx.erasure.update({
        where: { userHash },
        data: { receipts: { ...row.receipts, [name]: now().toISOString() } },
      });
    },
    { timeout: 120_000 },
  );
}

/** A life of data takes longer to delete than a statement usually may. */
async function prepare(tx: Tx): Promise<void> {
  await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
  await tx.$executeRaw`SET LOCAL jarvis.erasing = 'on'`;
}

/** Deletes every row of a person, in all domains, and the account itself. */
export async function eraseRows(tx: Tx, domains: Platform['domains'], userId: string): Promise<void> {
  await prepare(tx);
  // In this order: it waits for reactions under way and lets no new one begin.
  await tx.eventCounter.deleteMany({ where: { userId } });
  await tx.reactionCursor.deleteMany({ where: { userId } });
  for (const { name, erase } of domains) if (name !== 'users') await erase?.(tx, userId);
  await eraseUser(tx, userId);
}

/** Deletes the account itself and what all domains share about it. */
export async function eraseUser(tx: Tx, userId: string): Promise<void> {
  const where = { where: { userId } };
  await tx.$executeRaw`SET LOCAL jarvis.erasing = 'on'`;
  await tx.eventCounter.deleteMany(where);
  await tx.reactionCursor.deleteMany(where);
  await tx.reactionFailure.deleteMany(where);
  await tx.event.deleteMany(where);
  await tx.idempotencyKey.deleteMany(where);
  await tx.refreshToken.deleteMany(where);
  await tx.session.deleteMany(where);
  await tx.device.deleteMany(where);
  await tx.apiKey.deleteMany(where);
  await tx.taskToken.deleteMany(where);
  await tx.aiConsent.deleteMany(where);
  await tx.dataExport.deleteMany(where);
  await tx.dataImport.deleteMany(where);
  await tx.appleAccount.deleteMany(where);
  await tx.auditEntry.deleteMany(where);
  await tx.user.deleteMany({ where: { id: userId } });
}
