import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { SubgraphCall } from '../subgraph.ts';
import type { Spans } from './spans.ts';
import type { Statements } from './statements.ts';

/** The traces of this process. */
export interface Tracing {
  readonly spans: Spans;
  /**
   * Executes a call below the span that its caller has begun, with the statements that it leads to below that in turn. A call whose caller
   * records nothing is only executed.
   */
  execute<T extends { errors?: readonly unknown[] | undefined }>(
    subgraph: string,
    call: SubgraphCall,
    execute: () => Promise<T>,
  ): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Opens the way of spans to the collector of the configuration; null where there is none: then nothing of it is loaded.
 * @param statements whose spans stand below those of the calls that they are made for
 */
export async function openTracing(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER_ARG'>,
  service: string,
  statements: Statements,
  log: Log,
): Promise<Tracing | null> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  if (!endpoint) return null;
  const [{ openSpans }, { traceCalls }] = await Promise.all([import('./spans.ts'), import('./tracedCalls.ts')]);
  const onFailure = (error: unknown) => log.warn({ error }, 'spans could not be sent');
  const spans = openSpans({ endpoint, ratio, service, onFailure });
  return {
    spans,
    execute: traceCalls(spans, statements),
    async stop() {
      statements.trace = null;
      await spans.stop();
    },
  };
}
