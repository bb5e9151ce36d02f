import { describe, expect, test } from '@jest/globals';
import { noticeCorrelations } from '../../../subgraphs/chat/insights/correlations.ts';
import type { Draft } from '../../../subgraphs/chat/insights/draft.ts';
import { noticeFinish, noticeProgress } from '../../../subgraphs/chat/insights/progress.ts';
import { noticeRisks } from '../../../subgraphs/chat/insights/risks.ts';
import { noticeStreaks } from '../../../subgraphs/chat/insights/streaks.ts';
import { noticeTrends } from '../../../subgraphs/chat/insights/trends.ts';
import {
  correlationsOf,
  type PaceItem,
  type PairItem,
  paced,
  paceOf,
  pair,
  progressOf,
  running,
  streak,
  streaksOf,
  type TrendItem,
  trend,
  trendsOf,
  weeks,
} from './answers.ts';

/** What is told, and the figures with the way to each. */
const told = (drafts: Draft[]) =>
  drafts.map(({ kind, title, text, evidence }) => ({
    kind,
    title,
    text,
    numbers: evidence.map(({ value, unit, path }) => `${value} ${unit} ← ${path.slice(-2).join('.')}`),
  }));

describe('progress', () => {
  const goal = running;

  test('is noticed in a week that was better than all before', () => {
    const buckets = weeks('20', '31.5', '0', '25', '42.195');
    expect(told(noticeProgress(progressOf({ goal, buckets })))).toEqual([
      {
        kind: 'PROGRESS',
        title: '“Run 100 km”: the best week in three months',
        text: '“Run 100 km” came to 42.2 km in the last full week. The best week of the three months before had 31.5 km.',
        numbers: ['42.2 km ← 4.sum', '31.5 km ← 1.sum'],
      },
    ]);
  });

  test('leaves out the running week, and names the weeks by their place in the whole answer', () => {
    const buckets = [
      ...weeks('20', '31.5', '22', '25', '42.195'),
      { start: '2026-03-09', end: '2026-03-15', sum: '99', days: 1 },
    ];
    const [draft] = noticeProgress(progressOf({ goal, buckets }));
    expect(draft?.evidence[0]).toMatchObject({ value: '42.2', from: '2026-03-02', to: '2026-03-08' });
    expect(JSON.parse(draft!.evidence[0].variables)).toMatchObject({ goalIds: ['goal_1'] });
  });

  test.each([
    ['a week hardly better', { goal, buckets: weeks('20', '30', '20', '25', '32') }],
    ['too few weeks', { goal, buckets: weeks('20', '30', '20', '42') }],
    ['a week long ago', { goal, buckets: weeks('20', '31.5', '22', '25', '42', '10').slice(0, 5) }],
    ['first values after nothing', { goal, buckets: weeks('0', '0', '0', '0', '42') }],
    [
      'what one wants less of',
      { goal: { ...goal, direction: 'AT_MOST' as const }, buckets: weeks('1', '1', '1', '1', '4') },
    ],
    [
      'a level, of which weeks have no sum',
      { goal: { ...goal, cumulative: false }, buckets: weeks('1', '1', '1', '1', '4') },
    ],
  ])('is not noticed in %s', (_, item) => {
    expect(noticeProgress(progressOf(item))).toEqual([]);
  });

  test('is noticed in a goal that is nearly reached', () => {
    expect(told(noticeFinish(paceOf({ ...paced, percent: 91.66 })))).toEqual([
      {
        kind: 'PROGRESS',
        title: '“Read 12 books” is nearly there',
        text: '“Read 12 books” has come 92 % of the way.',
        numbers: ['92 % ← 0.percent'],
      },
    ]);
  });

  test.each<[string, Partial<PaceItem>]>([
    ['halfway', { percent: 60 }],
    ['what is done', { percent: 100 }],
    ['what would round to done', { percent: 99.7 }],
    ['a budget that is used up', { percent: 90, direction: 'AT_MOST' }],
    ['a habit', { percent: 90, kind: 'HABIT' }],
  ])('is not noticed in %s', (_, more) => {
    expect(noticeFinish(paceOf({ ...paced, ...more }))).toEqual([]);
  });
});

