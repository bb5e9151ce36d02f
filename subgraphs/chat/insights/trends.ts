import { Temporal } from 'temporal-polyfill';
import type { Answered, TrendsAnswer } from './documents.ts';
import { bySize, type Draft } from './draft.ts';
import { measured, quoted, shown, size } from './evidence.ts';

type Trend = NonNullable<NonNullable<TrendsAnswer['viewer']>['analytics']>['trends'][number];

/** Days with entries in the range that a comparison needs. */
const fewestDays = 8;
/** What adds up varies from month to month by itself: less than this change, in percent, is nothing. */
const notableSum = 25;
/** A level, such as a weight, moves less: this change is something by itself … */
const notableMean = 15;
/** … and this when the line through the days goes the same way for sure. */
const notableMeanOnTrend = 3;

/** Goals that came to clearly more or less than in the stretch of days before. Goals that began within that have none. */
export function noticeTrends(answered: Answered<TrendsAnswer>): Draft[] {
  const range = answered.variables.range as { from: string; to: string };
  const before = stretchBefore(range);
  const found = (answered.data.viewer?.analytics?.trends ?? []).flatMap((trend) => {
    const { goal, changePercent, days } = trend;
    if (changePercent === null || days < fewestDays || goal.startDate > before.from) return [];
    const addsUp = goal.cumulative || goal.kind === 'HABIT';
    if (!(addsUp ? Math.abs(changePercent) >= notableSum : isNotableLevel(trend))) return [];
    const alone = {
      ...answered,
      variables: { ...answered.variables, goalIds: [goal.id] },
      data: { viewer: { analytics: { trends: [trend] } } },
    };
    const figure = (field: keyof Trend, label: string, facts: { unit: string | null; from: string; to: string }) =>
      measured(alone, ['viewer', 'analytics', 'trends', 0, field], {
        label,
        objectId: goal.id,
        places: field === 'changePercent' && Math.abs(changePercent) >= 10 ? 0 : 2,
        ...facts,
      });
    const unit = goal.unit ?? (goal.kind === 'HABIT' ? 'times' : null);
    const change = figure('changePercent', 'Change', { unit: '%', ...range });
    const now = figure(addsUp ? 'sum' : 'mean', 'The last four weeks', { unit, ...range });
    const then = figure(addsUp ? 'previousSum' : 'previousMean', 'The four weeks before', { unit, ...before });
    const name = quoted(goal.title);
    const word = changePercent > 0 ? (addsUp ? 'more' : 'higher') : addsUp ? 'less' : 'lower';
    const measure = addsUp ? 'came to' : 'was on average';
    const draft: Draft = {
      kind: 'TREND',
      title: `${name}: ${word} than before`,
      text: `${name} ${measure} ${shown(now)} in the last four weeks, ${size(change)} ${word} than the ${shown(then)} of the four weeks before.`,
      evidence: [now, change, then],
      subjectKey: goal.id,
      goalIds: [goal.id],
      names: [goal.title],
    };
    return [{ size: Math.abs(changePercent) / (addsUp ? notableSum : notableMean), draft }];
  });
  return bySize(found).map(({ draft }) => draft);
}

function isNotableLevel({ changePercent, direction }: Trend): boolean {
  if (Math.abs(changePercent!) >= notableMean) return true;
  const goesSameWay = direction === (changePercent! > 0 ? 'RISING' : 'FALLING');
  return goesSameWay && Math.abs(changePercent!) >= notableMeanOnTrend;
}

/** Equally many days, ending on the day before. */
function stretchBefore({ from, to }: { from: string; to: string }): { from: string; to: string } {
  const first = Temporal.PlainDate.from(from);
  const days = first.until(to).days + 1;
  return { from: first.subtract({ days }).toString(), to: first.subtract({ days: 1 }).toString() };
}
