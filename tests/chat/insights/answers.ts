import type {
  Answered,
  CorrelationsAnswer,
  PaceAnswer,
  ProgressAnswer,
  StreaksAnswer,
  TrendsAnswer,
} from '../../../subgraphs/chat/insights/documents.ts';

export const today = '2026-03-10';
export const range = { from: '2026-02-10', to: '2026-03-09' };

/** An answer as the graph would give it on that day. */
export const answered = <Data>(data: Data, variables: Record<string, unknown> = { range, goalIds: [] }) =>
  ({ document: 'query Example { viewer { id } }', variables, data, today }) satisfies Answered<Data>;

type Analytics<Answer extends { viewer: { analytics: unknown } | null }> = NonNullable<
  NonNullable<Answer['viewer']>['analytics']
>;
export type ProgressItem = Analytics<ProgressAnswer>['progress'][number];
export type TrendItem = Analytics<TrendsAnswer>['trends'][number];
export type PairItem = Analytics<CorrelationsAnswer>['correlations'][number];
export type StreakItem = NonNullable<StreaksAnswer['nodes'][number]>;
export type PaceItem = NonNullable<PaceAnswer['nodes'][number]>;

export const progressOf = (...progress: ProgressItem[]) =>
  answered<ProgressAnswer>({ viewer: { analytics: { progress } } }, { range: { from: '2025-12-02', to: range.to } });
export const trendsOf = (...trends: TrendItem[]) => answered<TrendsAnswer>({ viewer: { analytics: { trends } } });
export const correlationsOf = (...correlations: PairItem[]) =>
  answered<CorrelationsAnswer>({ viewer: { analytics: { correlations } } });
export const streaksOf = (...nodes: StreakItem[]) => answered<StreaksAnswer>({ nodes });
export const paceOf = (...nodes: PaceItem[]) => answered<PaceAnswer>({ nodes });

/** Weeks from Monday to Sunday that came to these sums; the last is the one that ended before the day of the answers. */
export function weeks(...sums: string[]): ProgressItem['buckets'] {
  const end = Date.UTC(2026, 2, 8);
  const text = (time: number) => new Date(time).toISOString().slice(0, 10);
  return sums.map((sum, i) => {
    const last = end - (sums.length - 1 - i) * 7 * 86_400_000;
    return { start: text(last - 6 * 86_400_000), end: text(last), sum, days: 4 };
  });
}

export const running: ProgressItem['goal'] = {
  id: 'goal_1',
  title: 'Run 100 km',
  unit: 'km',
  kind: 'NUMERIC',
  direction: 'AT_LEAST',
  cumulative: true,
};

export const trend: TrendItem = {
  goal: { id: 'goal_1', title: 'Run', unit: 'km', kind: 'NUMERIC', cumulative: true, startDate: '2025-06-01' },
  direction: 'STEADY',
  days: 14,
  sum: '84.25',
  mean: '6.017857142857',
  previousSum: '60',
  previousMean: '5',
  changePercent: 40.4167,
};

export const pair: PairItem = {
  a: { id: 'goal_2', title: 'Sleep' },
  b: { id: 'goal_1', title: 'Run' },
  lag: 1,
  n: 74,
  r: 0.5249,
  rho: 0.48,
  q: 0.00213,
};

export const streak: StreakItem = {
  id: 'goal_3',
  title: 'Meditate',
  frequency: { period: 'DAY', interval: 1 },
  streak: { current: 21, currentStart: '2026-02-17', best: 21 },
};

export const paced: PaceItem = {
  id: 'goal_4',
  title: 'Read 12 books',
  unit: 'pages',
  kind: 'NUMERIC',
  direction: 'AT_LEAST',
  cumulative: true,
  percent: 41.5,
  line: { deadline: '2026-04-30' },
  pace: { status: 'BEHIND', delta: '-310', requiredPerDay: '34.210526315789', daysLeft: 51 },
  forecast: { kind: 'ON_TREND', date: '2026-07-14', ratePerDay: '12.5' },
};
