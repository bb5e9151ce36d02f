/** Reference values: SciPy 1.17.1 (`special.gammaln`, `special.betainc`, `stats.t`, `stats.norm`). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  incompleteBeta,
  logGamma,
  normalQuantile,
  normalWithin,
  studentQuantile,
  studentTwoSided,
} from '../../subgraphs/goals/distributions.ts';

describe('distributions agree with SciPy', () => {
  test.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [1, 0],
    [5.5, 3.9578139676187165],
    [100, 359.1342053695754],
  ])('logGamma(%p)', (x, expected) => {
    expect(logGamma(x)).toBeCloseTo(expected, 10);
  });

  test.each([
    [0.4, 2, 3, 0.5248],
    [0.3, 0.5, 0.5, 0.36901011956554536],
    [0.9, 10, 0.5, 0.15164090963470994],
    [0.45, 50, 60, 0.4642352914306031],
    [0.01, 1.5, 200, 0.7412388483060051],
  ])('incompleteBeta(%p, %p, %p)', (x, a, b, expected) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(expected, 11);
  });

  test.each([
    [2, 10, 0.07338803477074037],
    [1, 1, 0.5],
    [5, 3.5, 0.010550178991867776],
    [0.1, 7, 0.9231480596047924],
  ])('studentTwoSided(%p, %p)', (t, df, expected) => {
    expect(studentTwoSided(t, df)).toBeCloseTo(expected, 11);
  });

  test('far tails keep their relative precision', () => {
    expect(studentTwoSided(12, 40) / 7.82417130425598e-15).toBeCloseTo(1, 9);
  });

  test('quantiles', () => {
    expect([1, 5, 30].map((df) => studentQuantile(0.95, df).toFixed(8))).toEqual([
      '12.70620474',
      '2.57058184',
      '2.04227246',
    ]);
    expect(studentQuantile(0.8, 9)).toBeCloseTo(1.3830287383966329, 9);
    expect(normalQuantile(0.95)).toBeCloseTo(1.959963984540054, 9);
    expect(() => normalQuantile(1)).toThrow(RangeError);
  });
});

describe('laws of distributions', () => {
  const part = fc.integer({ min: 0, max: 1024 }).map((n) => n / 1024);
  const shape = fc.double({ min: 0.1, max: 200, noNaN: true });

  test('I_x(a, b) = 1 - I_(1-x)(b, a), between 0 and 1, rising with x', () => {
    fc.assert(
      fc.property(part, part, shape, shape, (x, y, a, b) => {
        const value = incompleteBeta(x, a, b);
        expect(value >= 0 && value <= 1 + 1e-12).toBe(true);
        expect(value).toBeCloseTo(1 - incompleteBeta(1 - x, b, a), 8);
        const [low, high] = [Math.min(x, y), Math.max(x, y)];
        expect(incompleteBeta(high, a, b)).toBeGreaterThanOrEqual(incompleteBeta(low, a, b) - 1e-12);
      }),
    );
  });

  test('a quantile inverts its distribution', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 500 }), (c, df) => {
        expect(1 - studentTwoSided(studentQuantile(c, df), df)).toBeCloseTo(c, 9);
        expect(normalWithin(normalQuantile(c))).toBeCloseTo(c, 9);
      }),
    );
  });
});
