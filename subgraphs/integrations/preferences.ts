import type { UserContext } from '../shared/context.ts';
import type { Tx } from '../shared/db.ts';
import { publish } from '../shared/events.ts';
import { Checks } from '../shared/input.ts';
import { expectVersion } from '../shared/stored.ts';
import type { NotificationKind, UpdateNotificationSettingsInput } from './generated.ts';
import { isTimeOfDay, localTimeAt, readTimeZone } from './timeZone.ts';

export const notificationKinds: readonly NotificationKind[] = ['REMINDER', 'ACHIEVEMENT', 'INSIGHT', 'ALERT'];

export interface QuietHours {
  /** `HH:MM`, local. */
  from: string;
  to: string;
  exceptKinds: NotificationKind[];
}

/** What a person wants to be told and when; complete, also where nothing was ever set. */
export interface Settings {
  preferences: { kind: NotificationKind; inApp: boolean }[];
  quietHours: QuietHours | null;
  version: number;
}

/** A person's notification settings; everything on and no quiet hours where nothing was set. */
export async function readSettings(db: Tx, userId: string): Promise<Settings> {
  const stored = await db.notificationSettings.findUnique({ where: { userId }, include: { preferences: true } });
  const inApp = new Map(stored?.preferences.map((preference) => [preference.kind, preference.inApp]));
  return {
    preferences: notificationKinds.map((kind) => ({ kind, inApp: inApp.get(kind) ?? true })),
    quietHours:
      stored?.quietFrom && stored.quietTo
        ? { from: stored.quietFrom, to: stored.quietTo, exceptKinds: stored.quietExcept as NotificationKind[] }
        : null,
    version: stored?.version ?? 0,
  };
}

/**
 * Changes a person's notification settings.
 * @throws UserErrors INVALID, CONFLICT with the current settings.
 */
export async function updateSettings(ctx: UserContext, input: UpdateNotificationSettingsInput): Promise<Settings> {
  const { userId } = ctx;
  const checks = new Checks();
  const kinds = input.preferences?.map(({ kind }) => kind) ?? [];
  checks.that(new Set(kinds).size === kinds.length, ['preferences'], 'A kind may be there once.');
  const { quietHours } = input;
  if (quietHours) {
    for (const end of ['from', 'to'] as const) {
      checks.that(isTimeOfDay(quietHours[end]), ['quietHours', end], 'A local time is HH:MM, from 00:00 to 23:59.');
    }
    checks.that(quietHours.from !== quietHours.to, ['quietHours', 'to'], 'Quiet hours must end at another time.');
    checks.list(['quietHours', 'exceptKinds'], quietHours.exceptKinds, notificationKinds.length);
  }
  checks.done();

  const updatedAt = ctx.now();
  const first = { userId, quietExcept: [], version: 0, updatedAt };
  await ctx.db.notificationSettings.createMany({ data: [first], skipDuplicates: true });
  await ctx.db.$queryRaw`SELECT 1 FROM notification_settings WHERE user_id = ${userId} FOR UPDATE`;
  const current = await readSettings(ctx.db, userId);
  expectVersion(current.version, input.expectedVersion, { notificationSettings: current });
  for (const { kind, inApp } of input.preferences ?? []) {
    const where = { userId_kind: { userId, kind } };
    await ctx.db.notificationPreference.upsert({ where, create: { userId, kind, inApp }, update: { inApp } });
  }
  await ctx.db.notificationSettings.update({
    where: { userId },
    data: {
      ...(quietHours !== undefined && {
        quietFrom: quietHours?.from ?? null,
        quietTo: quietHours?.to ?? null,
        quietExcept: [...new Set(quietHours?.exceptKinds)],
      }),
      version: current.version + 1,
      updatedAt,
    },
  });
  await publish(ctx, { type: 'notificationSettings.updated', subjectId: userId, data: {} });
  return readSettings(ctx.db, userId);
}

/** Whether a local time lies in quiet hours; their beginning belongs to them, their end does not. */
export function isWithin({ from, to }: Pick<QuietHours, 'from' | 'to'>, localTime: string): boolean {
  return from < to ? localTime >= from && localTime < to : localTime >= from || localTime < to;
}

/** Whether a notification of this kind must not interrupt the person at `now`. */
export async function isQuiet(
  db: Tx,
  userId: string,
  settings: Settings,
  kind: NotificationKind,
  now: Date,
): Promise<boolean> {
  const { quietHours } = settings;
  if (!quietHours || quietHours.exceptKinds.includes(kind)) return false;
  return isWithin(quietHours, localTimeAt(now, await readTimeZone(db, userId)));
}
