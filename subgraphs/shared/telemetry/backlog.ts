import { type Db, Prisma } from '../db.ts';
import type { Domain, Platform } from '../platform.ts';

/** Something that waits: how much of it, and how long the oldest has. */
export interface Waiting {
  readonly what: string;
  readonly count: number;
  readonly oldestSeconds: number;
}

/** Whose oldest event is looked for: enough to see a lag, few enough to be cheap while there is one. */
const sample = 500;

/** The readers of the event log that these domains have: `reactions.ts` names them. */
export function readersOf(domains: readonly Domain[], platform: Platform): string[] {
  return domains.flatMap(({ name, reactions, watches }) => [
    ...(Object.keys(reactions ?? {}).length > 0 ? [name] : []),
    ...Object.keys(watches?.(platform) ?? {}).map((watch) => `${name}.${watch}`),
  ]);
}

/** How far each reader is behind the event log. Events that do not concern it count until it has gone past them. */
export async function readLag(db: Db, readers: readonly string[], now: Date): Promise<Waiting[]> {
  if (readers.length === 0) return [];
  const rows = await db.$queryRaw<{ what: string; count: bigint; since: Date | null }[]>`
    WITH behind AS MATERIALIZED (
      SELECT reader.name, counter.user_id, coalesce(cursor.seq, 0) AS seq, counter.last_seq
      FROM unnest(${readers}::text[]) AS reader(name) CROSS JOIN event_counters counter
      LEFT JOIN reaction_cursors cursor ON cursor.user_id = counter.user_id AND cursor.consumer = reader.name
      WHERE counter.last_seq > coalesce(cursor.seq, 0)
    ), oldest AS (
      SELECT ranked.name, min(first.at) AS since FROM (
        SELECT *, row_number() OVER (PARTITION BY name) AS place FROM behind
      ) ranked CROSS JOIN LATERAL (
        SELECT at FROM events
        WHERE events.user_id = ranked.user_id AND events.seq > ranked.seq ORDER BY events.seq LIMIT 1
      ) first WHERE place <= ${sample}::int GROUP BY ranked.name
    )
    SELECT reader.name AS what, coalesce(sum(behind.last_seq - behind.seq), 0)::bigint AS count,
      (SELECT since FROM oldest WHERE oldest.name = reader.name) AS since
    FROM unnest(${readers}::text[]) AS reader(name) LEFT JOIN behind ON behind.name = reader.name
    GROUP BY reader.name`;
  return rows.map((row) => waitingOf(row, now));
}

/** What of the domains' own work is due and nobody is at. */
export async function readDueWork(db: Db, domains: readonly Domain[], now: Date): Promise<Waiting[]> {
  const parts = domains.flatMap(({ name, dueWork }) =>
    Object.entries(dueWork?.(now) ?? {}).map(
      ([what, found]) => Prisma.sql`SELECT ${`${name}.${what}`}::text AS what, count, since FROM (${found}) AS found`,
    ),
  );
  if (parts.length === 0) return [];
  const rows = await db.$queryRaw<{ what: string; count: bigint; since: Date | null }[]>(
    Prisma.join(parts, ' UNION ALL '),
  );
  return rows.map((row) => waitingOf(row, now));
}

const waitingOf = (
  { what, count, since }: { what: string; count: bigint; since: Date | null },
  now: Date,
): Waiting => ({
  what,
  count: Number(count),
  oldestSeconds: since === null ? 0 : Math.max(0, (now.getTime() - since.getTime()) / 1_000),
});
