import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isBound, progressFraction, shownFraction, targetReached } from '../../subgraphs/goals/percent.ts';
import { anyFrequency, booleanHistory, days, habitGoal, numericGoal } from './fixtures/goals.ts';

const TODAY = '2024-02-01';
const at = (value: number) => days('2024-01-31', [value]);

describe('progressFraction', () => {
  test('is the share of the way, up or down, from wherever it started', () => {
    const level = { cumulative: false } as const;
    expect(progressFraction(numericGoal({ ...level, startValue: 20, targetValue: 40 }), at(25), TODAY)).toBe(0.25);
    const lose = numericGoal({ ...level, direction: 'AT_MOST', startValue: 90, targetValue: 80 });
    expect(progressFraction(lose, at(83), TODAY)).toBe(0.7);
    expect(progressFraction(lose, at(95), TODAY)).toBe(0);
    expect(progressFraction(lose, at(79), TODAY)).toBe(1.1);
  });

  test('of a budget is the share that is used', () => {
    const budget = numericGoal({ direction: 'AT_MOST', targetValue: 500 });
    expect(progressFraction(budget, at(300), TODAY)).toBe(0.6);
    expect(progressFraction(budget, at(600), TODAY)).toBe(1.2);
  });

  test('of a bound to keep is whole while it is kept', () => {
    const keep = numericGoal({ cumulative: false, direction: 'AT_MOST', startValue: 68, targetValue: 70 });
    expect(progressFraction(keep, at(69), TODAY)).toBe(1);
    expect(progressFraction(keep, at(77), TODAY)).toBeCloseTo(0.9);
    const savings = numericGoal({ cumulative: false, startValue: 1500, targetValue: 1000 });
    expect(progressFraction(savings, at(1200), TODAY)).toBe(1);
    expect(progressFraction(savings, at(750), TODAY)).toBe(0.75);
    const none = numericGoal({ cumulative: false, direction: 'AT_MOST', startValue: 0, targetValue: 0 });
    expect(progressFraction(none, at(1), TODAY)).toBe(0);
  });

  test('of a habit is the share of decided periods that were met', () => {
    const daily = habitGoal({ times: 1, period: 'DAY' }, { startDate: '2024-01-28' });
    expect(progressFraction(daily, [], '2024-01-28')).toBe(0);
    expect(progressFraction(daily, days('2024-01-28', [1, null, 's', 1]), TODAY)).toBeCloseTo(2 / 3);
  });

  test('of milestones is done out of all', () => {
    const goal = numericGoal({ kind: 'MILESTONE', targetValue: null });
    const milestones = ['2024-01-05', null, '2024-03-05', '2024-02-01'].map((completedOn) => ({ completedOn }));
    expect(progressFraction(goal, [], TODAY, milestones)).toBe(0.5);
    expect(progressFraction(goal, [], TODAY, [])).toBe(0);
  });

  test('is unknown without a target', () => {
    expect(progressFraction(numericGoal({ targetValue: null }), at(1), TODAY)).toBeNull();
    expect(shownFraction(null)).toBeNull();
  });

  test('never falls below 0, and shows between 0 and 1', () => {
    const number = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(number, number, number, fc.boolean(), fc.boolean(), (start, target, value, cumulative, up) => {
        const goal = numericGoal({
          startValue: start,
          targetValue: target,
          cumulative,
          direction: up ? 'AT_LEAST' : 'AT_MOST',
        });
        const fraction = progressFraction(goal, at(value), TODAY)!;
        expect(fraction).toBeGreaterThanOrEqual(0);
        const shown = shownFraction(fraction)!;
        expect(shown >= 0 && shown <= 1).toBe(true);
      }),
    );
  });

  test('does not fall when a value moves toward the target', () => {
    const number = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(number, number, number, number, (start, target, a, b) => {
        const goal = numericGoal({ cumulative: false, startValue: start, targetValue: target });
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(progressFraction(goal, at(low), TODAY)!).toBeLessThanOrEqual(progressFraction(goal, at(high), TODAY)!);
      }),
    );
  });

  test('reaches 1 exactly when the target is reached', () => {
    const number = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(number, number, number, fc.boolean(), (start, target, value, up) => {
        const goal = numericGoal({
          cumulative: false,
          startValue: start,
          targetValue: target,
          direction: up ? 'AT_LEAST' : 'AT_MOST',
        });
        fc.pre(!isBound(goal, target));
        expect(targetReached(goal, value)).toBe(progressFraction(goal, at(value), TODAY)! >= 1);
      }),
    );
  });

  test('of a habit lies between 0 and 1', () => {
    fc.assert(
      fc.property(anyFrequency, booleanHistory, (frequency, history) => {
        const fraction = progressFraction(habitGoal(frequency), days('2024-01-01', history), '2024-05-01')!;
        expect(fraction >= 0 && fraction <= 1).toBe(true);
      }),
    );
  });
});

test('a bound to keep is never reached ahead of time', () => {
  expect(targetReached(numericGoal({ direction: 'AT_MOST', targetValue: 500 }), 10)).toBe(false);
  expect(targetReached(numericGoal({ targetValue: null }), 10)).toBe(false);
});
