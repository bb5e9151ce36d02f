import { randomBytes } from 'node:crypto';
import { sha256 } from '../../../shared/crypto.ts';
import { Prisma, type Tx } from '../../../shared/db.ts';
import { publish } from '../../../shared/events.ts';
import type { Platform } from '../../../shared/platform.ts';
import { transaction } from '../../../shared/subgraph.ts';
import { endOfQuiet, type QuietHours } from '../quietHours.ts';
import { type Apns, apnsOf, type PushEnvironment, type PushOutcome } from './apns.ts';
import { type Material, messageOf } from './message.ts';
import { pushCounted } from './metrics.ts';

/**
 * Sending what `plan.ts` has planned. A row is claimed before its push is sent, and what became of it counts only under the same lease; whoever
 * dies in between leaves a row that is sent again, as the same push: APNs and the device know it by its ids and show it once.
 */

/** Longer than APNs may take to answer, in milliseconds. */
const leaseMs = 10_000;
const batch = 64;
const minute = 60_000;

/** What of a platform is needed here: mutations have it too. */
export type House = Pick<Platform, 'db' | 'config' | 'secrets' | 'now' | 'log' | 'bus'>;

/** A claimed row with everything that decides about it. */
interface Claimed extends Material {
  attempts: number;
  currentRound: number;
  visibleAt: Date;
  readAt: Date | null;
  pushToken: string | null;
  environment: PushEnvironment | null;
  registeredAt: Date | null;
  platform: string | null;
  quietHours: QuietHours | null;
  timeZone: string;
}

/** What is to be written down of a push. */
type Verdict =
  | PushOutcome
  | { state: 'SUPPRESSED'; reason: string }
  /** Not tried at all: the person is not to be disturbed before `until`. */
  | { state: 'WAITS'; reason: string; until: Date };

/** Pushes of one notification that are to be sent whatever the person's quiet hours say. */
export interface Only {
  userId: string;
  notificationId: string;
}

/** Sends every push that is due, of one notification only when it is given. */
export async function sendDuePushes(house: House, closing?: AbortSignal, only?: Only): Promise<void> {
  const apns = apnsOf(house);
  while (apns && !closing?.aborted) {
    const lease = randomBytes(12).toString('hex');
    const claimed = await claim(house, lease, only);
    if (claimed.length === 0) return;
    await Promise.all(
      claimed.map(async (push) => {
        const verdict = verdictBefore(push, house.now(), only) ?? (await send(apns, push));
        await settle(house, lease, push, verdict);
        if (verdict.state === 'DEAD') house.bus.publish('events', push.userId);
      }),
    );
  }
}

/** Takes rows that are due and nobody else's. */
async function claim({ db, now }: House, lease: string, only: Only | undefined): Promise<Claimed[]> {
  const at = now();
  const until = new Date(at.getTime() + leaseMs);
  const these = only
    ? Prisma.sql`AND user_id = ${only.userId} AND notification_id = ${only.notificationId}`
    : Prisma.empty;
  const count = await db.$executeRaw`
    UPDATE push_deliveries push SET lease = ${lease}, lease_until = ${until}::timestamptz, attempts = push.attempts + 1
    FROM (
      SELECT user_id, notification_id, round, device_id FROM push_deliveries
      WHERE next_attempt_at <= ${at}::timestamptz AND (lease_until IS NULL OR lease_until < ${at}::timestamptz) ${these}
      ORDER BY next_attempt_at LIMIT ${batch}::int FOR UPDATE SKIP LOCKED
    ) due
    WHERE push.user_id = due.user_id AND push.notification_id = due.notification_id AND push.round = due.round
      AND push.device_id = due.device_id`;
  if (count === 0) return [];
  const rows = await db.$queryRaw<ClaimedRow[]>`
    SELECT push.user_id, push.notification_id, push.round, push.device_id, push.attempts, push.expires_at,
      told.kind, told.title, told.body, told.collapse_key, told.subject_id, told.urgent, told.round AS current_round,
      told.visible_at, told.read_at,
      device.push_token, device.push_environment, device.push_registered_at, device.platform,
      coalesce(settings.push_preview, false) AS push_preview, settings.quiet_from, settings.quiet_to,
      settings.quiet_except, person.locale, person.time_zone,
      (SELECT count(*)::int FROM notifications other WHERE other.user_id = push.user_id AND other.read_at IS NULL
        AND other.visible_at <= ${at}::timestamptz) AS unread
    FROM push_deliveries push
    JOIN notifications told ON told.user_id = push.user_id AND told.id = push.notification_id
    LEFT JOIN devices device ON device.user_id = push.user_id AND device.id = push.device_id
    LEFT JOIN notification_settings settings ON settings.user_id = push.user_id
    LEFT JOIN users person ON person.id = push.user_id
    WHERE push.lease = ${lease} AND push.state = 'PENDING'
    ORDER BY push.user_id, push.notification_id, push.round, push.device_id`;
  return rows.map(claimedOf);
}

interface ClaimedRow {
  user_id: string;
  notification_id: string;
  round: number;
  device_id: string;
  attempts: number;
  expires_at: Date;
  kind: Material['kind'];
  title: string;
  body: string | null;
  collapse_key: string | null;
  subject_id: string | null;
  urgent: boolean;
  current_round: number;
  visible_at: Date;
  read_at: Date | null;
  push_token: string | null;
  push_environment: PushEnvironment | null;
  push_registered_at: Date | null;
  platform: string | null;
  push_preview: boolean;
  quiet_from: string | null;
  quiet_to: string | null;
  quiet_except: QuietHours['exceptKinds'] | null;
  locale: string | null;
  time_zone: string | null;
  unread: number;
}

