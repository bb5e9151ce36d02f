/** The few probability distributions the statistics of goals need. */

/** Lanczos coefficients (g = 7, n = 9) as given by Godfrey; relative error below 1e-13 for positive arguments. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function for x > 0. Lanczos, SIAM J. Numer. Anal. B 1 (1964) 86. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const series = LANCZOS.slice(1).reduce((sum, c, i) => sum + c / (shifted + i + 1), LANCZOS[0]!);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Regularised incomplete beta function I_x(a, b), by the continued fraction of DLMF 8.17.22 evaluated with the modified
 * Lentz method (Press et al., Numerical Recipes, 3rd ed., 6.4). Relative error about 1e-13.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast on this side of the mean only; the other side follows from symmetry.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (v: number) => (Math.abs(v) < tiny ? tiny : v);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return h;
}

/** Two-sided p of Student's t: the probability of a value at least as far from 0. `df` may be fractional. */
export function studentTwoSided(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** The t for which Student's distribution keeps `confidence` (0 to 1) between -t and t. */
export function studentQuantile(confidence: number, df: number): number {
  return invert((t) => 1 - studentTwoSided(t, df), confidence);
}

/** The z for which the normal distribution keeps `confidence` (0 to 1) between -z and z. */
export function normalQuantile(confidence: number): number {
  return invert(normalWithin, confidence);
}

/**
 * The probability between -z and z. Marsaglia's series, "Evaluating the Normal Distribution", J. Stat. Software 11/4
 * (2004); beyond 8 it is 1 within double precision.
 */
export function normalWithin(z: number): number {
  if (z >= 8) return 1;
  let [sum, term, last] = [z, z, 0];
  for (let i = 3; sum !== last; i += 2) {
    last = sum;
    term *= (z * z) / i;
    sum += term;
  }
  return sum * Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2);
}

/** Bisection of a rising function from 0: slow, exact to 1e-11, and without a second approximation to trust. */
function invert(rising: (x: number) => number, value: number): number {
  if (!(value >= 0 && value < 1)) throw new RangeError('a confidence lies between 0 and 1');
  let [low, high] = [0, 1];
  while (rising(high) < value && high < 1e12) high *= 2;
  for (let i = 0; i < 100 && high - low > 1e-12 * Math.max(1, high); i++) {
    const middle = (low + high) / 2;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
