import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SpanJson {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status: { code: number };
  /** The resource's `service.name`. */
  service: string;
}

/** A collector of OpenTelemetry: takes OTLP/HTTP in JSON. */
export interface Collector {
  endpoint: string;
  /** Bodies, as they came. */
  received: string[];
  spans(): SpanJson[];
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/traces') received.push(Buffer.concat(chunks).toString());
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    spans: () =>
      received.flatMap((text): SpanJson[] =>
        JSON.parse(text).resourceSpans.flatMap(({ resource, scopeSpans }: any) => {
          const { 'service.name': service } = attributesOf(resource);
          return scopeSpans.flatMap((scope: any) => scope.spans.map((span: SpanJson) => ({ ...span, service })));
        }),
      ),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export const attributesOf = ({ attributes }: Pick<SpanJson, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
