import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../subgraphs/goals/calendar.ts';
import {
  benjaminiHochberg,
  correlate,
  correlateAt,
  correlationP,
  correlations,
  describeCorrelation,
  effectSize,
  pearson,
  ranks,
  spearman,
} from '../../subgraphs/goals/correlation.ts';
import type { DayValue } from '../../subgraphs/goals/series.ts';
import { days } from './fixtures/goals.ts';

/** Anscombe, "Graphs in Statistical Analysis" (1973); r, rho and p as SciPy 1.17.1 gives them. */
const X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
const QUARTET = [
  [
    X,
    [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68],
    0.8164205163448395,
    0.0021696288730788152,
    0.8181818181818182,
    0.0020831448404786917,
  ],
  [
    X,
    [9.14, 8.14, 8.74, 8.77, 9.26, 8.1, 6.13, 3.1, 9.13, 7.26, 4.74],
    0.8162365060002424,
    0.002178816236910809,
    0.690909090909091,
    0.01856503338159501,
  ],
  [
    X,
    [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73],
    0.8162867394895981,
    0.0021763052792280312,
    0.990909090909091,
    3.762571807085397e-9,
  ],
  [
    [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8],
    [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89],
    0.8165214368885028,
    0.002164602347197224,
    0.5,
    0.11730680301423817,
  ],
] as const;

/** A repeatable scatter of numbers between 0 and 1 (Park and Miller's generator). */
function noise(n: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: n }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}

const shifted = (series: DayValue[], by: number) => series.map((d) => ({ ...d, localDate: addDays(d.localDate, by) }));
const number = fc.integer({ min: -1000, max: 1000 });
const pairs = fc.array(fc.tuple(number, number), { minLength: 3, maxLength: 60 });

describe('coefficients', () => {
  test.each(QUARTET)('of Anscombe’s quartet agree with SciPy (%#)', (x, y, r, p, rho, rhoP) => {
    expect(pearson(x, y)).toBeCloseTo(r, 12);
    expect(correlationP(r, x.length)).toBeCloseTo(p, 12);
    expect(spearman(x, y)).toBeCloseTo(rho, 12);
    expect(correlationP(rho, x.length)).toBeCloseTo(rhoP, 12);
  });

  test('are unknown where nothing varies', () => {
    expect(pearson([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
    expect(pearson([1], [1])).toBeNull();
    expect(() => pearson([1], [1, 2])).toThrow(RangeError);
    expect(correlationP(1, 10)).toBe(0);
    expect(correlationP(0.9, 2)).toBe(1);
  });

  test('equal values share a rank', () => {
    expect(ranks([30, 10, 20, 20])).toEqual([4, 1, 2.5, 2.5]);
  });

  test('lie between -1 and 1, are symmetric, and change sign with one side', () => {
    fc.assert(
      fc.property(pairs, (values) => {
        const [x, y] = [values.map((v) => v[0]), values.map((v) => v[1])];
        for (const coefficient of [pearson, spearman]) {
          const r = coefficient(x, y);
          if (r === null) continue;
          expect(Math.abs(r)).toBeLessThanOrEqual(1);
          expect(coefficient(y, x)).toBeCloseTo(r, 12);
          expect(
            coefficient(
              x,
              y.map((v) => -v),
            ),
          ).toBeCloseTo(-r, 12);
          expect(
            coefficient(
              x,
              y.map((v) => 3 * v + 7),
            ),
          ).toBeCloseTo(r, 9);
        }
      }),
    );
  });

  test('rank correlation does not mind a rising distortion', () => {
    fc.assert(
      fc.property(pairs, (values) => {
        const [x, y] = [values.map((v) => v[0]), values.map((v) => v[1])];
        const rho = spearman(x, y);
        if (rho !== null)
          expect(
            spearman(
              x,
              y.map((v) => v ** 3),
            ),
          ).toBeCloseTo(rho, 12);
      }),
    );
  });
});

describe('correlation of series', () => {
  const a = days('2024-01-01', noise(60, 7));

  test('compares the days both have, and leaves out skips and gaps', () => {
    const b = a.filter((_, i) => i % 3 !== 0).map((d) => ({ ...d, value: 2 * d.value + 1 }));
    expect(correlateAt(a, b, 0)).toMatchObject({ n: 40 });
    expect(correlateAt(a, b, 0)!.r).toBeCloseTo(1, 12);
    const skipped = b.map((d, i) => ({ ...d, skipped: i < 5 }));
    expect(correlateAt(a, skipped, 0)).toMatchObject({ n: 35 });
  });

  test('needs 14 common days and two sides that vary', () => {
    expect(correlate(a.slice(0, 13), a, 0)).toBeNull();
    expect(correlate(a.slice(0, 14), a, 0)).not.toBeNull();
    expect(
      correlate(
        a,
        a.map((d) => ({ ...d, value: 5 })),
      ),
    ).toBeNull();
  });

  test.each([0, 1, 3, 7, -2, -7])('finds that b follows a by %p days', (lag) => {
    const scatter = noise(60, 99);
    const b = shifted(a, lag).map((d, i) => ({ ...d, value: d.value + 0.3 * scatter[i]! }));
    const found = correlate(a, b)!;
    expect(found).toMatchObject({ lag, lagsTried: 15 });
    expect(found.correctedP).toBeCloseTo(found.p * 15, 12);
    expect(found.rLow < found.r && found.r < found.rHigh).toBe(true);
  });

  test('days that resemble their neighbours are worth fewer', () => {
    const walk = (seed: number) => {
      let level = 0;
      return days(
        '2024-01-01',
        noise(120, seed).map((v) => {
          level = 0.8 * level + v - 0.5;
          return level;
        }),
      );
    };
    const found = correlateAt(walk(3), walk(11), 0)!;
    expect(found.effectiveN).toBeLessThan(80);
    expect(found.p).toBeGreaterThan(correlationP(found.r, found.n));
    // Written out: n (1 - ab) / (1 + ab).
    const auto = (s: DayValue[]) =>
      pearson(
        s.slice(0, -1).map((d) => d.value),
        s.slice(1).map((d) => d.value),
      )!;
    const ab = auto(walk(3)) * auto(walk(11));
    expect(found.effectiveN).toBeCloseTo((120 * (1 - ab)) / (1 + ab), 9);
  });

  test('unrelated noise is seldom taken for a finding', () => {
    const many = Array.from({ length: 12 }, (_, i) => ({
      key: i,
      series: days('2024-01-01', noise(90, 1000 + 37 * i)),
    }));
    const found = correlations(many);
    expect(found).toHaveLength(66);
    expect(found.filter((f) => f.q < 0.05)).toHaveLength(0);
  });

  test('ranks all pairs, best first, with q over all of them', () => {
    const follow = shifted(a, 1).map((d) => ({ ...d, value: -d.value }));
    const found = correlations([
      { key: 'noise', series: days('2024-01-01', noise(60, 5)) },
      { key: 'a', series: a },
      { key: 'follow', series: follow },
      { key: 'short', series: a.slice(0, 5) },
    ]);
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject({ a: 'a', b: 'follow', lag: 1, q: 0 });
    expect(found.map((f) => f.q)).toEqual([...found.map((f) => f.q)].sort((p, q) => p - q));
  });

  test('exchanging the two series turns the lag around', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), (s, t) => {
        const [x, y] = [days('2024-01-01', noise(40, s)), days('2024-01-01', noise(40, t + 20_000))];
        const [there, back] = [correlate(x, y)!, correlate(y, x)!];
        expect(back.lag).toBe(there.lag === 0 ? 0 : -there.lag);
        expect(back.r).toBeCloseTo(there.r, 12);
        expect(there.effectiveN).toBeLessThanOrEqual(there.n);
      }),
    );
  });
});

