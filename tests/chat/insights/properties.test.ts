import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { noticeCorrelations } from '../../../subgraphs/chat/insights/correlations.ts';
import { type Draft, isProven } from '../../../subgraphs/chat/insights/draft.ts';
import { follow } from '../../../subgraphs/chat/insights/evidence.ts';
import { noticeFinish, noticeProgress } from '../../../subgraphs/chat/insights/progress.ts';
import { noticeRisks } from '../../../subgraphs/chat/insights/risks.ts';
import { noticeStreaks } from '../../../subgraphs/chat/insights/streaks.ts';
import { noticeTrends } from '../../../subgraphs/chat/insights/trends.ts';
import {
  correlationsOf,
  paced,
  paceOf,
  pair,
  progressOf,
  running,
  streak,
  streaksOf,
  trend,
  trendsOf,
  weeks,
} from './answers.ts';

const title = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });
const unit = fc.option(fc.constantFrom('km', 'm2', '€', '10 min', '%'));
const decimal = fc
  .double({ min: -1e12, max: 1e12, noNaN: true })
  .map((n) => new Decimal(n).toDecimalPlaces(12).toFixed());
const amount = fc.double({ min: 0, max: 1e6, noNaN: true }).map((n) => new Decimal(n).toDecimalPlaces(12).toFixed());
/** Evenly spread: doubles as such come mostly next to 0. */
const float = (min: number, max: number) => fc.integer({ min: 0, max: 1e9 }).map((n) => min + ((max - min) * n) / 1e9);
const bool = fc.boolean();

/** Answers with every figure at random, most of them worth telling. */
const answers = {
  progress: fc
    .record({ title, unit, sums: fc.array(amount, { minLength: 5, maxLength: 13 }), top: amount })
    .map((x) => {
      const best = new Decimal(x.top).plus(Decimal.max(...x.sums).times(2));
      const item = { goal: { ...running, title: x.title, unit: x.unit }, buckets: weeks(...x.sums, best.toFixed()) };
      return { answered: progressOf(item), notice: noticeProgress as never };
    }),
  finish: fc.record({ title, percent: float(80, 99.49) }).map((x) => ({
    answered: paceOf({ ...paced, ...x }),
    notice: noticeFinish as never,
  })),
  streaks: fc.record({ title, current: fc.integer({ min: 7, max: 5000 }), more: float(1, 1.25) }).map((x) => {
    const own = { current: x.current, currentStart: '2026-01-01', best: Math.floor(x.current * x.more) };
    return { answered: streaksOf({ ...streak, title: x.title, streak: own }), notice: noticeStreaks as never };
  }),
  trends: fc
    .record({ title, unit, cumulative: bool, sum: decimal, mean: decimal, changePercent: float(-1e5, 1e5) })
    .map(({ title, unit, cumulative, sum, mean, changePercent }) => {
      const numbers = { sum, mean, previousSum: mean, previousMean: sum, changePercent };
      const item = { ...trend, ...numbers, goal: { ...trend.goal, title, unit, cumulative } };
      return { answered: trendsOf(item), notice: noticeTrends as never };
    }),
  correlations: fc
    .record({
      a: title,
      b: title,
      lag: fc.integer({ min: -7, max: 7 }),
      n: fc.integer({ min: 14, max: 90 }),
      r: float(-1, 1),
      rho: float(-1, 1),
      q: float(0, 0.1),
    })
    .map(({ a, b, ...numbers }) => {
      const item = { ...pair, ...numbers, a: { ...pair.a, title: a }, b: { ...pair.b, title: b } };
      return { answered: correlationsOf(pair, item), notice: noticeCorrelations as never };
    }),
  risks: fc
    .record({ title, unit, delta: decimal, requiredPerDay: decimal, ratePerDay: decimal, budget: bool })
    .map(({ title, unit, delta, requiredPerDay, ratePerDay, budget }) => {
      const direction = budget ? ('AT_MOST' as const) : ('AT_LEAST' as const);
      const pace = { ...paced.pace, delta, requiredPerDay };
      const forecast = { ...paced.forecast, ratePerDay };
      return { answered: paceOf({ ...paced, title, unit, direction, pace, forecast }), notice: noticeRisks as never };
    }),
};

test.each(Object.entries(answers))(
  '%s: every number that is told is one of the evidence, as the answer has it',
  (_, any) => {
    let told = 0;
    const made = any as fc.Arbitrary<{ answered: { data: unknown }; notice: (answered: unknown) => Draft[] }>;
    fc.assert(
      fc.property(made, ({ answered, notice }) => {
        for (const draft of notice(answered)) {
          told++;
          expect(isProven(draft)).toBe(true);
          expect(`${draft.title} ${draft.text}`).not.toMatch(/NaN|Infinity|undefined|null|\de[+-]?\d/);
          for (const { value, path } of draft.evidence) {
            // What is asked of one goal alone has the same form as what is asked of all.
            const exact = new Decimal(follow(answered.data, path) as string);
            expect(exact.toDecimalPlaces(new Decimal(value).decimalPlaces()).eq(value)).toBe(true);
          }
        }
      }),
    );
    expect(told).toBeGreaterThan(20);
  },
);

test('an association is never said to be a cause, and never told when chance explains it', () => {
  fc.assert(
    fc.property(answers.correlations, ({ answered }) => {
      const found = answered.data.viewer!.analytics!.correlations;
      for (const { text, title, evidence, names } of noticeCorrelations(answered)) {
        const said = names.reduce((rest, name) => rest.replaceAll(`“${name}”`, ''), `${title} ${text}`);
        expect(said).toMatch(/is associated with/);
        expect(said).not.toMatch(/caus|because|leads? to|makes|due to|effect/i);
        expect(found[Number(evidence[0].path[3])]!.q).toBeLessThanOrEqual(0.05);
      }
    }),
  );
});
