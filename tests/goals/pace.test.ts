import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysBetween } from '../../subgraphs/goals/calendar.ts';
import { type Pace, paceOf, urgencyLoad, urgencyOf } from '../../subgraphs/goals/pace.ts';
import type { GoalShape } from '../../subgraphs/goals/series.ts';
import { days, habitGoal, numericGoal } from './fixtures/goals.ts';

/** One a day for 100 days, from 2024-01-01 (0) to 2024-04-10 (100). */
const pages = numericGoal();
const read = (total: number) => days('2024-01-01', [total]);

describe('the pace of a growing total', () => {
  test('says how far ahead it is and how long one may rest', () => {
    expect(paceOf(pages, read(25), '2024-01-21')).toMatchObject({
      status: 'AHEAD',
      actual: 25,
      expected: 20,
      delta: 5,
      safeDays: 6,
      failureDate: '2024-01-27',
      due: { amount: 1, by: '2024-01-27', text: '+1 within 6 days' },
      daysLeft: 80,
      urgency: 'THIS_WEEK',
    });
  });

  test('what is due today is not behind yet', () => {
    expect(paceOf(pages, read(19), '2024-01-21')).toMatchObject({
      status: 'ON_TRACK',
      safeDays: 0,
      due: { text: '+1 today' },
      urgency: 'TODAY',
    });
    expect(paceOf(pages, read(18.5), '2024-01-21')).toMatchObject({
      status: 'BEHIND',
      safeDays: 0,
      failureDate: '2024-01-21',
      delta: -1.5,
      due: { amount: 1.5, text: '+1.5 today' },
    });
    expect(paceOf(pages, read(20), '2024-01-21')).toMatchObject({ status: 'ON_TRACK', safeDays: 1 });
  });

  test('says what each day must bring from now on', () => {
    expect(paceOf(pages, read(19), '2024-01-21').requiredPerDay).toBe(1);
    expect(paceOf(pages, read(0), '2024-04-10').requiredPerDay).toBe(100);
    const skip = [...days('2024-01-01', [60]), { localDate: '2024-04-10', value: 0, skipped: true }];
    expect(paceOf(pages, skip, '2024-04-09').requiredPerDay).toBe(40);
  });

  test('ends reached or missed', () => {
    expect(paceOf(pages, read(100), '2024-02-01')).toMatchObject({
      status: 'REACHED',
      urgency: 'NONE',
      safeDays: null,
    });
    expect(paceOf(pages, read(99), '2024-04-11')).toMatchObject({
      status: 'MISSED',
      daysLeft: -1,
      requiredPerDay: null,
    });
  });

  test('asks nothing before the start, while paused, when closed, or without a line', () => {
    const status = (goal: GoalShape, today = '2024-01-21') => paceOf(goal, [], today).status;
    expect(status(pages, '2023-12-31')).toBe('NOT_STARTED');
    expect(status({ ...pages, status: 'PAUSED' })).toBe('PAUSED');
    expect(status({ ...pages, pauses: [{ start: '2024-01-20', end: null }] })).toBe('PAUSED');
    expect(status({ ...pages, status: 'CANCELLED' })).toBe('CLOSED');
    expect(status({ ...pages, status: 'COMPLETED' })).toBe('REACHED');
    expect(status({ ...pages, deadline: null })).toBe('NO_LINE');
    expect(status({ ...pages, targetValue: null })).toBe('NO_LINE');
  });

  test('a planned pause gives safe days in advance', () => {
    const holiday = { ...pages, pauses: [{ start: '2024-01-22', end: '2024-01-31' }] };
    expect(paceOf(holiday, read(20), '2024-01-21')).toMatchObject({ safeDays: 11, failureDate: '2024-02-01' });
  });

  test('entries after today do not count yet', () => {
    expect(paceOf(pages, days('2024-01-20', [19, null, 50]), '2024-01-21').actual).toBe(19);
  });

  test('a rate without an end keeps asking', () => {
    const goal = numericGoal({ targetValue: null, deadline: null, ratePerDay: 2 });
    expect(paceOf(goal, read(30), '2024-01-11')).toMatchObject({ expected: 20, safeDays: 6, requiredPerDay: 2 });
  });
});

describe('the pace of a falling level', () => {
  const weight = numericGoal({ direction: 'AT_MOST', cumulative: false, startValue: 90, targetValue: 80 });

  test('wants less, and says so', () => {
    expect(paceOf(weight, days('2024-01-10', [87.5]), '2024-01-21')).toMatchObject({
      status: 'AHEAD',
      expected: 88,
      delta: 0.5,
      safeDays: 6,
      due: { amount: -0.1, text: '-0.1 within 6 days' },
    });
    expect(paceOf(weight, days('2024-01-10', [89]), '2024-01-21')).toMatchObject({ status: 'BEHIND', delta: -1 });
  });
});