const claimedOf = (row: ClaimedRow): Claimed => ({
  userId: row.user_id,
  notificationId: row.notification_id,
  round: row.round,
  deviceId: row.device_id,
  attempts: row.attempts,
  expiresAt: row.expires_at,
  kind: row.kind,
  title: row.title,
  body: row.body,
  collapseKey: row.collapse_key,
  subjectId: row.subject_id,
  urgent: row.urgent,
  currentRound: row.current_round,
  visibleAt: row.visible_at,
  readAt: row.read_at,
  pushToken: row.push_token,
  environment: row.push_environment,
  registeredAt: row.push_registered_at,
  platform: row.platform,
  preview: row.push_preview,
  quietHours:
    row.quiet_from !== null && row.quiet_to !== null
      ? { from: row.quiet_from, to: row.quiet_to, exceptKinds: row.quiet_except ?? [] }
      : null,
  locale: row.locale ?? 'en',
  timeZone: row.time_zone ?? 'UTC',
  unread: row.unread,
});

/** What is decided without APNs; null for a push that is to be sent now. */
function verdictBefore(push: Claimed, now: Date, only: Only | undefined): Verdict | null {
  if (push.round !== push.currentRound || push.visibleAt > now) return { state: 'SUPPRESSED', reason: 'SNOOZED' };
  if (push.readAt !== null) return { state: 'SUPPRESSED', reason: 'READ' };
  if (push.expiresAt <= now) return { state: 'SUPPRESSED', reason: 'EXPIRED' };
  if (push.pushToken === null || push.environment === null) return { state: 'SUPPRESSED', reason: 'NO_TOKEN' };
  const until = only ? null : endOfQuiet(push.quietHours, push.kind, push.timeZone, now);
  if (until === null) return null;
  return until < push.expiresAt
    ? { state: 'WAITS', reason: 'QUIET_HOURS', until }
    : { state: 'SUPPRESSED', reason: 'QUIET_HOURS' };
}

async function send(apns: Apns, push: Claimed): Promise<Verdict> {
  const { environment, pushToken, platform, registeredAt } = push;
  const outcome = await pushCounted(apns, {
    ...messageOf(push),
    environment: environment!,
    token: pushToken!,
    platform: platform!,
  }).catch((error: Error): PushOutcome => ({ state: 'LATER', reason: error.message.slice(0, 200) }));
  // The app has registered the token anew since APNs missed it: it is alive.
  if (outcome.state === 'DEAD' && outcome.since && registeredAt && registeredAt > outcome.since) {
    return { state: 'LATER', reason: outcome.reason };
  }
  return outcome;
}

/** Writes down what became of a push, under its lease. */
async function settle({ db, now, log }: House, lease: string, push: Claimed, verdict: Verdict): Promise<void> {
  const { userId, notificationId, round, deviceId } = push;
  const change = {
    where: { userId, notificationId, round, deviceId, lease },
    data: { lease: null, leaseUntil: null, ...columnsOf(verdict, push, now()) },
  };
  if (verdict.state === 'REFUSED') log.error({ reason: verdict.reason }, 'APNs refused a push');
  if (verdict.state !== 'DEAD') return void (await db.pushDelivery.updateMany(change));
  await transaction(db, async (tx) => {
    const { count } = await tx.pushDelivery.updateMany(change);
    if (count > 0) await reject(tx, push, verdict, now);
  });
}

function columnsOf(verdict: Verdict, { attempts }: Claimed, at: Date) {
  switch (verdict.state) {
    case 'SENT':
      return { state: 'SENT', reason: null, nextAttemptAt: null, sentAt: at };
    case 'LATER':
      return { reason: verdict.reason, nextAttemptAt: new Date(at.getTime() + waitAfter(attempts, verdict.after)) };
    case 'WAITS':
      return { reason: verdict.reason, nextAttemptAt: verdict.until, attempts: attempts - 1 };
    case 'SUPPRESSED':
      return { state: 'SUPPRESSED', reason: verdict.reason, nextAttemptAt: null, attempts: attempts - 1 };
    default:
      return { state: 'FAILED', reason: verdict.reason, nextAttemptAt: null };
  }
}

/** Doubles from a second to half a minute, and slows down when that did not help. At least what APNs asked for. */
function waitAfter(attempts: number, asked = 0): number {
  const usual = attempts > 10 ? 5 * minute : Math.min(1_000 * 2 ** (attempts - 1), minute / 2);
  return Math.max(asked, usual);
}

/** Tells the domain of devices that a token is of no use. The event names what the push told of as its cause. */
async function reject(
  tx: Tx,
  { userId, notificationId, deviceId, pushToken, registeredAt }: Claimed,
  { reason, since }: PushOutcome & { state: 'DEAD' },
  now: () => Date,
): Promise<void> {
  const cause = await tx.event.findFirst({
    where: { userId, subjectId: notificationId, type: 'notification.created' },
    select: { id: true },
  });
  const actor = { kind: 'system', id: 'notifications.push' } as const;
  const data = { token: sha256(pushToken!), reason, since: (since ?? registeredAt ?? now()).toISOString() };
  await publish(
    { db: tx, userId, now, actor, causationId: cause?.id ?? null },
    { type: 'push.rejected', subjectId: deviceId, data },
  );
}

/** Looks again at pushes that wait for the end of quiet hours: these have changed, or the person's clock has. */
export async function wakeWaitingPushes({
  db,
  userId,
  now,
}: {
  db: Tx;
  userId: string;
  now: () => Date;
}): Promise<void> {
  await db.pushDelivery.updateMany({
    where: { userId, state: 'PENDING', reason: 'QUIET_HOURS' },
    data: { nextAttemptAt: now() },
  });
}