describe('streaks', () => {
  test('are noticed when they are the longest ever', () => {
    expect(told(noticeStreaks(streaksOf(streak)))).toEqual([
      {
        kind: 'STREAK',
        title: '“Meditate”: 21 days in a row',
        text: '“Meditate” has been kept up for 21 days in a row, the longest streak so far.',
        numbers: ['21 days ← streak.current', '21 days ← streak.best'],
      },
    ]);
  });

  test('are noticed when they come close to that', () => {
    const weekly = { ...streak, frequency: { period: 'WEEK' as const, interval: 2 } };
    const [draft] = noticeStreaks(
      streaksOf({ ...weekly, streak: { current: 8, currentStart: '2025-11-17', best: 10 } }),
    );
    expect(draft?.text).toBe(
      '“Meditate” has been kept up for 8 periods in a row. The longest streak so far has 10 periods.',
    );
  });

  test.each([
    ['short', { current: 6, currentStart: '2026-03-04', best: 6 }],
    ['far from the best', { current: 10, currentStart: '2026-02-28', best: 40 }],
    ['over', { current: 0, currentStart: null, best: 40 }],
    ['none', null],
  ])('are not noticed when they are %s', (_, more) => {
    expect(noticeStreaks(streaksOf({ ...streak, streak: more }))).toEqual([]);
  });
});

describe('trends', () => {
  test('are noticed in sums', () => {
    expect(told(noticeTrends(trendsOf(trend)))).toEqual([
      {
        kind: 'TREND',
        title: '“Run”: more than before',
        text: '“Run” came to 84.25 km in the last four weeks, 40 % more than the 60 km of the four weeks before.',
        numbers: ['84.25 km ← 0.sum', '40 % ← 0.changePercent', '60 km ← 0.previousSum'],
      },
    ]);
    const [now, change, before] = noticeTrends(trendsOf(trend))[0]!.evidence;
    expect([change?.from, now?.to, before?.from, before?.to]).toEqual([
      '2026-02-10',
      '2026-03-09',
      '2026-01-13',
      '2026-02-09',
    ]);
  });

  const weight: TrendItem = {
    goal: { id: 'goal_5', title: 'Weight', unit: 'kg', kind: 'NUMERIC', cumulative: false, startDate: '2025-06-01' },
    direction: 'FALLING',
    days: 25,
    sum: '1975',
    mean: '79.034482758621',
    previousSum: '2050',
    previousMean: '82.1',
    changePercent: -3.7339,
  };

  test('are noticed in levels, small ones when the line through the days agrees', () => {
    expect(told(noticeTrends(trendsOf(weight)))).toEqual([
      {
        kind: 'TREND',
        title: '“Weight”: lower than before',
        text: '“Weight” was on average 79.03 kg in the last four weeks, 3.73 % lower than the 82.1 kg of the four weeks before.',
        numbers: ['79.03 kg ← 0.mean', '-3.73 % ← 0.changePercent', '82.1 kg ← 0.previousMean'],
      },
    ]);
  });

  test.each<[string, TrendItem]>([
    ['a sum that varies as sums do', { ...trend, changePercent: 24 }],
    ['few days', { ...trend, days: 7 }],
    ['nothing to compare with', { ...trend, changePercent: null }],
    ['a goal that began within the stretch before', { ...trend, goal: { ...trend.goal, startDate: '2026-01-14' } }],
    ['a level that goes nowhere for sure', { ...weight, direction: 'STEADY' }],
    ['a level whose line goes the other way', { ...weight, direction: 'RISING' }],
    ['a level that hardly moves', { ...weight, changePercent: -2 }],
  ])('are not noticed in %s', (_, item) => {
    expect(noticeTrends(trendsOf(item))).toEqual([]);
  });
});

