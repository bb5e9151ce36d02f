import type { Tx } from '../../shared/db.ts';
import type { Publisher } from '../../shared/events.ts';
import { readClock } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import { localDateAt } from '../timeZone.ts';
import { everyDay } from '../weekdays.ts';
import { notify } from './notifications.ts';
import { nextOnWeekdays } from './reminders/occurrences.ts';

/** News that a digest names; of more it says how many. */
const mostNamed = 10;
/** Digests that one round works off at most; the next comes soon. */
const mostAtOnce = 1_000;

/**
 * Sets when the next digest comes, where one is due at all. Whoever has nothing collected any more gets the one that is under way.
 * @param moved that the time of day or the person's clock has changed.
 */
export async function rescheduleDigest({ db, userId, now }: Pick<Publisher, 'db' | 'userId' | 'now'>, moved: boolean) {
  const settings = await db.notificationSettings.findUnique({ where: { userId }, include: { preferences: true } });
  if (!settings) return;
  const { nextDigestAt, preferences } = settings;
  // One that is due already is told first.
  const wanted = nextDigestAt === null ? preferences.some(({ digest }) => digest) : moved && nextDigestAt > now();
  if (!wanted) return;
  await setNext(db, userId, settings.digestAt, now());
}

async function setNext(db: Tx, userId: string, digestAt: string, now: Date): Promise<void> {
  const { timeZone } = await readClock(db, userId);
  const nextDigestAt = nextOnWeekdays(now, timeZone, digestAt, everyDay);
  await db.notificationSettings.update({ where: { userId }, data: { nextDigestAt } });
}

/** Tells what was collected, to whom it is due; one that cannot be told keeps nobody else waiting. Any number of processes may do so at once. */
export async function tellDueDigests(platform: Platform): Promise<void> {
  const { db, now, bus, log } = platform;
  const due = await db.notificationSettings.findMany({
    where: { nextDigestAt: { lte: now() } },
    orderBy: { nextDigestAt: 'asc' },
    select: { userId: true },
    take: mostAtOnce,
  });
  for (const { userId } of due) {
    try {
      if (await tellDigest(platform, userId)) bus.publish('events', userId);
    } catch (error) {
      log.error({ error }, 'the digest of a person could not be told and will be tried again');
    }
  }
}

/** One person's digest, whose row is locked meanwhile. False when it is not due any more, or somebody else has it in hand. */
function tellDigest({ db, now }: Platform, userId: string): Promise<boolean> {
  return transaction(db, async (tx) => {
    const at = now();
    const [due] = await tx.$queryRaw<{ digest_at: string; next_digest_at: Date }[]>`
      SELECT digest_at, next_digest_at FROM notification_settings
      WHERE user_id = ${userId} AND next_digest_at <= ${at}::timestamptz FOR UPDATE SKIP LOCKED`;
    if (!due) return false;
    const where = { userId, digest: true };
    // One statement: what comes in between is not marked as told without being told.
    const taken = await tx.notification.updateManyAndReturn({
      where: { ...where, visibleAt: { lte: at } },
      data: { digest: false },
      select: { id: true, title: true, readAt: true, visibleAt: true },
    });
    const collected = taken
      .filter(({ readAt }) => readAt === null)
      .sort((a, b) => a.visibleAt.getTime() - b.visibleAt.getTime() || (a.id < b.id ? -1 : 1));
    const kinds = await tx.notificationPreference.count({ where });
    if (kinds > 0) await setNext(tx, userId, due.digest_at, at);
    else await tx.notificationSettings.update({ where: { userId }, data: { nextDigestAt: null } });
    if (collected.length === 0) return true;
    const { timeZone } = await readClock(tx, userId);
    const ctx = { db: tx, userId, now, actor: { kind: 'system', id: 'notifications.digest' } } as const;
    await notify(ctx, {
      kind: 'DIGEST',
      title: collected.length === 1 ? 'One piece of news today' : `${collected.length} pieces of news today`,
      body: bodyOf(collected.map(({ title }) => title)),
      collapseKey: 'digest',
      cause: `digest:${localDateAt(due.next_digest_at, timeZone)}`,
    });
    return true;
  });
}

function bodyOf(titles: readonly string[]): string {
  const named = titles.slice(0, mostNamed);
  const rest = titles.length - named.length;
  return [...named, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}
