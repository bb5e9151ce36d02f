import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { StatusFailure } from '../../../gateway/sources/failures.ts';
import { type ResilienceOptions, withResilience } from '../../../gateway/sources/resilience.ts';
import type { SubgraphResponse } from '../../../gateway/sources/source.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { request } from './fakeSource.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A subgraph that fails in a way of its own, counts its calls, and is asked over HTTP. */
async function failing(way: 'status' | 'reset', options: ResilienceOptions) {
  let calls = 0;
  const server = createServer((incoming, response) => {
    calls++;
    if (way === 'reset') incoming.socket.destroy();
    else response.writeHead(503).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => new Promise((done) => server.close(done)));
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 4 });
  opened.push(() => pool.destroy());
  const source = withResilience(
    {
      async execute({ query, signal }) {
        const { statusCode, body } = await pool.request({ path: '/', method: 'POST', body: query, signal });
        if (statusCode !== 200) {
          await body.dump();
          throw new StatusFailure(statusCode);
        }
        return (await body.json()) as SubgraphResponse;
      },
    },
    options,
  );
  const run = async (count: number) => {
    const deadline = Date.now() + 60_000;
    const outcomes = await Promise.allSettled(
      Array.from({ length: count }, () => source.execute(request({ deadline }))),
    );
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  };
  return { run, report: source.report, count: () => calls };
}

describe('a subgraph that fails altogether', () => {
  test.each(['status', 'reset'] as const)('by %s gets at most a tenth more calls than requests', async (way) => {
    const { run, report, count } = await failing(way, { breaker: false });
    for (let round = 0; round < 10; round++) await run(20);
    expect(count()).toBe(220);
    expect(report()).toMatchObject({ requests: 200, calls: 220, retries: 20, failures: 220 });
  });

  test('is left alone once the breaker is open', async () => {
    const clock = new FakeClock();
    const { run, report, count } = await failing('status', { clock, retry: false });
    await run(20);
    await run(1_000);
    expect(count()).toBe(20);
    expect(report()).toMatchObject({ requests: 1_020, calls: 20, heldBack: 1_000, breaker: 'open' });
  });
});
