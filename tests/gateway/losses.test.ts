import { describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { hasRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import {
  acknowledged,
  ask,
  beginLosses,
  connectDirectly,
  connectedAnew,
  direct,
  expectToStand,
  fieldOf,
  flapping,
  goalId,
  hanging,
  isWell,
  type Loss,
  lasts,
  lose,
  plainUrl,
  postgresProcesses,
  processes,
  redis,
  remote,
  restart,
  slow,
  time,
  toPostgres,
  toRedis,
  whole,
} from './losing.ts';

beginLosses();

describe('PostgreSQL', () => {
  /** Nothing can be answered: everybody hears so, in the same words. */
  const expectNothing = ({ during }: Loss) => {
    expect(during.ready.at(-1)).toMatchObject({ status: 503, body: { database: 'down', ready: false } });
    // All but what was answered before it had begun.
    const answers = [...during.read.slice(2), ...during.write.slice(1)];
    expect(answers.filter(({ body }) => !body.errors)).toEqual([]);
  };

  test(
    'hangs',
    async () => {
      const loss = await lose(...hanging(postgresProcesses), Math.max(lasts, 6_000));
      expectNothing(loss);
      await expectToStand(loss);
    },
    time,
  );

  test('is killed, and stays away for a while', async () => {
    const loss = await lose(
      async () => {
        process.kill((await postgresProcesses())[0]!, 'SIGKILL');
        // It is started again by who watches over it, and nobody gets there.
        toPostgres.down = true;
        toPostgres.cut();
      },
      async () => {
        await direct.end().catch(() => {});
        await until('it is back', () =>
          connectDirectly().then(
            (client) => {
              connectedAnew(client);
              return true;
            },
            () => false,
          ),
        );
        toPostgres.down = false;
      },
    );
    expectNothing(loss);
    await expectToStand(loss);
  }, 90_000);

  test(
    'has no connection to spare',
    async () => {
      const taken: pg.Client[] = [];
      const loss = await lose(
        async () => {
          // Those that there are end, and others have taken their places.
          await direct.query(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $1',
            ['client backend'],
          );
          await until('all are taken', async () => {
            const client = new pg.Client({ connectionString: plainUrl() });
            client.on('error', () => {});
            return client.connect().then(
              () => !taken.push(client),
              () => true,
            );
          });
        },
        async () => {
          await Promise.all(taken.map((client) => client.end()));
        },
        Math.min(lasts, 5_000),
      );
      await expectToStand(loss);
    },
    time,
  );

  whole(
    'is slow',
    async () => {
      const loss = await lose(...slow(() => toPostgres));
      await expectToStand(loss);
    },
    time,
  );

  whole(
    'comes and goes',
    async () => {
      const loss = await lose(...flapping(() => toPostgres));
      await expectToStand(loss);
    },
    time,
  );
});

(hasRedis() ? describe : describe.skip)('Redis', () => {
  /** It only carries: everything is answered, and the process says that it is degraded. */
  const expectEverything = ({ during }: Loss) => {
    expect([...during.read, ...during.write].filter((answer) => !isWell(answer))).toEqual([]);
    expect(during.ready.at(-1)).toMatchObject({ status: 200, body: { ready: true, degraded: ['redis'] } });
  };

  test(
    'hangs',
    async () => {
      const loss = await lose(...hanging(() => [redis!.pid()]));
      expectEverything(loss);
      await expectToStand(loss);
    },
    time,
  );

  whole(
    'is killed, and started again',
    async () => {
      const loss = await lose(
        () => redis!.kill(),
        () => redis!.start(),
      );
      expectEverything(loss);
      await expectToStand(loss);
    },
    time,
  );

  test(
    'is full',
    async () => {
      const client = new Redis(redis!.url);
      const loss = await lose(
        () => client.config('SET', 'maxmemory', '1'),
        () => client.config('SET', 'maxmemory', '0'),
        Math.min(lasts, 3_000),
      );
      client.disconnect();
      expect([...loss.during.read, ...loss.during.write].filter((answer) => !isWell(answer))).toEqual([]);
      await expectToStand(loss);
    },
    time,
  );

  whole(
    'is slow',
    async () => {
      const loss = await lose(...slow(() => toRedis!));
      await expectToStand(loss);
    },
    time,
  );

  whole(
    'comes and goes',
    async () => {
      const loss = await lose(...flapping(() => toRedis!));
      await expectToStand(loss);
    },
    time,
  );
});

describe.each(remote.map((name) => [name]))('the subgraph %s', (name) => {
  const field = fieldOf[name];
  /** What it does not have a part in is answered; what it has is null, with one error that names it and no more. */
  const expectTheRest = ({ during }: Loss) => {
    const { status, body } = during.read.at(-1)!;
    const errors = (body.errors as { path?: unknown[]; extensions: { code: string; subgraph?: string } }[]).map(
      ({ path, extensions }) => ({ path, code: extensions.code, subgraph: extensions.subgraph }),
    );
    if (!field) return expect(errors[0]).toMatchObject({ code: 'UPSTREAM_FAILED', subgraph: name });
    expect([status, errors]).toEqual([200, [{ path: ['viewer'], code: 'UPSTREAM_FAILED', subgraph: name }]]);
    expect(body.data.viewer).toMatchObject({
      id: expect.stringMatching(/^user_/),
      ...Object.fromEntries(Object.values(fieldOf).map((other) => [other, other === field ? null : expect.anything()])),
    });
    expect(during.ready.at(-1)).toMatchObject({ status: 200, body: { ready: true } });
  };

  test(
    'hangs',
    async () => {
      const loss = await lose(...hanging(() => [processes.get(name)!.pid]), Math.max(lasts, 7_000));
      expectTheRest(loss);
      await expectToStand(loss);
    },
    time,
  );

  test(
    'is killed, and started again',
    async () => {
      const loss = await lose(
        async () => void (await processes.get(name)!.end('SIGKILL')),
        () => restart(name),
      );
      expectTheRest(loss);
      await expectToStand(loss);
    },
    time,
  );
});

test('through all of it, every progress that was acknowledged was counted once', async () => {
  const { body } = await ask('/graphql', { query: `{ goal(id: "${goalId}") { currentValue } }` });
  const { rows } = await direct.query('SELECT count(*)::int AS count FROM progress_entries');
  expect(Number(body.data.goal.currentValue)).toBe(rows[0].count);
  expect(rows[0].count).toBeGreaterThanOrEqual(acknowledged);
});