describe('the pace of a limit', () => {
  test('a budget is never threatened by doing nothing, and comes back by waiting', () => {
    const budget = numericGoal({ direction: 'AT_MOST', targetValue: 500 });
    expect(paceOf(budget, read(80), '2024-01-21')).toMatchObject({
      status: 'AHEAD',
      expected: 100,
      delta: 20,
      safeDays: null,
      urgency: 'SAFE',
    });
    expect(paceOf(budget, read(98), '2024-01-21').status).toBe('ON_TRACK');
    expect(paceOf(budget, read(112), '2024-01-21')).toMatchObject({
      status: 'BEHIND',
      safeDays: 0,
      recoversOn: '2024-01-24',
      due: null,
    });
    expect(paceOf(budget, read(501), '2024-01-21')).toMatchObject({ status: 'BEHIND', recoversOn: null });
    expect(paceOf(budget, read(420), '2024-04-11').status).toBe('REACHED');
    expect(paceOf(budget, read(400), '2024-04-06')).toMatchObject({ requiredPerDay: 20 });
  });

  test('a bound to keep is flat', () => {
    const keep = numericGoal({ direction: 'AT_MOST', cumulative: false, startValue: 68, targetValue: 70 });
    expect(paceOf(keep, days('2024-01-02', [69.5]), '2024-01-21')).toMatchObject({ status: 'ON_TRACK', expected: 70 });
    expect(paceOf(keep, days('2024-01-02', [71]), '2024-01-21')).toMatchObject({
      status: 'BEHIND',
      due: { text: '-1 today' },
    });
  });
});

describe('the pace of a habit', () => {
  const gym = habitGoal({ times: 3, period: 'WEEK' });

  test('counts the days one may rest and still fill the week', () => {
    // Monday, nothing done: Tuesday to Thursday free, then Friday, Saturday, Sunday.
    expect(paceOf(gym, [], '2024-01-01')).toMatchObject({
      status: 'ON_TRACK',
      safeDays: 4,
      failureDate: '2024-01-05',
      due: { amount: 1, text: '+1 within 4 days' },
    });
    expect(paceOf(gym, days('2024-01-01', [1]), '2024-01-01')).toMatchObject({
      status: 'AHEAD',
      actual: 1,
      safeDays: 5,
    });
    expect(paceOf(gym, [], '2024-01-05')).toMatchObject({ status: 'BEHIND', safeDays: 0 });
    expect(paceOf(gym, [], '2024-01-06')).toMatchObject({
      status: 'BEHIND',
      safeDays: 0,
      failureDate: '2024-01-06',
      recoversOn: '2024-01-08',
    });
  });

  test('a full week is safe until the next one presses', () => {
    expect(paceOf(gym, days('2024-01-01', [1, 1, 1]), '2024-01-03')).toMatchObject({
      status: 'AHEAD',
      safeDays: 9,
      failureDate: '2024-01-12',
      urgency: 'SAFE',
    });
  });

  test('a daily habit is due today until it is done', () => {
    const daily = habitGoal({ times: 1, period: 'DAY' });
    expect(paceOf(daily, [], '2024-01-05')).toMatchObject({
      status: 'ON_TRACK',
      safeDays: 0,
      due: { text: '+1 today' },
    });
    expect(paceOf(daily, days('2024-01-05', [1]), '2024-01-05')).toMatchObject({ status: 'ON_TRACK', safeDays: 1 });
    expect(paceOf(daily, days('2024-01-05', ['s']), '2024-01-05')).toMatchObject({
      safeDays: 1,
      due: { text: '+1 within 1 day' },
    });
  });

  test('an amount may wait until the last day', () => {
    const km = habitGoal({ times: 1, period: 'WEEK' }, { targetValue: 20, cumulative: true });
    expect(paceOf(km, days('2024-01-01', [8]), '2024-01-03')).toMatchObject({
      actual: 8,
      safeDays: 4,
      requiredPerDay: 2.4,
      due: { amount: 12, by: '2024-01-07' },
    });
  });

  test('a limit that is broken waits for the next period', () => {
    const coffee = habitGoal({ times: 1, period: 'DAY' }, { direction: 'AT_MOST', targetValue: 2 });
    expect(paceOf(coffee, days('2024-01-05', [2]), '2024-01-05')).toMatchObject({
      status: 'ON_TRACK',
      delta: 0,
      safeDays: null,
    });
    expect(paceOf(coffee, days('2024-01-05', [3]), '2024-01-05')).toMatchObject({
      status: 'BEHIND',
      recoversOn: '2024-01-06',
    });
  });

  test('nothing follows the last period before the deadline', () => {
    const goal = habitGoal({ times: 1, period: 'DAY' }, { deadline: '2024-01-05' });
    expect(paceOf(goal, days('2024-01-05', [1]), '2024-01-05')).toMatchObject({ status: 'ON_TRACK', safeDays: null });
  });
});

