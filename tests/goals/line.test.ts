import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dateOfDay, dayNumber } from '../../subgraphs/goals/calendar.ts';
import { firstDay, lineAt, lineTerms } from '../../subgraphs/goals/line.ts';
import { numericGoal } from './fixtures/goals.ts';

const day = (date: string) => dayNumber(date);

describe('lineTerms', () => {
  test('derives the third of deadline, target and rate', () => {
    const base = { startDate: '2024-01-01', startValue: 10 } as const;
    expect(lineTerms(numericGoal({ ...base, deadline: '2024-01-11', targetValue: 30 }))).toMatchObject({
      ratePerDay: 2,
    });
    expect(lineTerms(numericGoal({ ...base, deadline: '2024-01-11', targetValue: null, ratePerDay: 2 }))).toMatchObject(
      {
        targetValue: 30,
      },
    );
    expect(lineTerms(numericGoal({ ...base, deadline: null, targetValue: 30, ratePerDay: 3 }))).toMatchObject({
      deadline: '2024-01-08',
      fixedEnd: false,
    });
  });

  test('gives nothing when too little is known or the rate leads away', () => {
    expect(lineTerms(numericGoal({ deadline: null }))).toBeNull();
    expect(lineTerms(numericGoal({ targetValue: null }))).toBeNull();
    expect(lineTerms(numericGoal({ deadline: null, ratePerDay: -1 }))).toBeNull();
    expect(lineTerms(numericGoal({ deadline: null, ratePerDay: 0 }))).toBeNull();
    expect(lineTerms(numericGoal({ deadline: null, ratePerDay: 1e-9 }))).toBeNull();
    expect(lineTerms(numericGoal({ deadline: '2023-01-01' }))).toBeNull();
  });

  test('a bound to keep is flat', () => {
    const keep = numericGoal({ direction: 'AT_MOST', cumulative: false, startValue: 68, targetValue: 70 });
    expect(lineTerms(keep)).toMatchObject({ startValue: 70, ratePerDay: 0, fixedEnd: true });
    expect(lineTerms({ ...keep, deadline: null })).toMatchObject({ startValue: 70, ratePerDay: 0, fixedEnd: false });
  });
});

describe('lineAt', () => {
  const goal = numericGoal({ startDate: '2024-01-01', deadline: '2024-01-11', targetValue: 10 });

  test('runs straight from start to target', () => {
    const line = lineAt(lineTerms(goal)!, new Set());
    expect([0, 1, 5, 10, 20].map((n) => line(day('2024-01-01') + n))).toEqual([0, 1, 5, 10, 10]);
    expect(line(day('2023-12-01'))).toBe(0);
  });

  test('a skip flattens its day and steepens the rest', () => {
    const line = lineAt(lineTerms(goal)!, new Set([day('2024-01-07')]));
    const values = [5, 6, 7, 8, 9, 10].map((n) => line(day('2024-01-01') + n));
    expect(values).toEqual([5, 5, 6.25, 7.5, 8.75, 10]);
  });

  test('a line given by its rate arrives later instead', () => {
    const line = lineAt(lineTerms({ ...goal, deadline: null, ratePerDay: 1 })!, new Set([day('2024-01-03')]));
    expect([1, 2, 3, 10, 11, 12].map((n) => line(day('2024-01-01') + n))).toEqual([1, 1, 2, 9, 10, 10]);
  });

  test('a goal of a single day asks for all of it on that day', () => {
    const line = lineAt(lineTerms({ ...goal, deadline: '2024-01-01' })!, new Set());
    expect(line(day('2024-01-01'))).toBe(10);
  });

  test('is monotone, stays between start and target, and ends at the target, whatever is excused', () => {
    const number = fc.integer({ min: -500, max: 500 });
    fc.assert(
      fc.property(
        number,
        number,
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.nat(220)),
        (start, target, length, skips) => {
          fc.pre(start < target);
          const first = day('2024-01-01');
          const shape = numericGoal({ startValue: start, targetValue: target, deadline: dateOfDay(first + length) });
          const excused = new Set(skips.map((n) => first + n));
          const line = lineAt(lineTerms(shape)!, excused);
          for (let n = 0; n <= length; n++) {
            expect(line(first + n)).toBeGreaterThanOrEqual(line(first + n - 1) - 1e-9);
            if (n < length && excused.has(first + n)) expect(line(first + n)).toBeCloseTo(line(first + n - 1), 6);
          }
          expect(line(first + length)).toBe(target);
          expect(line(first)).toBe(start);
        },
      ),
    );
  });

  test('a skip never changes the line of the days before it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(90)), fc.nat(90), (skips, extra) => {
        const first = day('2024-01-01');
        const plain = lineAt(lineTerms(numericGoal())!, new Set(skips.map((n) => first + n)));
        const skipped = lineAt(lineTerms(numericGoal())!, new Set([...skips, extra].map((n) => first + n)));
        for (let n = 0; n < extra; n++) expect(skipped(first + n)).toBeCloseTo(plain(first + n), 9);
        expect(skipped(first + extra)).toBeLessThanOrEqual(plain(first + extra) + 1e-9);
      }),
    );
  });
});

test('firstDay finds where a lasting condition begins', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), (a, b) => {
      expect(firstDay(0, a, (d) => d >= b)).toBe(b <= a ? b : null);
    }),
  );
  expect(firstDay(5, 4, () => true)).toBeNull();
});
