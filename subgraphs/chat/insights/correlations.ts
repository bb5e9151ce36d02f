import type { Answered, CorrelationsAnswer } from './documents.ts';
import { bySize, type Draft } from './draft.ts';
import { measured, quoted, shown } from './evidence.ts';

/** The share of false findings that is put up with, over all pairs and lags tried. */
const largestQ = 0.05;
/** Cohen's "moderate": weaker ones are of no use to a person, however sure. */
const smallestR = 0.3;
/** The ranks must agree to this extent: one outlier makes an r, but no rho. */
const smallestRho = 0.2;
/** Days on which both have a value. */
const fewestDays = 28;

/** Goals whose days go together, where that survives the correction for having looked at many pairs. Never said to be a cause. */
export function noticeCorrelations(answered: Answered<CorrelationsAnswer>): Draft[] {
  const range = answered.variables.range as { from: string; to: string };
  const found = (answered.data.viewer?.analytics?.correlations ?? []).flatMap((pair, i) => {
    const { lag, n, r, rho, q } = pair;
    if (q > largestQ || Math.abs(r) < smallestR || n < fewestDays) return [];
    if (Math.sign(rho) !== Math.sign(r) || Math.abs(rho) < smallestRho) return [];
    const figure = (field: 'r' | 'n' | 'lag' | 'q', label: string, unit: string | null, places: number) =>
      measured(answered, ['viewer', 'analytics', 'correlations', i, field], { label, unit, places, ...range });
    const correlation = figure('r', 'Correlation (Pearson’s r)', null, 2);
    const days = figure('n', 'Days with both', 'days', 0);
    const shift = figure('lag', 'Days by which the first runs ahead', 'days', 0);
    const doubt = figure('q', 'Expected share of false findings', null, 2);
    const [first, second] = lag >= 0 ? [pair.a, pair.b] : [pair.b, pair.a];
    const names = [quoted(first.title), quoted(second.title)];
    const draft: Draft = {
      kind: 'CORRELATION',
      title: `${names[0]} and ${names[1]} go together`,
      text:
        `More of ${names[0]} is associated with ${r > 0 ? 'more' : 'less'} of ${names[1]} ${when(lag)} ` +
        `(r = ${shown(correlation)} over ${shown(days)}). That does not say why.`,
      evidence: lag === 0 ? [correlation, days, doubt] : [correlation, days, shift, doubt],
      subjectKey: [pair.a.id, pair.b.id].sort().join(' '),
      goalIds: [first.id, second.id],
      names: [first.title, second.title],
    };
    return [{ size: Math.abs(r), draft }];
  });
  return bySize(found).map(({ draft }) => draft);
}

function when(lag: number): string {
  const days = Math.abs(lag);
  return days === 0 ? 'on the same day' : days === 1 ? 'the day after' : `${days} days later`;
}