describe('laws of pace', () => {
  const today = '2024-02-15';
  const total = fc.integer({ min: 0, max: 1990 }).map((n) => n / 20);
  const skips = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 });
  const history = (value: number, skipped: number[]) => [
    ...days('2024-01-01', [value]),
    ...[...new Set(skipped)]
      .sort((a, b) => a - b)
      .map((n) => ({ localDate: addDays('2024-01-01', n), value: 0, skipped: true })),
  ];

  test('resting until the day of failure stays on the line, and resting on it leaves the line', () => {
    fc.assert(
      fc.property(total, skips, (value, skipped) => {
        const series = history(value, skipped);
        const pace = paceOf(pages, series, today);
        fc.pre(pace.failureDate !== null && pace.status !== 'BEHIND');
        expect(daysBetween(today, pace.failureDate!)).toBe(pace.safeDays);
        expect(paceOf(pages, series, pace.failureDate!).status).not.toBe('BEHIND');
        expect(paceOf(pages, series, pace.failureDate!).safeDays).toBe(0);
        expect(paceOf(pages, series, addDays(pace.failureDate!, 1)).status).toMatch(/BEHIND|MISSED/);
      }),
    );
  });

  test('doing what is due buys at least one more safe day', () => {
    fc.assert(
      fc.property(total, skips, (value, skipped) => {
        const pace = paceOf(pages, history(value, skipped), today);
        fc.pre(pace.due !== null);
        const then = paceOf(pages, history(value + pace.due!.amount, skipped), today);
        expect(then.safeDays ?? Number.POSITIVE_INFINITY).toBeGreaterThan(pace.safeDays!);
        const read = Number.parseFloat(pace.due!.text);
        expect(read).toBeGreaterThanOrEqual(pace.due!.amount - 1e-9);
      }),
    );
  });

  test('more done never means fewer safe days or more urgency', () => {
    fc.assert(
      fc.property(total, total, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((v) => paceOf(pages, read(v), today)) as [Pace, Pace];
        expect(more.safeDays!).toBeGreaterThanOrEqual(less.safeDays!);
        expect(more.urgencyKey >= less.urgencyKey).toBe(true);
      }),
    );
  });

  test('a skip today never puts anyone behind or costs a safe day', () => {
    fc.assert(
      fc.property(total, (value) => {
        const plain = paceOf(pages, read(value), today);
        const skipped = paceOf(pages, history(value, [daysBetween('2024-01-01', today)]), today);
        expect(skipped.safeDays!).toBeGreaterThanOrEqual(plain.safeDays!);
        if (plain.status !== 'BEHIND') expect(skipped.status).not.toBe('BEHIND');
      }),
    );
  });

  test('habits: resting for the safe days keeps the period, one day more loses it', () => {
    const week = fc.array(fc.constantFrom<1 | null | 's'>(1, null, 's'), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), week, (times, values) => {
        const goal = habitGoal({ times, period: 'WEEK' });
        const series = days('2024-01-01', values);
        const now = addDays('2024-01-01', values.length - 1);
        const pace = paceOf(goal, series, now);
        fc.pre(pace.safeDays !== null && pace.recoversOn === null);
        expect(paceOf(goal, series, pace.failureDate!)).toMatchObject({ safeDays: 0, recoversOn: null });
        const late = paceOf(goal, series, addDays(pace.failureDate!, 1));
        // Either the period is lost, or a new one has begun with the old one missed.
        const lost = late.recoversOn !== null || paceOf(goal, series, pace.failureDate!).due !== null;
        expect(lost).toBe(true);
      }),
    );
  });

  test('keys put the goals with fewer safe days first, across kinds', () => {
    const habit = habitGoal({ times: 3, period: 'WEEK' });
    fc.assert(
      fc.property(total, fc.boolean(), (value, done) => {
        const a = paceOf(pages, read(value), today);
        const b = paceOf(habit, done ? days(today, [1]) : [], today);
        const far = Number.POSITIVE_INFINITY;
        if ((a.safeDays ?? far) < (b.safeDays ?? far)) expect(a.urgencyKey < b.urgencyKey).toBe(true);
        if ((a.safeDays ?? far) > (b.safeDays ?? far)) expect(a.urgencyKey > b.urgencyKey).toBe(true);
      }),
    );
  });
});

describe('urgency', () => {
  test('has the thresholds 1, 2, 3 and 7', () => {
    expect([0, 1, 2, 3, 6, 7].map(urgencyOf)).toEqual(['TODAY', 'TOMORROW', 'SOON', 'THIS_WEEK', 'THIS_WEEK', 'SAFE']);
  });

  test('load adds up the days missing to a week, at most the days a goal has left', () => {
    const pace = (safeDays: number | null, daysLeft: number | null = null) => ({ safeDays, daysLeft });
    expect(urgencyLoad([pace(7), pace(30), pace(null)])).toBe(0);
    expect(urgencyLoad([pace(0), pace(6), pace(3)])).toBe(7 + 1 + 4);
    expect(urgencyLoad([pace(0, 2), pace(1, 2), pace(0, 0)])).toBe(2 + 1 + 1);
  });
});
