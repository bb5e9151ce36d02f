import type { User } from '../../prisma/generated/client.ts';
import type { UserContext } from '../shared/context.ts';
import type { Tx } from '../shared/db.ts';
import { notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { Checks } from '../shared/input.ts';
import { expectVersion } from '../shared/stored.ts';
import { audit } from './audit.ts';
import type { UpdateProfileInput, UpdateSettingsInput } from './generated.ts';

/** A person's row, locked until the transaction ends. */
export async function lockUser(ctx: { db: Tx; userId: string }): Promise<User> {
  await ctx.db.$executeRaw`SELECT 1 FROM users WHERE id = ${ctx.userId} FOR UPDATE`;
  const user = await ctx.db.user.findUnique({ where: { id: ctx.userId } });
  if (!user) throw notFound([], 'account');
  return user;
}

/** Settings of somebody who never changed any. Statistics are off unless the person turns them on. */
export const defaultSettings = {
  appearance: 'SYSTEM',
  units: 'METRIC',
  assistantMemory: true,
  usageStatistics: false,
} as const;
type Settings = {
  appearance: 'SYSTEM' | 'LIGHT' | 'DARK';
  units: 'METRIC' | 'IMPERIAL';
  assistantMemory: boolean;
  usageStatistics: boolean;
};

/** What is stored are only the settings that were ever chosen; the rest follows our defaults. */
export function settingsOf(user: Pick<User, 'settings'>): Settings {
  return { ...defaultSettings, ...(user.settings as Partial<Settings>) };
}

/**
 * Changes the profile; what is left out stays, and nothing happens when nothing is different.
 * @throws UserErrors INVALID, LIMIT, or CONFLICT with the current profile when another version was expected.
 */
export async function updateProfile(ctx: UserContext, input: UpdateProfileInput): Promise<User> {
  const checks = new Checks();
  checks.text(['name'], input.name, 100);
  for (const field of ['locale', 'timeZone', 'dayStartMinutes', 'weekStart'] as const) {
    checks.that(input[field] !== null, [field], `"${field}" cannot be removed.`);
  }
  const locale = input.locale == null ? undefined : canonicalLocale(input.locale);
  checks.that(locale !== null, ['locale'], 'A language is a BCP 47 tag such as "en" or "de-AT".');
  checks.number(['dayStartMinutes'], input.dayStartMinutes, 0, 1439);
  checks.number(['weekStart'], input.weekStart, 1, 7);
  checks.done();
  const user = await lockUser(ctx);
  expectVersion(user.version, input.expectedVersion, { user });
  const wanted: Partial<User> = {
    ...(input.name !== undefined && { name: input.name?.trim() ?? null }),
    ...(locale != null && { locale }),
    ...(input.timeZone != null && { timeZone: input.timeZone }),
    ...(input.dayStartMinutes != null && { dayStartMinutes: input.dayStartMinutes }),
    ...(input.weekStart != null && { weekStart: input.weekStart }),
  };
  const different = Object.entries(wanted).filter(([name, value]) => user[name as keyof User] !== value);
  if (different.length === 0) return user;
  return save(ctx, Object.fromEntries(different), 'profile.updated', different);
}

/**
 * Changes settings; what is left out stays.
 * @throws UserErrors CONFLICT with the current profile when another version was expected.
 */
export async function updateSettings(ctx: UserContext, input: UpdateSettingsInput): Promise<User> {
  const { expectedVersion, ...chosen } = input;
  const checks = new Checks();
  for (const [name, value] of Object.entries(chosen)) {
    checks.that(value !== null, [name], `"${name}" cannot be removed.`);
  }
  checks.done();
  const user = await lockUser(ctx);
  expectVersion(user.version, expectedVersion, { user });
  const before = settingsOf(user);
  const different = Object.entries(chosen).filter(([name, value]) => before[name as keyof Settings] !== value);
  if (different.length === 0) return user;
  const settings = { ...(user.settings as object), ...Object.fromEntries(different) };
  return save(ctx, { settings }, 'settings.updated', different);
}

/** The audit log gets the names of what changed. Values stay out of it: it cannot be changed and is kept. */
async function save(
  ctx: UserContext,
  changes: Partial<User>,
  action: string,
  different: readonly [name: string, value: unknown][],
): Promise<User> {
  const saved = await ctx.db.user.update({
    where: { id: ctx.userId },
    data: { ...(changes as object), version: { increment: 1 }, updatedAt: ctx.now() },
  });
  await audit(ctx, action, ctx.userId, { fields: different.map(([name]) => name).join(' ') });
  await publish(ctx, { type: 'user.updated', subjectId: ctx.userId, data: {} });
  return saved;
}

/** The tag as Unicode writes it (`de-at` → `de-AT`), or null when it is none. */
export function canonicalLocale(tag: string): string | null {
  if (tag.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}
