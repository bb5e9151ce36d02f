/**
 * Which series of a person's life move together, and how sure one may be of it.
 *
 * Everything here is about association. Nothing here says, and no text made from it may say, that one thing causes
 * another.
 */
import { dayNumber } from './calendar.ts';
import { normalQuantile, studentTwoSided } from './distributions.ts';
import type { Series } from './series.ts';

/** Fewer common days than this are not looked at: below it a strong correlation by chance is common. */
export const MINIMUM_DAYS = 14;

/** Lags are looked for up to a week either way. */
export const MAXIMUM_LAG = 7;

export interface PairedStatistics {
  /** Days on which both series have a value. */
  n: number;
  /** Pearson's r. */
  r: number;
  /** 95 % interval of r (Fisher's z), over the effective number of days. */
  rLow: number;
  rHigh: number;
  /** Spearman's rho. */
  rho: number;
  /**
   * How many independent days the n days are worth, given that neighbouring days resemble each other:
   * n (1 - a b) / (1 + a b) with the lag-1 autocorrelations a and b (Bretherton et al., J. Climate 12 (1999) 1990,
   * equation 31), never more than n.
   */
  effectiveN: number;
  /** Two-sided p of r and of rho, Student's t with `effectiveN - 2` degrees of freedom. */
  p: number;
  rhoP: number;
}

export interface Correlation extends PairedStatistics {
  /** Days by which the first series runs ahead: with lag 2, `a` on Monday goes with `b` on Wednesday. */
  lag: number;
  /** How many lags were tried. */
  lagsTried: number;
  /** p of r, corrected for having picked the best of the lags (Bonferroni). */
  correctedP: number;
}

export interface RankedCorrelation<Key> extends Correlation {
  a: Key;
  b: Key;
  /** Corrected for the number of pairs too (Benjamini-Hochberg); the expected share of false findings up to here. */
  q: number;
}

/** Pearson's product-moment correlation; null when either side does not vary, or for fewer than 2 values. */
export function pearson(x: readonly number[], y: readonly number[]): number | null {
  if (x.length !== y.length) throw new RangeError('the two lists must be equally long');
  const n = x.length;
  if (n < 2) return null;
  const mx = mean(x);
  const my = mean(y);
  let [sxy, sxx, syy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const dx = x[i]! - mx;
    const dy = y[i]! - my;
    sxy += dx * dy;
    sxx += dx * dx;
    syy += dy * dy;
  }
  // Below this the values differ by rounding only.
  if (sxx <= 1e-24 * n * mx * mx || syy <= 1e-24 * n * my * my || sxx === 0 || syy === 0) return null;
  return Math.max(-1, Math.min(1, sxy / Math.sqrt(sxx) / Math.sqrt(syy)));
}

/** Spearman's rank correlation: Pearson's over ranks, equal values sharing their mean rank. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  return pearson(ranks(x), ranks(y));
}

/** Ranks from 1; equal values share the mean of the ranks they take up. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = new Array<number>(values.length);
  for (let i = 0; i < order.length; ) {
    let j = i;
    while (j + 1 < order.length && values[order[j + 1]!] === values[order[i]!]) j += 1;
    for (let k = i; k <= j; k++) result[order[k]!] = (i + j) / 2 + 1;
    i = j + 1;
  }
  return result;
}

/** Two-sided p of a correlation coefficient over n independent pairs: t = r sqrt((n - 2) / (1 - r²)). */
export function correlationP(r: number, n: number): number {
  if (n <= 2) return 1;
  if (Math.abs(r) >= 1) return 0;
  return studentTwoSided(r * Math.sqrt((n - 2) / (1 - r * r)), n - 2);
}

/**
 * Statistics of two series on the days they share, `b` taken `lag` days later. Days without data, and skipped days, are
 * left out, never filled. Null when fewer than `MINIMUM_DAYS` remain or one side does not vary.
 */
export function correlateAt(a: Series, b: Series, lag: number): PairedStatistics | null {
  return statistics(byDay(a), byDay(b), lag);
}

/**
 * The lag from -7 to 7 days at which two series go together most clearly (smallest p; of equals the smallest lag), its p
 * corrected for the number of lags tried. Null when no lag has enough common days.
 */
export function correlate(a: Series, b: Series, maximumLag = MAXIMUM_LAG): Correlation | null {
  const [daysA, daysB] = [byDay(a), byDay(b)];
  let best: (PairedStatistics & { lag: number }) | null = null;
  let lagsTried = 0;
  for (const lag of lagsOutward(maximumLag)) {
    const found = statistics(daysA, daysB, lag);
    if (!found) continue;
    lagsTried += 1;
    if (!best || found.p < best.p) best = { ...found, lag };
  }
  return best && { ...best, lagsTried, correctedP: Math.min(1, best.p * lagsTried) };
}

/**
 * Every pair among named series, best first, with q over all pairs that could be compared. Pairs that could not are left
 * out and not counted.
 */
