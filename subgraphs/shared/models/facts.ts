import type { Tx } from '../db.ts';
import { type ClockRow, type PersonalClock, toClock } from '../personalClock.ts';
import type { AiDataClass } from './dataClasses.ts';

/** What the assistant must know of a person before it sends anything anywhere. */
export interface PersonFacts extends PersonalClock {
  /** Whether memories may be kept and used. */
  memory: boolean;
  /** Classes of data that may be sent now, by provider. */
  consents: ReadonlyMap<string, ReadonlySet<AiDataClass>>;
}

/**
 * Reads a person's clock, switch and consents. One database is a given, so this reads the users' tables, which it never writes: a copy kept up
 * to date by reactions would be late just when somebody has withdrawn a consent.
 */
export async function readFacts(db: Tx, userId: string): Promise<PersonFacts> {
  const [user] = await db.$queryRaw<
    (ClockRow & { memory: boolean; consents: { provider: string; class: AiDataClass }[] })[]
  >`
    SELECT time_zone, day_start_minutes, week_start, coalesce((settings->>'assistantMemory')::boolean, true) AS memory,
      coalesce((SELECT jsonb_agg(jsonb_build_object('provider', provider, 'class', data_class)) FROM ai_consents
                WHERE user_id = users.id AND withdrawn_at IS NULL), '[]') AS consents
    FROM users WHERE id = ${userId}`;
  const consents = new Map<string, Set<AiDataClass>>();
  for (const { provider, class: dataClass } of user?.consents ?? []) {
    const classes = consents.get(provider) ?? new Set();
    consents.set(provider, classes.add(dataClass));
  }
  return {
    ...toClock(user),
    memory: user?.memory ?? false,
    consents,
  };
}
