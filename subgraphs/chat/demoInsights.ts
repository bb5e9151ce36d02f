import { Decimal } from 'decimal.js';
import { Temporal } from 'temporal-polyfill';
import { newId } from '../shared/ids.ts';
import type { DemoAccount } from '../shared/subgraph.ts';
import type { StoredEvidence } from './rows.ts';

interface Sum {
  total: Decimal;
  days: number;
}

/**
 * Insights whose numbers are true of the demo account's entries: each is added up from them. What has no entries has no
 * insight.
 */
export async function demoInsights(account: DemoAccount) {
  const { userId, now, ids, timeZone } = account;
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  /** Over `length` days that end `ago` days before today. */
  const measure = async (
    name: string,
    label: string,
    unit: string,
    how: 'total' | 'mean',
    ago: number,
    length: number,
  ) => {
    const goalId = ids.get(name);
    const to = today.subtract({ days: ago });
    const from = to.subtract({ days: length - 1 });
    const sum = goalId === undefined ? null : await add(account, goalId, from.toString(), to.toString());
    if (!sum || sum.days === 0) return null;
    const value = how === 'total' ? sum.total : sum.total.div(sum.days);
    const evidence: StoredEvidence = {
      label,
      value: value.toDecimalPlaces(2).toString(),
      unit,
      from: from.toString(),
      to: to.toString(),
      objectId: goalId!,
    };
    return evidence;
  };
  const insights = [
    compare('TREND', 'Running', [
      await measure('goal:run', 'Distance in the last four weeks', 'km', 'total', 1, 28),
      await measure('goal:run', 'Distance in the four weeks before', 'km', 'total', 29, 28),
    ]),
    compare('TREND', 'Sleep', [
      await measure('goal:sleep', 'A night in the last thirty days, on average', 'h', 'mean', 1, 30),
      await measure('goal:sleep', 'A night in the thirty days before', 'h', 'mean', 31, 30),
    ]),
    compare('TREND', 'Coffee', [
      await measure('goal:coffee', 'A day of the last two weeks, on average', 'cups', 'mean', 1, 14),
      await measure('goal:coffee', 'A day of the two weeks before', 'cups', 'mean', 15, 14),
    ]),
    compare('PROGRESS', 'Spanish', [
      await measure('goal:spanish', 'Time in the last thirty days', 'min', 'total', 1, 30),
    ]),
    compare('PROGRESS', 'Steps', [
      await measure('goal:steps', 'A day of last week, on average', 'steps', 'mean', 1, 7),
    ]),
  ].filter((insight) => insight !== null);
  return insights.map((insight, i) => {
    const at = new Date(now.getTime() - (i * 3 + 1) * 8 * 3_600_000);
    return {
      ...insight,
      userId,
      id: newId('insight', at),
      origin: 'TEMPLATE',
      readAt: i >= 2 ? new Date(at.getTime() + 3_600_000) : null,
      dismissedAt: i === 4 ? new Date(at.getTime() + 3_700_000) : null,
      createdAt: at,
      updatedAt: at,
    };
  });
}

async function add({ db, userId }: DemoAccount, goalId: string, from: string, to: string): Promise<Sum> {
  const [row] = await db.$queryRaw<{ total: Decimal | null; days: bigint }[]>`
    SELECT sum(value) AS total, count(DISTINCT local_date) AS days FROM progress_entries
    WHERE user_id = ${userId} AND goal_id = ${goalId} AND NOT skip AND local_date BETWEEN ${from}::date AND ${to}::date`;
  return { total: new Decimal(row?.total ?? 0), days: Number(row?.days ?? 0) };
}

/** Fixed sentences with the numbers put in; nothing without all of them. */
function compare(kind: string, what: string, found: readonly (StoredEvidence | null)[]) {
  const evidence = found.filter((number) => number !== null);
  if (evidence.length < found.length) return null;
  const sentences = evidence.map(({ label, value, unit }) => `${label}: ${value} ${unit}.`);
  const [now, before] = evidence;
  const direction = before === undefined ? '' : Number(now!.value) >= Number(before.value) ? ': more' : ': less';
  const title = `${what}${direction === '' ? `: ${now!.value} ${now!.unit}` : `${direction} than before`}`;
  const goalId = now!.objectId!;
  const text = sentences.join(' ');
  return { kind, title, text, evidence: evidence as unknown as object[], subjectKey: goalId, goalIds: [goalId] };
}
