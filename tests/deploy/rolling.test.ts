import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { newId } from '../../subgraphs/shared/ids.ts';
import { hasNginx } from '../support/nginx.ts';
import { hasRedis } from '../support/redis.ts';
import { connectToStack, createCounter, type StackClient, startTestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';

/** `ROLL=all npx jest tests/deploy/rolling` restarts every process; the suite a gateway and a subgraph. */
const which = process.env.ROLL === 'all' ? undefined : (process.env.ROLL ?? 'gateway-1,goals').split(',');
const clients = 8;
const followers = 4;

const followed = 'subscription ($after: ID) { progressUpdated(after: $after) { event { id } entry { id } } }';
const logOne =
  'mutation ($id: ID!, $goal: ID!) { logProgress(input: { id: $id, goalId: $goal, value: "1" }) { entry { id } errors { message } } }';
const look =
  'query ($goal: ID!) { viewer { name unreadNotificationCount } node(id: $goal) { id ... on Goal { title percent } } }';

(hasNginx() && hasRedis() ? describe : describe.skip)('a stack under load', () => {
  let running: Awaited<ReturnType<typeof startTestStack>>;
  let client: StackClient;

  beforeAll(async () => {
    running = await startTestStack({});
    client = await connectToStack(running.stack, 'rolling@example.com');
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await running?.stop();
  }, 120_000);

  test('is restarted process by process: no request fails, no subscriber misses an event or sees one twice', async () => {
    const { stack } = running;
    const goal = await createCounter(client);
    const direct = new pg.Client({ connectionString: stack.databaseUrl });
    await direct.connect();
    const { rows } = await direct.query('SELECT id FROM events ORDER BY seq DESC LIMIT 1');
    const subscribers = Array.from({ length: followers }, () =>
      client.follow(
        followed,
        (data) => ({ id: data.progressUpdated.event.id, seen: data.progressUpdated.entry.id }),
        rows[0].id,
      ),
    );

    const logged = new Set<string>();
    const failures: string[] = [];
    const longest = { milliseconds: 0 };
    let requests = 0;
    let rolling = true;
    const load = async () => {
      for (let i = 0; rolling; i++) {
        const id = newId('entry');
        const began = performance.now();
        await (i % 2 ? client.ask(look, { goal }) : client.ask(logOne, { id, goal })).then(
          (data) => {
            if (i % 2 === 0) logged.add(data.logProgress.entry.id);
            else if (data.node.id !== goal) failures.push(JSON.stringify(data));
          },
          (error: Error) => failures.push(error.message),
        );
        requests++;
        longest.milliseconds = Math.max(longest.milliseconds, performance.now() - began);
        await new Promise((done) => setTimeout(done, 20));
      }
    };
    const loaded = Array.from({ length: clients }, load);
    const before = new Map(stack.names().map((name) => [name, stack.pid(name)]));
    const began = Date.now();
    await stack.roll(which).finally(() => {
      rolling = false;
    });
    const seconds = (Date.now() - began) / 1_000;
    await Promise.all(loaded);
    for (const name of which ?? stack.names().filter((one) => /gateway|users|goals|chat|research|integ/.test(one))) {
      expect(stack.pid(name)).not.toBe(before.get(name));
    }
    await until(
      'every subscriber has seen everything',
      async () => subscribers.every(({ seen }) => new Set(seen.map(({ id }) => id)).size >= logged.size),
      30,
    );
    await Promise.all(subscribers.map((one) => one.stop()));
    console.info(
      `rolling restart of ${which?.join(', ') ?? 'every process'} in ${seconds.toFixed(1)} s: ${requests} requests, ${failures.length} failed, ` +
        `the longest took ${longest.milliseconds.toFixed(0)} ms; ${logged.size} events to ${followers} subscribers over ` +
        `${subscribers.map(({ connections }) => connections).join(', ')} connections`,
    );

    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(100);
    const entries = await direct.query('SELECT id FROM progress_entries WHERE goal_id = $1', [goal]);
    await direct.end();
    expect(entries.rows.map(({ id }) => id).sort()).toEqual([...logged].sort());
    for (const { seen } of subscribers) {
      expect(seen.map((one) => one.seen).sort()).toEqual([...logged].sort());
    }
  }, 600_000);
});
