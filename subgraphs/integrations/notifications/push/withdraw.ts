import type { Tx } from '../../../shared/db.ts';
import { apnsOf, type PushEnvironment } from './apns.ts';
import type { House } from './deliveries.ts';
import { uuidOf } from './message.ts';
import { pushCounted } from './metrics.ts';

const hour = 3_600_000;
/** What was pushed longer ago than this is hardly on a screen any more. */
const shownFor = 48 * hour;
const batch = 500;
/** Ids that fit into one push, with room to spare. */
const mostNamed = 50;

/** What was read on one device is to leave the screens of the others. */
export async function withdrawPushes(
  { db, userId, now }: { db: Tx; userId: string; now: () => Date },
  notificationIds: string[],
): Promise<void> {
  if (notificationIds.length === 0) return;
  const at = now();
  const sentAt = { gt: new Date(at.getTime() - shownFor) };
  await db.pushDelivery.updateMany({
    where: { userId, notificationId: { in: notificationIds }, state: 'SENT', sentAt },
    data: { withdrawAt: at },
  });
}

/** One device and what is to leave its screen. */
interface Withdrawal {
  deviceId: string;
  token: string;
  environment: PushEnvironment;
  platform: string;
  unread: number;
  notificationIds: string[];
}

/**
 * Tells devices what was read elsewhere, and how much is unread now: silently, one push a device. It is tried once. Apple gives no promise for
 * silent pushes anyway, and the app learns the same when it is opened.
 */
export async function sendWithdrawals(house: House, closing?: AbortSignal): Promise<void> {
  const { now, log } = house;
  const apns = apnsOf(house);
  while (apns && !closing?.aborted) {
    const claimed = await claim(house);
    if (claimed === null) return;
    await Promise.all(
      claimed.map(async ({ deviceId, token, environment, platform, unread, notificationIds }) => {
        const outcome = await pushCounted(apns, {
          token,
          environment,
          platform,
          id: uuidOf('withdraw', deviceId, ...notificationIds),
          expiresAt: new Date(now().getTime() + hour),
          type: 'background',
          aps: { 'content-available': 1, badge: unread },
          data: { withdraw: notificationIds.slice(0, mostNamed) },
        });
        if (outcome.state !== 'SENT')
          log.debug({ reason: outcome.reason }, 'a device was not told what was read elsewhere');
      }),
    );
  }
}

/** Takes what is to be withdrawn, by device. Null when there is nothing. */
async function claim({ db, now }: House): Promise<Withdrawal[] | null> {
  const at = now();
  const rows = await db.$queryRaw<
    {
      user_id: string;
      device_id: string;
      notification_id: string;
      push_token: string | null;
      push_environment: PushEnvironment | null;
      platform: string;
      unread: number;
    }[]
  >`
    WITH taken AS (
      UPDATE push_deliveries push SET withdraw_at = NULL
      FROM (
        SELECT user_id, notification_id, round, device_id FROM push_deliveries WHERE withdraw_at <= ${at}::timestamptz
        ORDER BY withdraw_at LIMIT ${batch}::int FOR UPDATE SKIP LOCKED
      ) due
      WHERE push.user_id = due.user_id AND push.notification_id = due.notification_id AND push.round = due.round
        AND push.device_id = due.device_id
      RETURNING push.user_id, push.device_id, push.notification_id
    )
    SELECT DISTINCT taken.*, device.push_token, device.push_environment, device.platform,
      (SELECT count(*)::int FROM notifications other WHERE other.user_id = taken.user_id AND other.read_at IS NULL
        AND other.visible_at <= ${at}::timestamptz) AS unread
    FROM taken LEFT JOIN devices device ON device.user_id = taken.user_id AND device.id = taken.device_id
    ORDER BY taken.user_id, taken.device_id, taken.notification_id`;
  if (rows.length === 0) return null;
  const byDevice = new Map<string, Withdrawal>();
  for (const row of rows) {
    if (row.push_token === null || row.push_environment === null) continue;
    const withdrawal = byDevice.get(row.push_token) ?? {
      deviceId: row.device_id,
      token: row.push_token,
      environment: row.push_environment,
      platform: row.platform,
      unread: row.unread,
      notificationIds: [],
    };
    withdrawal.notificationIds.push(row.notification_id);
    byDevice.set(row.push_token, withdrawal);
  }
  return [...byDevice.values()];
}
