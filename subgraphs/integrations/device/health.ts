import { Decimal } from 'decimal.js';
import { Temporal } from 'temporal-polyfill';
import type { UserContext } from '../../shared/context.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { localDateAt, type PersonalClock, readClock } from '../../shared/personalClock.ts';
import type { HealthSampleInput, IngestHealthSamplesInput } from '../generated.ts';
import { markDays } from '../mapping/days.ts';
import { became, finishBatch, type Ingested, lockConnection, type Result, rejected } from './batch.ts';
import { converter, type MetricKind, metricKind } from './metrics.ts';
import { chooseSource } from './sources.ts';

const mostSamples = 10_000;
const earliest = Date.parse('2000-01-01T00:00:00Z');
const day = 86_400_000;
const largest = new Decimal('1e12');

/** A sample as it goes to the database. */
interface Sample {
  id: string;
  sample_key: string;
  uuid: string;
  sample_version: string;
  source: string;
  value: string;
  unit: string;
  started_at: string;
  ended_at: string;
  local_date: string;
}

/** What became of a row. */
interface Touched {
  sample_key: string;
  created: boolean;
  deleted: boolean;
  was_deleted: boolean | null;
  day: string;
  old_day: string | null;
}

/**
 * Takes in measurements of one type. Whatever the order of batches and however often they come, what is stored in the end is the same: of two
 * samples with one key the one of the greater version stands, a deletion holds also when it comes first, and deleted rows are remembered.
 * @throws UserErrors for the batch as a whole; what is wrong with a sample is in its result.
 */
export async function ingestHealthSamples(ctx: UserContext, input: IngestHealthSamplesInput): Promise<Ingested> {
  const kind = metricKind(input.type, input.unit);
  const convert = converter(input.unit, kind.unit);
  const checks = new Checks();
  checks.that(/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(input.type), ['type'], '"type" is a name like `stepCount`.');
  checks.text(['unit'], input.unit, 50);
  checks.that(convert !== null, ['unit'], `"${input.type}" cannot be read in this unit; it is stored in ${kind.unit}.`);
  checks.text(['source'], input.source, 200, 0);
  checks.list(['samples'], input.samples, mostSamples);
  if (checks.list(['deleted'], input.deleted, mostSamples)) {
    input.deleted.forEach((uuid, i) => {
      checks.text(['deleted', i], uuid, 100);
    });
  }
  checks.done();
  const connection = await lockConnection(ctx, input, 'APPLE_HEALTH');

  const profile = await readClock(ctx.db, ctx.userId);
  const clock = { ...profile, timeZone: input.timeZone ?? profile.timeZone };
  const read = sampleReader(input, kind, convert!, clock, ctx.now());
  const results: (Result | null)[] = [];
  const kept = new Map<string, { sample: Sample; index: number }>();
  input.samples.forEach((given, index) => {
    const own = new Checks();
    const sample = read(given, index, own);
    results.push(sample ? null : rejected(own));
    const before = sample && kept.get(sample.sample_key)?.sample;
    if (sample && (!before || isNewer(sample, before))) kept.set(sample.sample_key, { sample, index });
  });

  const days = new Set<string>();
  let deleted = await remember(ctx, connection.id, input.type, input.deleted, days);
  const samples = [...kept.values()].map(({ sample }) => sample);
  const touched = samples.length === 0 ? [] : await store(ctx, connection.id, input.type, samples);
  let changed = 0;
  for (const row of touched) {
    // What came after its deletion was never seen by anybody.
    if (!row.deleted) changed++;
    else if (row.was_deleted === false) deleted++;
    if (!row.deleted || row.was_deleted === false) for (const date of [row.day, row.old_day]) if (date) days.add(date);
    results[kept.get(row.sample_key)!.index] = became(row.deleted ? 'DELETED' : row.created ? 'CREATED' : 'UPDATED');
  }
  await chooseSource(ctx, input.type);
  await markDays(ctx, { source: 'HEALTH', metric: input.type }, [...days]);
  const filled = results.map((result) => result ?? became('UNCHANGED'));
  const { type, anchor } = input;
  const ingested = await finishBatch(ctx, connection, { type, anchor, results: filled, deleted });
  if (changed + deleted > 0) {
    const data = { itemType: 'healthSample', changed, deleted, firstDay: [...days].sort()[0] ?? null };
    await publish(ctx, { type: 'items.changed', subjectId: connection.id, data });
  }
  return ingested;
}

/** A total order of what may stand under one key: the same in every batch. */
function isNewer(sample: Sample, before: Sample): boolean {
  const difference = BigInt(sample.sample_version) - BigInt(before.sample_version);
  return difference > 0n || (difference === 0n && sample.uuid > before.uuid);
}

