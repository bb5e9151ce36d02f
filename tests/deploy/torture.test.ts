import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createCertificate } from '../../deploy/certificate.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { seeded } from '../chat/replies/viewer.ts';
import { hasNginx } from '../support/nginx.ts';
import { hasRedis } from '../support/redis.ts';
import { connectToStack, createCounter, type StackClient, startTestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { createWebhookReceiver } from '../support/webhookReceiver.ts';

/**
 * `KILLS=50 MUTATIONS=10000 npx jest tests/deploy/torture` is the long drill, `REDIS=volatile` the same with a Redis that keeps nothing; the
 * suite does a few. `KILLS_SEED` chooses who is killed when.
 */
const kills = Number(process.env.KILLS ?? 3);
const mutations = Number(process.env.MUTATIONS ?? 400);
const seed = Number(process.env.KILLS_SEED ?? 20261127);
const redisSettings: Record<string, string> = process.env.REDIS === 'volatile' ? { appendonly: 'no' } : {};
const clients = 8;
/** Every so many mutations one completes a goal, which has effects in another domain and outside. */
const completesEvery = 20;

const logOne =
  'mutation ($id: ID!, $goal: ID!) { logProgress(input: { id: $id, goalId: $goal, value: "1" }) { entry { id } errors { message } } }';
const createGoal =
  'mutation ($id: ID!) { createGoal(input: { id: $id, title: "G", kind: CUSTOM }) { goal { id } errors { message } } }';
const completeGoal = 'mutation ($id: ID!) { completeGoal(input: { id: $id }) { goal { id } errors { message } } }';

(hasNginx() && hasRedis() ? describe : describe.skip)('a stack whose processes are killed at random', () => {
  let running: Awaited<ReturnType<typeof startTestStack>> | undefined;
  let hooks: Server | undefined;
  let direct: pg.Client | undefined;
  let client: StackClient | undefined;
  let folder: string | undefined;

  afterAll(async () => {
    await direct?.end().catch(() => {});
    await client?.close();
    await running?.stop();
    hooks?.closeAllConnections();
    hooks?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  test(
    'loses no mutation that it acknowledged, does none twice, and has every effect once',
    async () => {
      const random = seeded(seed);
      const receiver = createWebhookReceiver(() => new Date());
      const certificate = createCertificate('localhost');
      hooks = createServer(certificate, receiver.site);
      await new Promise<void>((done) => hooks!.listen(0, '127.0.0.1', done));
      const hookPort = (hooks.address() as AddressInfo).port;
      folder = mkdtempSync(join(tmpdir(), 'jarvis-torture-'));
      const trusted = join(folder, 'trusted.pem');
      writeFileSync(trusted, certificate.cert);
      running = await startTestStack(
        {
          DRAIN_LEAD_MS: '0',
          ALLOW_PRIVATE_ADDRESSES: 'yes',
          OUTBOUND_PORTS: String(hookPort),
          NODE_EXTRA_CA_CERTS: trusted,
        },
        redisSettings,
      );
      const { stack, directory } = running;
      const person = await connectToStack(stack, 'torture@example.com');
      client = person;
      const goal = await createCounter(person);
      const { createWebhook } = await person.ask(
        'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } secret errors { message } } }',
        {
          input: {
            url: `https://localhost:${hookPort}/hook`,
            document: 'subscription { goalCompleted { event { id } goal { id } } }',
          },
        },
      );
      expect(createWebhook.errors).toEqual([]);
      receiver.secrets.push(createWebhook.secret);

      /** As a client that means it: the same operation with the same id until it is answered. */
      const tries = { all: 0, failed: 0 };
      const insist = async (query: string, variables: object, field: string) => {
        for (;;) {
          tries.all++;
          try {
            const data = await person.ask(query, variables);
            if (!data[field]) throw new Error('no data');
            // Refused by a rule of ours: none that a client that sends again should meet.
            expect(data[field].errors).toEqual([]);
            return;
          } catch (error) {
            if ((error as Error).name === 'JestAssertionError') throw error;
            tries.failed++;
            await new Promise((done) => setTimeout(done, 50 + random() * 100));
          }
        }
      };
      const logged = new Set<string>();
      const completed = new Set<string>();
      let done = 0;
      const load = async () => {
        while (done < mutations) {
          done++;
          if (done % completesEvery === 0) {
            const id = newId('goal');
            await insist(createGoal, { id }, 'createGoal');
            await insist(completeGoal, { id }, 'completeGoal');
            completed.add(id);
          } else {
            const id = newId('entry');
            await insist(logOne, { id, goal }, 'logProgress');
            logged.add(id);
          }
        }
      };

      const killed = new Map<string, number>();
      const redis = new Redis(stack.redisUrl, { lazyConnect: true, retryStrategy: () => null });
      redis.on('error', () => {});
      const kill = async () => {
        // Who is being started again is left to it.
        const names = [...stack.names(), 'postgres', 'flushall'];
        const name = names[Math.floor(random() * names.length)]!;
        killed.set(name, (killed.get(name) ?? 0) + 1);
        if (name === 'postgres') {
          const [pid] = readFileSync(join(directory, 'postgres/data/postmaster.pid'), 'utf8').split('\n');
          process.kill(Number(pid), 'SIGKILL');
        } else if (name === 'flushall') {
          await redis.connect().catch(() => {});
          await redis.flushall().catch(() => {});
          redis.disconnect();
        } else stack.kill(name, 'SIGKILL');
      };
      const began = Date.now();
      const loaded = Promise.all(Array.from({ length: clients }, load));
      const killing = (async () => {
        for (let round = 0; round < kills; round++) {
          // Amid the load, at any moment of what it sets off.
          const at = ((round + random()) * mutations) / kills;
          await until(`mutation ${at.toFixed(0)} is sent`, async () => done >= at, 300);
          await kill().catch(() => {});
        }
      })();
      await Promise.all([loaded, killing]);
      const seconds = (Date.now() - began) / 1_000;

      const healed = Date.now();
      await stack.ready();
      direct = new pg.Client({ connectionString: stack.databaseUrl });
      await direct.connect();
      const ids = async (sql: string, values: unknown[] = []) =>
        (await direct!.query(sql, values)).rows.map(({ id }) => id as string).sort();
      await until(
        'everybody is told of every goal',
        async () => (await ids(`SELECT id FROM notifications WHERE title = 'Goal completed'`)).length >= completed.size,
        60,
      );
      await until(
        'every webhook is delivered',
        async () => (await ids(`SELECT id FROM webhook_deliveries WHERE state = 'SUCCEEDED'`)).length >= completed.size,
        60,
      ).catch(async (error) => {
        const { rows } = await direct!.query(
          `SELECT delivery.state, due_at, attempts, last_status, outcome, delivery.created_at, failures, resting_until, now(),
             (SELECT json_agg(attempt) FROM webhook_attempts attempt WHERE attempt.delivery_id = delivery.id) AS log
           FROM webhook_deliveries delivery JOIN webhooks webhook ON webhook.id = delivery.webhook_id
           WHERE delivery.state <> 'SUCCEEDED' LIMIT 3`,
        );
        const count = await ids('SELECT id FROM webhook_deliveries');
        throw new Error(
          `${error.message}. ${count.length} of ${completed.size}; left: ${JSON.stringify(rows, null, 1)}`,
        );
      });
      await until(
        'every reader of events has come to the end',
        async () => {
          const { rows } = await direct!.query(
            `SELECT count(*)::int AS behind FROM reaction_cursors cursor JOIN event_counters counter USING (user_id) WHERE cursor.seq < counter.last_seq`,
          );
          return rows[0].behind === 0;
        },
        60,
      );
      const drained = (Date.now() - healed) / 1_000;
      console.info(
        `torture, seed ${seed}: ${mutations} mutations of ${clients} clients in ${seconds.toFixed(0)} s, ${tries.all} tries of which ${tries.failed} failed; ` +
          `killed ${JSON.stringify(Object.fromEntries(killed))}; ${logged.size} entries, ${completed.size} goals, ` +
          `${receiver.taken.length} deliveries for ${new Set(receiver.taken).size} ids; drained in ${drained.toFixed(1)} s`,
      );
      expect(drained).toBeLessThan(60);

      expect(await ids('SELECT id FROM progress_entries WHERE goal_id = $1', [goal])).toEqual([...logged].sort());
      expect(await ids(`SELECT id FROM goals WHERE kind = 'CUSTOM' AND status = 'COMPLETED'`)).toEqual(
        [...completed].sort(),
      );
      // Each change is told once, and numbers have no gaps.
      const { rows: events } = await direct.query('SELECT seq, type, subject_id FROM events ORDER BY seq');
      expect(events.map(({ seq }) => Number(seq))).toEqual(events.map((_, index) => index + 1));
      const told = (type: string) => events.filter((event) => event.type === type).length;
      expect(told('progress.logged')).toBe(logged.size);
      expect(told('goal.completed')).toBe(completed.size);
      // Each effect is there once.
      expect(await ids(`SELECT id FROM notifications WHERE title = 'Goal completed'`)).toHaveLength(completed.size);
      const bodies = new Map(receiver.received.map(({ id, body }) => [id, body.data.goalCompleted.goal.id as string]));
      expect([...new Set(receiver.taken)].map((id) => bodies.get(id)).sort()).toEqual([...completed].sort());
      expect(await ids('SELECT event_id AS id FROM reaction_failures')).toEqual([]);
    },
    300_000 + kills * 30_000,
  );
});
