import { randomBytes } from 'node:crypto';
import type { ProgressMapping } from '../../../prisma/generated/client.ts';
import { LeaseLost } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import { withTaskToken } from '../../shared/taskTokens.ts';
import { valuesOf } from './values.ts';

/** Whoever was silent for so long has lost the lease, in milliseconds. */
const leaseMs = 10_000;
/** Days of a mapping that go to the graph in one call; its batches take at most 500. */
const daysAtOnce = 400;
/** Longer than the days of one claim take, in seconds. */
const longestWork = 600;
/** After what the goal refused: until it is tried again, in milliseconds. */
const refusedPause = 3_600_000;

/** Days of one mapping that somebody has taken up. */
interface Claim {
  userId: string;
  mappingId: string;
  token: string;
  days: { day: string; changeCount: number }[];
}

const logDocument = `mutation LogMappedProgress($entries: [LogProgressInput!]!) {
  logProgressBatch(input: { entries: $entries }) { results { entry { id } errors { code message } } errors { code message } }
}`;
const findDocument = `query MappedEntries($goalId: ID!, $day: LocalDate!, $after: String) {
  node(id: $goalId) { ... on Goal {
    entries(from: $day, to: $day, first: 100, after: $after) { nodes { id externalId } pageInfo { hasNextPage endCursor } }
  } }
}`;
const deleteDocument = `mutation DeleteMappedProgress($id: ID!) {
  deleteProgressEntry(input: { id: $id }) { deletedId errors { code message } }
}`;

/** Reckons every day that is due, until none is left. */
export async function logDueDays(platform: Platform, closing: AbortSignal): Promise<void> {
  while (!closing.aborted) {
    const claim = await claimDays(platform);
    if (!claim) return;
    await logDays(platform, claim).catch((error) =>
      // The lease runs out, and it is tried again.
      platform.log.warn(
        { error: (error as Error).message, mapping: claim.mappingId },
        'mapped progress was not logged',
      ),
    );
  }
}

async function claimDays({ db, now }: Platform): Promise<Claim | null> {
  const token = randomBytes(12).toString('hex');
  const at = now();
  const until = new Date(at.getTime() + leaseMs);
  const rows = await db.$queryRaw<{ user_id: string; mapping_id: string; day: string; change_count: number }[]>`
    WITH first AS (
      SELECT day.user_id, day.mapping_id FROM progress_mapping_days day
      JOIN progress_mappings mapping ON mapping.user_id = day.user_id AND mapping.id = day.mapping_id AND mapping.active
      WHERE due_at <= ${at}::timestamptz AND (lease_until IS NULL OR lease_until <= ${at}::timestamptz)
      ORDER BY due_at LIMIT 1
    ), due AS (
      SELECT user_id, mapping_id, local_date FROM progress_mapping_days JOIN first USING (user_id, mapping_id)
      WHERE due_at <= ${at}::timestamptz AND (lease_until IS NULL OR lease_until <= ${at}::timestamptz)
      ORDER BY local_date LIMIT ${daysAtOnce} FOR UPDATE OF progress_mapping_days SKIP LOCKED
    )
    UPDATE progress_mapping_days day SET lease_token = ${token}, lease_until = ${until}::timestamptz
    FROM due WHERE day.user_id = due.user_id AND day.mapping_id = due.mapping_id AND day.local_date = due.local_date
    RETURNING day.user_id, day.mapping_id, day.local_date::text AS day, day.change_count`;
  const [first] = rows;
  if (!first) return null;
  const days = rows.map(({ day, change_count: changeCount }) => ({ day, changeCount }));
  return { userId: first.user_id, mappingId: first.mapping_id, token, days };
}

/**
 * Brings a goal's entries of these days up to date. An entry is known by mapping and day (`externalId`), so that whoever does it again after a
 * crash changes nothing: what is logged is what the data says at that moment, not what it said when the day was marked.
 */