export function correlations<Key>(
  series: readonly { key: Key; series: Series }[],
  maximumLag = MAXIMUM_LAG,
): RankedCorrelation<Key>[] {
  const found: (Correlation & { a: Key; b: Key })[] = [];
  for (let i = 0; i < series.length; i++) {
    for (let j = i + 1; j < series.length; j++) {
      const result = correlate(series[i]!.series, series[j]!.series, maximumLag);
      if (result) found.push({ ...result, a: series[i]!.key, b: series[j]!.key });
    }
  }
  const q = benjaminiHochberg(found.map((f) => f.correctedP));
  return found
    .map((f, i) => ({ ...f, q: q[i]! }))
    .sort((x, y) => x.q - y.q || x.correctedP - y.correctedP || Math.abs(y.r) - Math.abs(x.r));
}

/**
 * Adjusted p-values (q) in the order given: q(i) = min over j >= i of p(j) m / j, at most 1. Benjamini and Hochberg,
 * J. R. Statist. Soc. B 57 (1995) 289. Controls the false discovery rate for independent and positively dependent tests.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const m = pValues.length;
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[b]! - pValues[a]!);
  const q = new Array<number>(m);
  let least = 1;
  order.forEach((index, i) => {
    least = Math.min(least, (pValues[index]! * m) / (m - i));
    q[index] = least;
  });
  return q;
}

/** Cohen's words for the size of r (Statistical Power Analysis, 1988): 0.1, 0.3, 0.5. */
export function effectSize(r: number): 'NONE' | 'WEAK' | 'MODERATE' | 'STRONG' {
  const size = Math.abs(r);
  return size >= 0.5 ? 'STRONG' : size >= 0.3 ? 'MODERATE' : size >= 0.1 ? 'WEAK' : 'NONE';
}

/**
 * One sentence for people, with the numbers behind it: "More Sleep is associated with less Coffee 2 days later (moderate,
 * r = -0.41 over 60 days, q = 0.012)." Without evidence (q, or corrected p, of 0.05 or more) it says that none was found.
 */
export function describeCorrelation(nameA: string, nameB: string, found: Correlation & { q?: number }): string {
  const sure = found.q ?? found.correctedP;
  const named = found.q === undefined ? 'p' : 'q';
  const numbers = `r = ${found.r.toFixed(2)} over ${found.n} days, ${named} ${sure < 0.001 ? '< 0.001' : `= ${sure.toFixed(3)}`}`;
  if (sure >= 0.05 || effectSize(found.r) === 'NONE') {
    return `No clear association between ${nameA} and ${nameB} (${numbers}).`;
  }
  const [first, second] = found.lag >= 0 ? [nameA, nameB] : [nameB, nameA];
  const days = Math.abs(found.lag);
  const when = days === 0 ? 'on the same day' : days === 1 ? 'the day after' : `${days} days later`;
  const size = effectSize(found.r).toLowerCase();
  return `More ${first} is associated with ${found.r > 0 ? 'more' : 'less'} ${second} ${when} (${size}, ${numbers}).`;
}

function statistics(
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
  lag: number,
): PairedStatistics | null {
  const x: number[] = [];
  const y: number[] = [];
  const at: number[] = [];
  for (const [day, value] of a) {
    const other = b.get(day + lag);
    if (other === undefined) continue;
    x.push(value);
    y.push(other);
    at.push(day);
  }
  const n = x.length;
  if (n < MINIMUM_DAYS) return null;
  const r = pearson(x, y);
  const rho = spearman(x, y);
  if (r === null || rho === null) return null;
  const effectiveN = effectiveSize(n, autocorrelation(at, x), autocorrelation(at, y));
  const half = effectiveN > 3 ? normalQuantile95 / Math.sqrt(effectiveN - 3) : Number.POSITIVE_INFINITY;
  const z = Math.atanh(r);
  return {
    n,
    r,
    rLow: Math.abs(r) === 1 ? r : Math.tanh(z - half),
    rHigh: Math.abs(r) === 1 ? r : Math.tanh(z + half),
    rho,
    effectiveN,
    p: correlationP(r, effectiveN),
    rhoP: correlationP(rho, effectiveN),
  };
}

const normalQuantile95 = normalQuantile(0.95);

/**
 * Positive products shrink the sample; negative ones (each day undoing the last) would enlarge it, which is not taken.
 * At least 3 stay, so that a p can be given: close to 1, as it should be.
 */
function effectiveSize(n: number, autoX: number, autoY: number): number {
  const product = Math.max(0, autoX * autoY);
  return Math.max(3, (n * (1 - product)) / (1 + product));
}

/** Correlation of each day with the calendar day after it, over those days that have one; 0 where none can be told. */
function autocorrelation(days: readonly number[], values: readonly number[]): number {
  const now: number[] = [];
  const next: number[] = [];
  for (let i = 1; i < days.length; i++) {
    if (days[i]! - days[i - 1]! !== 1) continue;
    now.push(values[i - 1]!);
    next.push(values[i]!);
  }
  return now.length < 3 ? 0 : (pearson(now, next) ?? 0);
}

function byDay(series: Series): Map<number, number> {
  return new Map(series.filter((d) => !d.skipped).map((d) => [dayNumber(d.localDate), d.value]));
}

/** 0, 1, -1, 2, -2 … */
function lagsOutward(maximum: number): number[] {
  return [0, ...Array.from({ length: maximum }, (_, i) => [i + 1, -(i + 1)]).flat()];
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