describe('benjaminiHochberg', () => {
  test('agrees with SciPy', () => {
    const q = benjaminiHochberg([0.01, 0.04, 0.03, 0.005, 0.5, 0.04]);
    [0.03, 0.048, 0.048, 0.03, 0.5, 0.048].forEach((v, i) => {
      expect(q[i]).toBeCloseTo(v, 12);
    });
    expect(benjaminiHochberg([])).toEqual([]);
  });

  test('keeps the order of p, never falls below p, never exceeds 1, and does not depend on the order given', () => {
    const p = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(p, (values) => {
        const q = benjaminiHochberg(values);
        values.forEach((v, i) => {
          expect(q[i]! >= v - 1e-15 && q[i]! <= 1).toBe(true);
          values.forEach((w, j) => {
            if (v < w) expect(q[i]!).toBeLessThanOrEqual(q[j]!);
          });
        });
        expect(benjaminiHochberg([...values].reverse())).toEqual([...q].reverse());
      }),
    );
  });
});

describe('words', () => {
  const base = {
    n: 60,
    rLow: 0,
    rHigh: 0,
    rho: 0,
    effectiveN: 60,
    p: 0.001,
    rhoP: 0.001,
    lagsTried: 15,
    correctedP: 0.01,
  };

  test('say what is associated, how strongly, and by what numbers', () => {
    expect(describeCorrelation('Sleep', 'Coffee', { ...base, r: -0.41, lag: 2, q: 0.012 })).toBe(
      'More Sleep is associated with less Coffee 2 days later (moderate, r = -0.41 over 60 days, q = 0.012).',
    );
    expect(describeCorrelation('Sleep', 'Steps', { ...base, r: 0.6, lag: -1, q: 0.0001 })).toBe(
      'More Steps is associated with more Sleep the day after (strong, r = 0.60 over 60 days, q < 0.001).',
    );
    expect(describeCorrelation('Sleep', 'Steps', { ...base, r: 0.2, lag: 0, correctedP: 0.3 })).toBe(
      'No clear association between Sleep and Steps (r = 0.20 over 60 days, p = 0.300).',
    );
  });

  test('never speak of causes', () => {
    const r = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(r, fc.integer({ min: -7, max: 7 }), fc.double({ min: 0, max: 1, noNaN: true }), (value, lag, q) => {
        const text = describeCorrelation('A', 'B', { ...base, r: value, lag, q });
        expect(text).not.toMatch(/caus|lead|make|improv|because|effect/i);
        expect(text).toMatch(/associat/);
      }),
    );
  });

  test('name sizes after Cohen', () => {
    expect([0.05, -0.1, 0.3, -0.5].map(effectSize)).toEqual(['NONE', 'WEAK', 'MODERATE', 'STRONG']);
  });
});