async function logDays(platform: Platform, claim: Claim): Promise<void> {
  const { db, graph, now } = platform;
  const { userId, mappingId } = claim;
  const mapping = await db.progressMapping.findUnique({ where: { userId_id: { userId, id: mappingId } } });
  if (!mapping) return;
  const values = await valuesOf(
    db,
    mapping,
    claim.days.map(({ day }) => day),
  );
  const task = {
    userId,
    kind: 'automation',
    taskId: mappingId,
    scopes: ['goals:read', 'goals:write'],
    behalf: null,
  } as const;
  const problem = await withTaskToken(db, task, { now: now(), seconds: longestWork }, async (token) => {
    const ask = async (query: string, variables: Record<string, unknown>) => {
      const answer = await graph.ask({ token, query, variables });
      if (!answer.data || answer.errors?.length) throw new Error(answer.errors?.[0]?.message ?? 'no data');
      return answer.data;
    };
    const entries = claim.days.flatMap(({ day }) => {
      const value = values.get(day);
      return value === undefined
        ? []
        : [entryOf(mapping, day, value.times(mapping.factor).toDecimalPlaces(12).toFixed())];
    });
    const problems = entries.length === 0 ? [] : problemsOf((await ask(logDocument, { entries })).logProgressBatch);
    for (const { day } of claim.days) {
      if (values.has(day)) continue;
      // Each is a call or two: many of them outlast a lease.
      await renew(platform, claim);
      problems.push(...(await takeAway(ask, mapping, day)));
    }
    return problems[0] ?? null;
  });
  await settle(platform, claim, problem);
}

/** @throws LeaseLost */
async function renew({ db, now }: Platform, { userId, mappingId, token, days }: Claim): Promise<void> {
  const { count } = await db.progressMappingDay.updateMany({
    where: { userId, mappingId, leaseToken: token },
    data: { leaseUntil: new Date(now().getTime() + leaseMs) },
  });
  if (count < days.length) throw new LeaseLost('Another worker logs these days.');
}

interface Refusal {
  message: string;
}
const problemsOf = (payload: { results: { errors: Refusal[] }[] | null; errors: Refusal[] }): string[] =>
  [...payload.errors, ...(payload.results ?? []).flatMap(({ errors }) => errors)].map(({ message }) => message);

const externalIdOf = (mapping: ProgressMapping, day: string) => `${mapping.id}:${day}`;

const entryOf = (mapping: ProgressMapping, day: string, value: string) => ({
  goalId: mapping.goalId,
  externalId: externalIdOf(mapping, day),
  localDate: day,
  // Noon, so that the day's entry has a fixed place among the others.
  occurredAt: `${day}T12:00:00Z`,
  source: mapping.source === 'HEALTH' ? 'APPLE_HEALTH' : 'AUTOMATION',
  value,
});

type Ask = (query: string, variables: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** Deletes the entry of a day that has no data any more, if there is one: no data is not zero. */
async function takeAway(ask: Ask, mapping: ProgressMapping, day: string): Promise<string[]> {
  let after: string | null = null;
  do {
    const { node } = (await ask(findDocument, { goalId: mapping.goalId, day, after })) as {
      node: {
        entries: {
          nodes: { id: string; externalId: string | null }[];
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
        };
      } | null;
    };
    if (!node) return [];
    const entry = node.entries.nodes.find(({ externalId }) => externalId === externalIdOf(mapping, day));
    if (entry) {
      const { deleteProgressEntry } = (await ask(deleteDocument, { id: entry.id })) as {
        deleteProgressEntry: { errors: (Refusal & { code: string })[] };
      };
      return deleteProgressEntry.errors.flatMap(({ code, message }) => (code === 'NOT_FOUND' ? [] : [message]));
    }
    after = node.entries.pageInfo.hasNextPage ? node.entries.pageInfo.endCursor : null;
  } while (after !== null);
  return [];
}

/** Puts the days away that nobody has changed meanwhile; what was refused is tried again later. */
async function settle({ db, now }: Platform, claim: Claim, problem: string | null): Promise<void> {
  const { userId, mappingId, token, days } = claim;
  const later = problem === null ? null : new Date(now().getTime() + refusedPause);
  const settled = await db.$executeRaw`
    UPDATE progress_mapping_days day SET
      due_at = CASE WHEN day.change_count = done.change_count THEN ${later}::timestamptz ELSE day.due_at END,
      lease_token = NULL, lease_until = NULL
    FROM unnest(${days.map(({ day }) => day)}::date[], ${days.map(({ changeCount }) => changeCount)}::integer[])
      AS done (local_date, change_count)
    WHERE day.user_id = ${userId} AND day.mapping_id = ${mappingId} AND day.local_date = done.local_date
      AND day.lease_token = ${token}`;
  if (settled < days.length) {
    // Somebody else took these up meanwhile, and what we logged last may be older than what they did.
    await db.$executeRaw`
      UPDATE progress_mapping_days SET due_at = ${now()}::timestamptz, change_count = change_count + 1
      WHERE user_id = ${userId} AND mapping_id = ${mappingId} AND local_date = ANY(${days.map(({ day }) => day)}::date[])
        AND lease_token IS DISTINCT FROM ${token}`;
    return;
  }
  await db.$executeRaw`
    UPDATE progress_mappings SET problem = ${problem}
    WHERE user_id = ${userId} AND id = ${mappingId} AND problem IS DISTINCT FROM ${problem}::text`;
}
