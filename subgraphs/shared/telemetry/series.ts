import { Distribution } from './distribution.ts';
import type { Metrics } from './metrics.ts';

/** Upper ends of the buckets of parts of a request, in milliseconds: phases, calls to subgraphs, statements. */
export const partBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/** How long things of one kind took and how they ended: traffic, errors and latency in plain numbers. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly durations: Distribution;
  readonly outcomes: Map<string, number>;
}

export const series = (labels: Series['labels'], bounds: readonly number[]): Series => ({
  labels,
  durations: new Distribution(bounds),
  outcomes: new Map(),
});

export const count = ({ outcomes }: Series, outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);

/** Shows series as `jarvis_<name>s_total`, by outcome, and `jarvis_<name>_seconds`. */
export function watchSeries(
  metrics: Metrics,
  { name, about, all }: { name: string; about: string; all(): Series[] },
): void {
  const figures = () =>
    all().flatMap(({ labels, outcomes }) =>
      [...outcomes].map(([outcome, value]) => ({ labels: { ...labels, outcome }, value })),
    );
  metrics.watch(`jarvis_${name}s_total`, about, figures, 'counter');
  metrics.watchDurations(`jarvis_${name}_seconds`, 'How long they took', () =>
    all().filter(({ outcomes }) => outcomes.size > 0),
  );
}
