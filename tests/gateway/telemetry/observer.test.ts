import { beforeEach, describe, expect, test } from '@jest/globals';
import { operationSignal } from '../../../gateway/execution/execution.ts';
import type { Source, SubgraphRequest, SubgraphResponse } from '../../../gateway/sources/source.ts';
import { createTelemetry, type Telemetry } from '../../../gateway/telemetry/observer.ts';
import { createSlowOperations } from '../../../gateway/telemetry/slowOperations.ts';
import { createMetrics, type Metrics } from '../../../subgraphs/shared/telemetry/metrics.ts';
import { recordingLog } from '../../support/platform.ts';

let time: number;
let metrics: Metrics;
const now = () => time;

beforeEach(() => {
  time = 1_000;
  metrics = createMetrics();
});

/** The value of one line of the metrics. */
async function figure(line: string): Promise<number | undefined> {
  const found = (await metrics.text()).split('\n').find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

const request = (context: unknown, more: Partial<SubgraphRequest> = {}): SubgraphRequest => ({
  query: '{ secretField }',
  operationKind: 'query',
  context,
  signal: new AbortController().signal,
  deadline: 0,
  ...more,
});

/** A source whose calls take `took` milliseconds. */
const source = (took: number, answer: () => SubgraphResponse): Source => ({
  async execute() {
    time += took;
    return answer();
  },
});

describe('operations', () => {
  let telemetry: Telemetry;
  beforeEach(() => {
    telemetry = createTelemetry({ metrics, now, isKnownName: (name) => name === 'Dashboard' });
  });

  test('are counted by kind, known name and outcome, and timed', async () => {
    for (const codes of [[], ['NOT_FOUND', 'FORBIDDEN'], ['my-own-code']]) {
      const observation = telemetry.begin({ requestId: 'request-1' });
      observation.identify('query', 'Dashboard', 'hash');
      time += 30;
      observation.end({ codes, bytes: 100, cost: { requested: 12, actual: 7 } });
      observation.end();
    }
    const labels = 'kind="query",name="Dashboard"';
    expect(await figure(`jarvis_operations_total{${labels},outcome="ok"}`)).toBe(1);
    expect(await figure(`jarvis_operations_total{${labels},outcome="NOT_FOUND"}`)).toBe(1);
    expect(await figure(`jarvis_operations_total{${labels},outcome="other"}`)).toBe(1);
    expect(await figure(`jarvis_operation_seconds_bucket{${labels},le="0.025"}`)).toBe(0);
    expect(await figure(`jarvis_operation_seconds_bucket{${labels},le="0.05"}`)).toBe(3);
    expect(await figure(`jarvis_operation_seconds_bucket{${labels},le="+Inf"}`)).toBe(3);
    expect(await figure(`jarvis_operation_seconds_sum{${labels}}`)).toBeCloseTo(0.09);
    expect(await figure(`jarvis_operation_seconds_count{${labels}}`)).toBe(3);
    expect(await figure('jarvis_response_bytes_total')).toBe(300);
    expect(await figure('jarvis_cost_requested_total')).toBe(36);
    expect(await figure('jarvis_cost_actual_total')).toBe(21);
  });

  test('with names that clients make up are counted as one', async () => {
    for (let index = 0; index < 100; index++) {
      const observation = telemetry.begin({ requestId: `request-${index}` });
      observation.identify(index % 2 ? 'query' : 'mutation', `Made_up_${index}`, null);
      observation.end();
    }
    expect(await figure('jarvis_operations_total{kind="query",name="other",outcome="ok"}')).toBe(50);
    expect(await figure('jarvis_operations_total{kind="mutation",name="other",outcome="ok"}')).toBe(50);
    expect(await metrics.text()).not.toMatch(/Made_up|request-/);
  });

  test('that could not be read are counted too', async () => {
    telemetry.begin({ requestId: 'request-1' }).end({ codes: ['BAD_USER_INPUT'], status: 400 });
    expect(await figure('jarvis_operations_total{kind="unknown",name="other",outcome="BAD_USER_INPUT"}')).toBe(1);
  });

  test('of subscriptions count each answer that is sent', async () => {
    telemetry.delivered(2);
    telemetry.delivered(1_000);
    expect(await figure('jarvis_subscription_answers_total')).toBe(1_002);
  });

  test('spend their time on phases', async () => {
    const observation = telemetry.begin({ requestId: 'request-1' });
    time += 1;
    observation.phase('authorize');
    time += 2;
    observation.phase('execute');
    time += 40;
    observation.phase('write');
    time += 4;
    observation.end();
    const sums = await Promise.all(
      ['parse', 'authorize', 'cost', 'plan', 'execute', 'write'].map((phase) =>
        figure(`jarvis_operation_phase_seconds_sum{phase="${phase}"}`),
      ),
    );
    expect(sums).toEqual([0.001, 0.002, 0, 0, 0.04, 0.004]);
    expect(await figure('jarvis_operation_phase_seconds_count{phase="plan"}')).toBe(0);
  });
});

describe('calls to subgraphs', () => {
  test('are counted by outcome and timed, and go on as they were', async () => {
    const telemetry = createTelemetry({ metrics, now });
    const answers: SubgraphResponse[] = [{ data: { a: 1 } }, { data: null, errors: [{ message: 'no' }] }];
    const goals = telemetry.observed(
      source(20, () => answers.shift()!),
      'goals',
    );
    expect(await goals.execute(request({}))).toEqual({ data: { a: 1 } });
    expect(await goals.execute(request(null))).toEqual({ data: null, errors: [{ message: 'no' }] });

    const fails = (reason: unknown) =>
      telemetry.observed({ execute: () => Promise.reject(reason) }, 'chat').execute(request({}));
    const refused = new Error('connect ECONNREFUSED 10.0.0.7:4001');
    await expect(fails(refused)).rejects.toBe(refused);
    const late = Object.assign(new Error('too late'), { name: 'HeadersTimeoutError' });
    await expect(fails(late)).rejects.toBe(late);
    // The executor's own two reasons to give up: the deadline, and a client that has left.
    for (const client of [undefined, AbortSignal.abort()]) {
      const { signal, release } = operationSignal(0, now, client);
      if (!signal.aborted) await new Promise((aborted) => signal.addEventListener('abort', aborted));
      const gone = telemetry.observed({ execute: () => Promise.reject(signal.reason) }, 'chat');
      await expect(gone.execute(request({}, { signal }))).rejects.toBe(signal.reason);
      release();
    }

    const calls = (subgraph: string, outcome: string) =>
      figure(`jarvis_subgraph_calls_total{subgraph="${subgraph}",outcome="${outcome}"}`);
    expect(await calls('goals', 'ok')).toBe(1);
    expect(await calls('goals', 'errors')).toBe(1);
    expect(await calls('chat', 'failed')).toBe(1);
    expect(await calls('chat', 'timeout')).toBe(2);
    expect(await calls('chat', 'abandoned')).toBe(1);
    expect(await figure('jarvis_subgraph_call_seconds_sum{subgraph="goals"}')).toBeCloseTo(0.04);
    expect(await metrics.text()).not.toContain('10.0.0.7');
  });

  test('keep the other members of their source', () => {
    const telemetry = createTelemetry({ metrics, now });
    const close = () => Promise.resolve();
    const plain = { ...source(1, () => ({})), close };
    expect(telemetry.observed(plain, 'goals')).toMatchObject({ close });
  });
});

describe('slow operations', () => {
  const canary = 'canary-7f3a9b';

  /** Runs one operation of `took` milliseconds, with secrets wherever a client can put them. */
  async function run(telemetry: Telemetry, took: number): Promise<void> {
    const observation = telemetry.begin({ requestId: 'request-1' });
    observation.identify('query', 'Dashboard', 'b5d0');
    const context = { request: { viewer: { userId: canary }, ip: canary }, variables: { note: canary } };
    observation.follow(context);
    time += 5;
    observation.phase('execute');
    const goals = telemetry.observed(
      source(took - 5, () => ({ data: { note: canary } })),
      'goals',
    );
    await goals.execute(request(context, { variables: { note: canary }, query: `{ goal(id: "${canary}") { id } }` }));
    observation.end({ codes: ['NOT_FOUND'], cost: { requested: 12, actual: 7 } });
  }

  test('are logged once, with where the time went and nothing of whoever asked', async () => {
    const { log, lines } = recordingLog();
    const telemetry = createTelemetry({ metrics, now, slow: createSlowOperations(log, 1_000) });
    await run(telemetry, 999);
    expect(lines).toEqual([]);
    await run(telemetry, 1_000);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'warn',
      msg: 'a slow operation',
      requestId: 'request-1',
      operation: 'Dashboard',
      kind: 'query',
      hash: 'b5d0',
      ms: 1_000,
      phases: { parse: 5, authorize: 0, cost: 0, plan: 0, execute: 995, write: 0 },
      calls: [{ subgraph: 'goals', ms: 995, outcome: 'ok' }],
      cost: { requested: 12, actual: 7 },
      errors: ['NOT_FOUND'],
    });
    expect(lines.join('')).not.toContain(canary);
    expect(await metrics.text()).not.toContain(canary);
  });

  test('of a thousand calls have the first fifty of them in the log, and a name of any length fits', async () => {
    const { log, lines } = recordingLog();
    const telemetry = createTelemetry({ metrics, now, slow: createSlowOperations(log, 1_000) });
    const observation = telemetry.begin({ requestId: 'request-1' });
    observation.identify('query', 'N'.repeat(10_000), null);
    const context = {};
    observation.follow(context);
    const goals = telemetry.observed(
      source(1, () => ({ data: {} })),
      'goals',
    );
    for (let index = 0; index < 1_000; index++) await goals.execute(request(context));
    observation.end();
    const line = JSON.parse(lines[0]!);
    expect(line.calls).toHaveLength(50);
    expect(line.callsLeftOut).toBe(950);
    expect(line.operation).toHaveLength(100);
  });
});
