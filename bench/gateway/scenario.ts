import { jarvis } from './jarvisScenario.ts';
import { federationBenchmark } from './publicScenario.ts';

export type QueryName = 'big' | 'small';

/** Subgraphs, and what is asked of them. */
export interface Scenario {
  readonly title: string;
  readonly subgraphNames: readonly string[];
  readonly queries: Readonly<Record<QueryName, string>>;
  /** Whether the subgraphs speak Federation 1 too, for gateways that ask them for their SDL. */
  readonly hasFederation1: boolean;
  /** The supergraph with the subgraphs at `<base>/<name>`. */
  supergraph(base: string): string;
  /** What a subgraph answers, as text. Computed once for each request, so that only the gateway is measured. */
  answer(name: string, body: string): Promise<string>;
}

export const scenarios = { public: federationBenchmark, jarvis } as const satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof scenarios;
