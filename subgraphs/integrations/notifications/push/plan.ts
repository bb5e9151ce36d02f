import type { Notification } from '../../../../prisma/generated/client.ts';
import type { Tx } from '../../../shared/db.ts';
import { publish } from '../../../shared/events.ts';
import { transaction } from '../../../shared/subgraph.ts';
import type { NotificationKind, PushNone } from '../../generated.ts';
import { preferenceFor, readSettings, type Settings } from '../preferences.ts';
import { apnsOf } from './apns.ts';
import type { House } from './deliveries.ts';

const hour = 3_600_000;
const batch = 100;
/** Rounds of one call at most; the next call comes soon. */
const mostBatches = 1_000;

/** How long after its time a push is still of use. */
export const usefulFor = (kind: NotificationKind): number => (kind === 'REMINDER' ? 4 : 24) * hour;

/**
 * Makes the pushes of the notifications that are due: one row for each device that can be reached, or the reason why there are none. Any number
 * of processes may do so at once; the work is one person's at a time.
 */
export async function planDuePushes(house: House, closing?: AbortSignal): Promise<void> {
  for (let count = 0; count < mostBatches && !closing?.aborted; count++) {
    const told = await planNext(house);
    if (!told) return;
    if (told.changed) house.bus.publish('events', told.userId);
  }
}

function planNext(house: House): Promise<{ userId: string; changed: boolean } | null> {
  const { db, now } = house;
  return transaction(db, async (tx) => {
    const at = now();
    const [first] = await tx.$queryRaw<{ user_id: string }[]>`
      SELECT user_id FROM notifications WHERE push_due_at <= ${at}::timestamptz
      ORDER BY push_due_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
    if (!first) return null;
    const { user_id: userId } = first;
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM notifications WHERE user_id = ${userId} AND push_due_at <= ${at}::timestamptz
      ORDER BY id LIMIT ${batch}::int FOR UPDATE SKIP LOCKED`;
    const where = { userId, id: { in: rows.map(({ id }) => id) } };
    const due = await tx.notification.findMany({ where, orderBy: { id: 'asc' } });
    const settings = await readSettings(tx, userId);
    const devices = await reachableDevices(tx, userId);
    const outcomes = new Map(due.map((one) => [one, reasonForNone(house, one, settings, devices.length, at)]));
    const pushes = due.filter((one) => outcomes.get(one) === null).flatMap((one) => deliveries(one, devices, at));
    await tx.pushDelivery.createMany({ data: pushes, skipDuplicates: true });
    for (const pushNone of new Set(outcomes.values())) {
      const these = due.filter((one) => outcomes.get(one) === pushNone).map(({ id }) => id);
      await tx.notification.updateMany({ where: { userId, id: { in: these } }, data: { pushDueAt: null, pushNone } });
    }
    // It was made for a later time, which has come.
    const appeared = due.filter(({ sentAt }) => sentAt === null);
    await tx.notification.updateMany({
      where: { userId, id: { in: appeared.map(({ id }) => id) } },
      data: { sentAt: at, version: { increment: 1 }, updatedAt: at },
    });
    const actor = { kind: 'system', id: 'notifications.push' } as const;
    await publish(
      { db: tx, userId, now, actor },
      ...appeared.map(({ id }) => ({ type: 'notification.updated' as const, subjectId: id, data: {} })),
    );
    return { userId, changed: appeared.length > 0 };
  });
}

/** Devices belong to another domain; one database is a given, and this reads them only (see `readClock`). */
export async function reachableDevices(db: Tx, userId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM devices WHERE user_id = ${userId} AND push_token IS NOT NULL ORDER BY id`;
  return rows.map(({ id }) => id);
}

function reasonForNone(
  house: House,
  { kind, readAt, pushDueAt }: Notification,
  settings: Settings,
  devices: number,
  now: Date,
): PushNone | null {
  if (readAt !== null) return 'READ';
  if (!preferenceFor(settings, kind as NotificationKind).push) return 'CHANNEL_OFF';
  if (now.getTime() - pushDueAt!.getTime() >= usefulFor(kind as NotificationKind)) return 'EXPIRED';
  if (!apnsOf(house)) return 'NOT_SET_UP';
  return devices === 0 ? 'NO_DEVICE' : null;
}

const deliveries = ({ userId, id, round, kind, pushDueAt }: Notification, devices: readonly string[], now: Date) =>
  devices.map((deviceId) => ({
    userId,
    notificationId: id,
    round,
    deviceId,
    state: 'PENDING',
    nextAttemptAt: now,
    expiresAt: new Date(pushDueAt!.getTime() + usefulFor(kind as NotificationKind)),
    createdAt: now,
  }));
