import type { UserContext } from '../../shared/context.ts';
import type { Tx } from '../../shared/db.ts';
import { publish } from '../../shared/events.ts';
import { Checks } from '../../shared/input.ts';
import { expectVersion } from '../../shared/stored.ts';
import type { NotificationKind, UpdateNotificationSettingsInput } from '../generated.ts';
import { isTimeOfDay } from '../timeZone.ts';
import { rescheduleDigest } from './digest.ts';
import { wakeWaitingPushes } from './push/deliveries.ts';
import type { QuietHours } from './quietHours.ts';

/** The kinds of which a person can say whether and how they want them. */
const notificationKinds: readonly NotificationKind[] = ['REMINDER', 'ACHIEVEMENT', 'INSIGHT', 'ALERT'];

/** How news of one kind reach a person. */
export interface Preference {
  kind: NotificationKind;
  /** Whether they are made at all. */
  inApp: boolean;
  push: boolean;
  /** Collected, and told once a day. */
  digest: boolean;
}

/** What a person wants to be told and when; complete, also where nothing was ever set. */
export interface Settings {
  preferences: Preference[];
  quietHours: QuietHours | null;
  pushPreview: boolean;
  /** `HH:MM`, local. */
  digestAt: string;
  version: number;
}

const usual = { inApp: true, push: true, digest: false };
const usualDigestAt = '18:00';

/** A person's notification settings; everything on and no quiet hours where nothing was set. */
export async function readSettings(db: Tx, userId: string): Promise<Settings> {
  const stored = await db.notificationSettings.findUnique({ where: { userId }, include: { preferences: true } });
  const preferences = new Map(stored?.preferences.map(({ userId: _, ...preference }) => [preference.kind, preference]));
  return {
    preferences: notificationKinds.map((kind) => ({ ...usual, ...preferences.get(kind), kind })),
    quietHours:
      stored?.quietFrom && stored.quietTo
        ? { from: stored.quietFrom, to: stored.quietTo, exceptKinds: stored.quietExcept as NotificationKind[] }
        : null,
    pushPreview: stored?.pushPreview ?? false,
    digestAt: stored?.digestAt ?? usualDigestAt,
    version: stored?.version ?? 0,
  };
}

/** How news of a kind reach a person. A digest cannot be set: whoever has kinds collected wants to hear of them. */
export const preferenceFor = ({ preferences }: Settings, kind: NotificationKind): Preference =>
  preferences.find((preference) => preference.kind === kind) ?? { ...usual, kind };

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
  input.preferences?.forEach(({ kind }, i) => {
    checks.that(kind !== 'DIGEST', ['preferences', i, 'kind'], 'A digest comes when another kind is collected for it.');
  });
  checks.that(
    input.digestAt == null || isTimeOfDay(input.digestAt),
    ['digestAt'],
    'A local time is HH:MM, from 00:00 to 23:59.',
  );
  checks.done();

  const updatedAt = ctx.now();
  const first = { userId, quietExcept: [], version: 0, updatedAt };
  await ctx.db.notificationSettings.createMany({ data: [first], skipDuplicates: true });
  await ctx.db.$queryRaw`SELECT 1 FROM notification_settings WHERE user_id = ${userId} FOR UPDATE`;
  const current = await readSettings(ctx.db, userId);
  expectVersion(current.version, input.expectedVersion, { notificationSettings: current });
  for (const { kind, ...wanted } of input.preferences ?? []) {
    const { inApp, push, digest } = preferenceFor(current, kind);
    const row = { inApp: wanted.inApp ?? inApp, push: wanted.push ?? push, digest: wanted.digest ?? digest };
    const where = { userId_kind: { userId, kind } };
    await ctx.db.notificationPreference.upsert({ where, create: { userId, kind, ...row }, update: row });
  }
  await ctx.db.notificationSettings.update({
    where: { userId },
    data: {
      ...(quietHours !== undefined && {
        quietFrom: quietHours?.from ?? null,
        quietTo: quietHours?.to ?? null,
        quietExcept: [...new Set(quietHours?.exceptKinds)],
      }),
      ...(input.pushPreview != null && { pushPreview: input.pushPreview }),
      ...(input.digestAt != null && { digestAt: input.digestAt }),
      version: current.version + 1,
      updatedAt,
    },
  });
  await rescheduleDigest(ctx, input.digestAt != null);
  if (quietHours !== undefined) await wakeWaitingPushes(ctx);
  await publish(ctx, { type: 'notificationSettings.updated', subjectId: userId, data: {} });
  return readSettings(ctx.db, userId);
}