/** Reads samples; what is wrong with one goes to its own checks. */
function sampleReader(
  input: IngestHealthSamplesInput,
  kind: MetricKind,
  convert: (value: Decimal) => Decimal,
  clock: PersonalClock,
  now: Date,
) {
  // Samples of one minute are of one day: it is reckoned once.
  const daysOfMinutes = new Map<number, string>();
  const dayOf = (at: number) => {
    const minute = Math.floor(at / 60_000);
    const known = daysOfMinutes.get(minute) ?? localDateAt(new Date(at), clock.timeZone, clock.dayStartMinutes);
    daysOfMinutes.set(minute, known);
    return known;
  };
  return (given: HealthSampleInput, index: number, checks: Checks): Sample | null => {
    const path = ['samples', index];
    checks.text([...path, 'uuid'], given.uuid, 100);
    checks.text([...path, 'source'], given.source, 200, 0);
    checks.text([...path, 'syncIdentifier'], given.syncIdentifier, 500);
    const start = instantOf(given.start);
    const end = given.end == null ? start : instantOf(given.end);
    if (start === null)
      checks.add('INVALID', [...path, 'start'], '"start" is no instant such as 2026-03-10T12:00:00Z.');
    if (end === null) checks.add('INVALID', [...path, 'end'], '"end" is no instant such as 2026-03-10T12:00:00Z.');
    if (start !== null && end !== null) {
      checks.that(end >= start, [...path, 'end'], '"end" is before "start".');
      const inTime = start >= earliest && end <= now.getTime() + day;
      checks.that(
        inTime,
        [...path, 'start'],
        'It lies before 2000 or more than a day ahead: is the device’s clock right?',
      );
    }
    const value = numberOf(given, start, end);
    const isValue = value?.abs().lte(largest) ?? false;
    checks.that(isValue, [...path, 'value'], '"value" must be a number from -10¹² to 10¹².');
    if (checks.failed) return null;
    return {
      id: newId('item', now),
      sample_key: given.syncIdentifier
        ? `sync ${given.source ?? input.source} ${given.syncIdentifier}`
        : `uuid ${given.uuid}`,
      uuid: given.uuid,
      sample_version: String(given.syncVersion),
      source: given.source ?? input.source,
      value: (given.value == null ? value! : convert(value!)).toDecimalPlaces(12).toFixed(),
      unit: kind.unit,
      started_at: new Date(start!).toISOString(),
      ended_at: new Date(end!).toISOString(),
      local_date: dayOf(kind.dayOf === 'end' ? end! : start!),
    };
  };
}

function instantOf(text: string): number | null {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return null;
  }
}

/** The value of a sample: its number, or its length in minutes when it has none. */
function numberOf({ value }: HealthSampleInput, start: number | null, end: number | null): Decimal | null {
  if (value == null) return start === null || end === null ? null : new Decimal(end - start).div(60_000);
  return /^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,2})?$/i.test(value) ? new Decimal(value) : null;
}

/** Notes deletions and lets them take effect on what is stored. @returns how many stored samples are no more. */
async function remember(
  { db, userId, now }: UserContext,
  connectionId: string,
  type: string,
  uuids: readonly string[],
  days: Set<string>,
): Promise<number> {
  if (uuids.length === 0) return 0;
  await db.$executeRaw`
    INSERT INTO health_deletions (user_id, connection_id, type, uuid, at)
    SELECT ${userId}, ${connectionId}, ${type}, uuid, ${now()}::timestamptz FROM unnest(${[...new Set(uuids)]}::text[]) AS uuid
    ON CONFLICT DO NOTHING`;
  const gone = await db.$queryRaw<{ day: string }[]>`
    UPDATE health_samples SET deleted = true, updated_at = ${now()}::timestamptz
    WHERE user_id = ${userId} AND connection_id = ${connectionId} AND type = ${type} AND uuid = ANY(${[...uuids]}) AND NOT deleted
    RETURNING local_date::text AS day`;
  for (const row of gone) days.add(row.day);
  return gone.length;
}

/** Stores samples, one statement for all of them. @returns those that are different now. */
function store(
  { db, userId, now }: UserContext,
  connectionId: string,
  type: string,
  samples: readonly Sample[],
): Promise<Touched[]> {
  const at = now();
  return db.$queryRaw<Touched[]>`
    WITH given AS (
      SELECT row.*, gone.uuid IS NOT NULL AS deleted
      FROM jsonb_to_recordset(${JSON.stringify(samples)}::jsonb) AS row (
        id text, sample_key text, uuid text, sample_version bigint, source text, value numeric(30, 12), unit text,
        started_at timestamptz(6), ended_at timestamptz(6), local_date date)
      LEFT JOIN health_deletions gone
        ON gone.user_id = ${userId} AND gone.connection_id = ${connectionId} AND gone.type = ${type} AND gone.uuid = row.uuid
    ), old AS (
      SELECT sample_key, local_date, deleted FROM health_samples
      WHERE user_id = ${userId} AND connection_id = ${connectionId} AND type = ${type}
        AND sample_key IN (SELECT sample_key FROM given)
    ), written AS (
      INSERT INTO health_samples AS present (user_id, id, connection_id, type, sample_key, uuid, sample_version, source, value,
        unit, started_at, ended_at, local_date, deleted, created_at, updated_at)
      SELECT ${userId}, id, ${connectionId}, ${type}, sample_key, uuid, sample_version, source, value,
        unit, started_at, ended_at, local_date, deleted, ${at}::timestamptz, ${at}::timestamptz
      FROM given
      ON CONFLICT (user_id, connection_id, type, sample_key) DO UPDATE SET
        uuid = EXCLUDED.uuid, sample_version = EXCLUDED.sample_version, source = EXCLUDED.source, value = EXCLUDED.value,
        unit = EXCLUDED.unit, started_at = EXCLUDED.started_at, ended_at = EXCLUDED.ended_at,
        local_date = EXCLUDED.local_date, deleted = EXCLUDED.deleted, updated_at = EXCLUDED.updated_at
      WHERE (EXCLUDED.sample_version, EXCLUDED.uuid COLLATE "C") > (present.sample_version, present.uuid)
        OR ((EXCLUDED.sample_version, EXCLUDED.uuid) = (present.sample_version, present.uuid)
          AND (EXCLUDED.source, EXCLUDED.value, EXCLUDED.unit, EXCLUDED.started_at, EXCLUDED.ended_at)
            IS DISTINCT FROM (present.source, present.value, present.unit, present.started_at, present.ended_at))
      RETURNING sample_key, deleted, local_date
    )
    SELECT written.sample_key, written.deleted, written.local_date::text AS day, old.local_date::text AS old_day,
      old.sample_key IS NULL AS created, old.deleted AS was_deleted
    FROM written LEFT JOIN old USING (sample_key)`;
}