describe('correlations', () => {
  test('are said to be associations, with r, days and lag', () => {
    expect(told(noticeCorrelations(correlationsOf(pair)))).toEqual([
      {
        kind: 'CORRELATION',
        title: '“Sleep” and “Run” go together',
        text: 'More of “Sleep” is associated with more of “Run” the day after (r = 0.52 over 74 days). That does not say why.',
        numbers: ['0.52 null ← 0.r', '74 days ← 0.n', '1 days ← 0.lag', '0.0021 null ← 0.q'],
      },
    ]);
  });

  test('name first what runs ahead', () => {
    const [draft] = noticeCorrelations(correlationsOf({ ...pair, lag: -3, r: -0.41, rho: -0.4 }));
    expect(draft?.text).toBe(
      'More of “Run” is associated with less of “Sleep” 3 days later (r = -0.41 over 74 days). That does not say why.',
    );
  });

  test('are the same finding whichever goal comes first', () => {
    const [one] = noticeCorrelations(correlationsOf(pair));
    const [other] = noticeCorrelations(correlationsOf({ ...pair, a: pair.b, b: pair.a, lag: -1 }));
    expect(other?.subjectKey).toBe(one?.subjectKey);
    expect(other?.text).toBe(one?.text);
  });

  test.each<[string, Partial<PairItem>]>([
    ['does not survive the correction for many pairs', { q: 0.051 }],
    ['is weak, however sure', { r: 0.29, q: 0.000001 }],
    ['rests on few days', { n: 27 }],
    ['rests on an outlier', { rho: 0.1 }],
    ['has ranks that go the other way', { rho: -0.3 }],
  ])('are left out when one %s', (_, more) => {
    expect(noticeCorrelations(correlationsOf({ ...pair, ...more }))).toEqual([]);
  });
});

describe('risks', () => {
  test('are goals that will not be reached in time as it goes', () => {
    expect(told(noticeRisks(paceOf(paced)))).toEqual([
      {
        kind: 'RISK',
        title: '“Read 12 books” will not be reached in time at this pace',
        text: '“Read 12 books” is 310 pages behind its plan, with 51 days to go. It takes 34.21 pages a day from now on; the trend is 12.5 pages a day.',
        numbers: [
          '-310 pages ← pace.delta',
          '51 days ← pace.daysLeft',
          '34.21 pages ← pace.requiredPerDay',
          '12.5 pages ← forecast.ratePerDay',
        ],
      },
    ]);
  });

  const budget: PaceItem = {
    ...paced,
    title: 'Eating out',
    unit: '€',
    direction: 'AT_MOST',
    pace: { status: 'BEHIND', delta: '-45.5', requiredPerDay: '2.75', daysLeft: 21 },
    forecast: { kind: 'NO_TARGET', date: null, ratePerDay: null },
  };

  test('are budgets that are used up too fast', () => {
    expect(told(noticeRisks(paceOf(budget)))).toEqual([
      {
        kind: 'RISK',
        title: '“Eating out” uses up its limit too fast',
        text: '“Eating out” is 45.5 € over what its plan allows by today, with 21 days to go. That leaves 2.75 € a day.',
        numbers: ['-45.5 € ← pace.delta', '21 days ← pace.daysLeft', '2.75 € ← pace.requiredPerDay'],
      },
    ]);
  });

  test.each<[string, PaceItem]>([
    ['on its line', { ...paced, pace: { ...paced.pace, status: 'ON_TRACK' } }],
    ['behind, but on the way to be in time', { ...paced, forecast: { ...paced.forecast, date: '2026-04-29' } }],
    ['without a trend', { ...paced, forecast: { kind: 'INSUFFICIENT_DATA', date: null, ratePerDay: null } }],
    ['without a deadline', { ...paced, line: null, pace: { ...paced.pace, daysLeft: null } }],
    ['about to end', { ...paced, pace: { ...paced.pace, daysLeft: 2 } }],
    ['a budget that is all gone', { ...budget, pace: { ...budget.pace, requiredPerDay: '-1' } }],
    ['a habit', { ...paced, kind: 'HABIT' }],
  ])('are not what is %s', (_, goal) => {
    expect(noticeRisks(paceOf(goal))).toEqual([]);
  });
});

test('what another domain could not answer gives no insights, and no failure', () => {
  expect(noticeProgress(progressOf())).toEqual([]);
  const nobody = { ...trendsOf(), data: { viewer: { analytics: null } } };
  expect(noticeTrends(nobody)).toEqual([]);
  expect(noticeProgress(nobody as never)).toEqual([]);
  expect(noticeCorrelations(nobody as never)).toEqual([]);
  const deleted = { ...paceOf(), data: { nodes: [null] } };
  expect([noticeRisks(deleted), noticeFinish(deleted), noticeStreaks(deleted)]).toEqual([[], [], []]);
});
