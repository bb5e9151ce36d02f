import type { Notification } from '../../../prisma/generated/client.ts';
import type { UserContext } from '../../shared/context.ts';
import type { Tx } from '../../shared/db.ts';
import { notFound } from '../../shared/errors.ts';
import { type NewEvent, type Publisher, publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import type { Page, PageArgs } from '../../shared/pagination.ts';
import { readClock } from '../../shared/personalClock.ts';
import { lockRow } from '../../shared/stored.ts';
import type {
  MarkNotificationsReadInput,
  NotificationFilter,
  NotificationKind,
  SnoozeNotificationInput,
} from '../generated.ts';
import { newestFirst, readPage } from '../page.ts';
import { preferenceFor, readSettings } from './preferences.ts';
import { withdrawPushes } from './push/withdraw.ts';
import { endOfQuiet } from './quietHours.ts';

/** Something to tell a person. */
export interface News {
  kind: NotificationKind;
  title: string;
  body?: string;
  subjectId?: string;
  /** Replaces an unread notification with the same key. */
  collapseKey?: string;
  /** When it is to appear; at once when left out. */
  scheduledFor?: Date;
  /** Worth breaking through the device's focus. */
  urgent?: boolean;
  /** What led to it, e.g. `event:<id>`: the same cause makes one notification, however often it is told. */
  cause: string;
}

/**
 * Makes a notification and its event, unless the person does not want this kind or the cause has already made one.
 * @returns its id, or null when none was made.
 */
export async function notify(ctx: Publisher, news: News): Promise<string | null> {
  const { db, userId } = ctx;
  const settings = await readSettings(db, userId);
  const preference = preferenceFor(settings, news.kind);
  if (!preference.inApp) return null;
  const now = ctx.now();
  const visibleAt = news.scheduledFor && news.scheduledFor > now ? news.scheduledFor : now;
  const { timeZone } = await readClock(db, userId);
  const id = newId('notification', now);
  const row = {
    ...news,
    userId,
    id,
    quiet: preference.digest || endOfQuiet(settings.quietHours, news.kind, timeZone, visibleAt) !== null,
    scheduledFor: news.scheduledFor ?? null,
    sentAt: visibleAt > now ? null : now,
    visibleAt,
    digest: preference.digest,
    pushDueAt: preference.digest ? null : visibleAt,
    pushNone: preference.digest ? 'DIGEST' : null,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const { count } = await db.notification.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) return null;
  const replaced = news.collapseKey ? await deleteUnread(db, userId, news.collapseKey, id) : [];
  const events: NewEvent[] = replaced.map((old) => ({ type: 'notification.deleted', subjectId: old, data: {} }));
  await publish(ctx, ...events, { type: 'notification.created', subjectId: id, data: {} });
  return id;
}

async function deleteUnread(db: Tx, userId: string, collapseKey: string, except: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    DELETE FROM notifications
    WHERE user_id = ${userId} AND collapse_key = ${collapseKey} AND read_at IS NULL AND id <> ${except} RETURNING id`;
  return rows.map(({ id }) => id);
}

/** A page of the user's notifications, newest first. */
export function listNotifications(
  ctx: UserContext,
  filter: NotificationFilter | null | undefined,
  args: PageArgs,
): Promise<Page<Notification>> {
  const where = {
    userId: ctx.userId,
    ...(filter?.unread != null && { readAt: filter.unread ? null : { not: null } }),
    ...(filter?.kinds && { kind: { in: [...filter.kinds] } }),
    ...(!filter?.includeWaiting && { visibleAt: { lte: ctx.now() } }),
  };
  return readPage((page) => ctx.db.notification.findMany(page), where, newestFirst('visibleAt'), args);
}

/** How many notifications are there by now and unread. */
export function countUnread(ctx: UserContext): Promise<number> {
  const { userId } = ctx;
  return ctx.db.notification.count({ where: { userId, readAt: null, visibleAt: { lte: ctx.now() } } });
}

/**
 * Marks notifications as read, by ids (all or none of them) or everything there at an instant.
 * @throws UserErrors INVALID, LIMIT, NOT_FOUND at the ids that are absent or foreign.
 */
export async function markRead(
  ctx: UserContext,
  { ids, before }: MarkNotificationsReadInput,
): Promise<{ count: number; notifications: Notification[]; unreadNotificationCount: number }> {
  const { db, userId } = ctx;
  const checks = new Checks();
  const either = checks.that((ids == null) !== (before == null), [], 'Give either "ids" or "before".');
  if (either) checks.list(['ids'], ids, 100, 1);
  checks.done();

  const now = ctx.now();
  // Not what the person has not seen yet: an instant in the future counts as now.
  const until = before && before < now ? before : now;
  const found = ids ? await db.notification.findMany({ where: { userId, id: { in: [...ids] } } }) : [];
  const byId = new Map(found.map((row) => [row.id, row]));
  ids?.forEach((id, i) => {
    checks.that(byId.has(id), ['ids', i], 'There is no such notification.', 'NOT_FOUND');
  });
  checks.done();
  const changed = await db.notification.updateManyAndReturn({
    where: { userId, readAt: null, ...(ids ? { id: { in: [...ids] } } : { visibleAt: { lte: until } }) },
    data: { readAt: now, snoozedUntil: null, version: { increment: 1 }, updatedAt: now },
  });
  for (const row of changed) byId.set(row.id, row);
  await withdrawPushes(
    ctx,
    changed.map(({ id }) => id),
  );
  await publish(ctx, ...changed.map(({ id }) => updated(id)));
  return {
    count: changed.length,
    notifications: ids?.map((id) => byId.get(id)!) ?? [],
    unreadNotificationCount: await countUnread(ctx),
  };
}

const updated = (id: string): NewEvent => ({ type: 'notification.updated', subjectId: id, data: {} });
const longestSnooze = 366 * 24 * 3600 * 1000;

/**
 * Puts a notification off; it comes back unread.
 * @throws UserErrors INVALID (a time that is over or over a year away), NOT_FOUND.
 */
export async function snooze(ctx: UserContext, { id, until }: SnoozeNotificationInput): Promise<Notification> {
  const now = ctx.now();
  const ahead = until.getTime() - now.getTime();
  const checks = new Checks();
  checks.that(ahead > 0 && ahead <= longestSnooze, ['until'], '"until" must be later than now, and at most a year.');
  checks.done();
  await lockRow(ctx, 'notification', id, 'notification');
  const changed = await ctx.db.notification.update({
    where: { userId_id: { userId: ctx.userId, id } },
    data: {
      snoozedUntil: until,
      visibleAt: until,
      readAt: null,
      // It is told once more, as if it were new.
      round: { increment: 1 },
      digest: false,
      pushDueAt: until,
      pushNone: null,
      version: { increment: 1 },
      updatedAt: now,
    },
  });
  await publish(ctx, updated(id));
  return changed;
}

/** @throws UserErrors NOT_FOUND. */
export async function deleteNotification(ctx: UserContext, id: string): Promise<void> {
  const { count } = await ctx.db.notification.deleteMany({ where: { userId: ctx.userId, id } });
  if (count === 0) throw notFound(['id'], 'notification');
  await publish(ctx, { type: 'notification.deleted', subjectId: id, data: {} });
}
