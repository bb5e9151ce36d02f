import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { Bucket, Budget } from '../../../gateway/admission/budget.ts';
import { createMemoryBudget } from '../../../gateway/admission/memoryBudget.ts';
import { budgetKey, connectForBudget, createRedisBudget } from '../../../gateway/admission/redisBudget.ts';
import { hasRedis, startRedis, type TestRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

/** So slow that what comes back during a test is less than a point. */
const still: Bucket = { capacity: 1_000, restorePerSecond: 0.001 };
const somebody = () => `user:${randomUUID()}`;

function contract(budget: () => Budget) {
  test('an account starts full and pays until it cannot', async () => {
    const account = somebody();
    expect(await budget().charge(account, 600, still)).toMatchObject({
      granted: true,
      remaining: expect.closeTo(400, 0),
    });
    const short = await budget().charge(account, 401, still);
    expect(short).toMatchObject({ granted: false, remaining: expect.closeTo(400, 0) });
    expect(await budget().charge(account, 400, still)).toMatchObject({ granted: true });
    expect(await budget().charge(account, 1, still)).toMatchObject({ granted: false });
  });

  test('an empty charge is always granted', async () => {
    const account = somebody();
    await budget().charge(account, 1_000, still);
    expect(await budget().charge(account, 0, still)).toMatchObject({ granted: true });
    budget().settle(account, { granted: true, remaining: 0 }, { charged: 0, actual: 1 }, still);
    expect(await budget().charge(account, 0, still)).toMatchObject({ granted: true });
  });

  test('what was not used comes back', async () => {
    const account = somebody();
    const standing = await budget().charge(account, 900, still);
    budget().settle(account, standing, { charged: 900, actual: 100 }, still);
    expect((await budget().charge(account, 0, still)).remaining).toBeCloseTo(900, 0);
  });

  test('never more than was there', async () => {
    const account = somebody();
    const standing = await budget().charge(account, 10, still);
    budget().settle(account, standing, { charged: 500, actual: 0 }, still);
    expect((await budget().charge(account, 0, still)).remaining).toBe(1_000);
  });

  test('what was used beyond the charge is owed, at most a bucket', async () => {
    const account = somebody();
    const standing = await budget().charge(account, 100, still);
    budget().settle(account, standing, { charged: 100, actual: 1_400 }, still);
    expect(await budget().charge(account, 1, still)).toMatchObject({
      granted: false,
      remaining: expect.closeTo(-400, 0),
    });
    budget().settle(account, standing, { charged: 0, actual: 9_000 }, still);
    expect((await budget().charge(account, 1, still)).remaining).toBeCloseTo(-1_000, 0);
  });

  test('accounts pay for themselves', async () => {
    const [a, b] = [somebody(), somebody()];
    await budget().charge(a, 1_000, still);
    expect(await budget().charge(b, 1_000, still)).toMatchObject({ granted: true });
  });

  test('many at once do not overdraw by a point', async () => {
    const account = somebody();
    const answers = await Promise.all(Array.from({ length: 200 }, () => budget().charge(account, 7, still)));
    expect(answers.filter(({ granted }) => granted)).toHaveLength(142);
  });
}

describe('in memory', () => {
  const budget = createMemoryBudget();
  contract(() => budget);

  test('points come back with time, as many as fit', () => {
    let now = 0;
    const timed = createMemoryBudget({ now: () => now });
    const bucket = { capacity: 100, restorePerSecond: 10 };
    timed.charge('a', 100, bucket);
    now = 2_550;
    expect(timed.charge('a', 26, bucket)).toEqual({ granted: false, remaining: 25.5 });
    expect(timed.charge('a', 25, bucket)).toEqual({ granted: true, remaining: 0.5 });
    now = 60_000;
    expect(timed.charge('a', 0, bucket).remaining).toBe(100);
    now = 0;
    expect(timed.charge('a', 1, bucket).remaining).toBe(99);
  });

  test('a flood of accounts stays bounded and forgets who was quiet longest', () => {
    const small = createMemoryBudget({ accounts: 1_000, now: () => 0 });
    for (let index = 0; index < 100_000; index++) {
      small.charge(`address:${index}`, 1, still);
      if (index % 500 === 0) small.charge('user:busy', 1, still);
    }
    expect(small.size).toBe(1_000);
    expect(small.charge('user:busy', 0, still)).toMatchObject({ remaining: 1_000 - 200 });
  });

  test('who has all points takes no room', () => {
    const small = createMemoryBudget({ now: () => 0 });
    const standing = small.charge('a', 10, still);
    expect(small.size).toBe(1);
    small.settle('a', standing, { charged: 10, actual: 0 }, still);
    small.charge('b', 2_000, still);
    expect(small.size).toBe(0);
  });
});

(hasRedis() ? describe : describe.skip)('in Redis', () => {
  let server: TestRedis;
  const clients: Redis[] = [];
  /** A budget with a connection of its own, as another process has; long patience, because the machine may be busy. */
  async function connect({
    patience = 5_000,
    ...options
  }: {
    patience?: number;
    onFailure?: () => void;
    rest?: number;
  } = {}) {
    const redis = connectForBudget(server.url, { patience });
    clients.push(redis);
    await once(redis, 'ready');
    return { redis, budget: createRedisBudget({ redis, fallback: createMemoryBudget(), ...options }) };
  }
  let budget: Budget;
  beforeAll(async () => {
    server = await startRedis();
    ({ budget } = await connect());
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(async () => {
    const open = clients.filter(({ status }) => status !== 'end');
    const ended = Promise.all(open.map((client) => once(client, 'end')));
    for (const client of open) client.disconnect();
    await ended;
    await server.stop();
  });

  contract(() => budget);

  test('twenty processes on one account do not overdraw it by a point', async () => {
    const account = somebody();
    const budgets = await Promise.all(Array.from({ length: 20 }, () => connect()));
    const answers = await Promise.all(
      budgets.flatMap((one) => Array.from({ length: 30 }, () => one.budget.charge(account, 3, still))),
    );
    expect(answers.every(({ isLocal }) => !isLocal)).toBe(true);
    expect(answers.filter(({ granted }) => granted)).toHaveLength(333);
    expect((await budget.charge(account, 0, still)).remaining).toBeCloseTo(1, 0);
  });

  test('points come back by the clock of Redis, whatever that of this process says', async () => {
    const account = somebody();
    await budget.charge(account, 1_000, still);
    const later = Date.now() + 7 * 24 * 3_600_000;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    jest.spyOn(performance, 'now').mockReturnValue(later);
    expect((await budget.charge(account, 0, still)).remaining).toBeLessThan(1);
    jest.restoreAllMocks();
    await until('Redis restored something', async () => {
      const { remaining } = await budget.charge(account, 0, { capacity: 1_000, restorePerSecond: 100 });
      return remaining > 1;
    });
  });

  test('keys go when their bucket would be full', async () => {
    const { redis } = await connect();
    const account = somebody();
    await budget.charge(account, 500, { capacity: 1_000, restorePerSecond: 100 });
    const left = await redis.pttl(budgetKey(account));
    expect(left).toBeGreaterThan(4_000);
    expect(left).toBeLessThanOrEqual(6_000);
  });

  test('a dead Redis leaves each process to itself, is asked again after a rest, and is told of once', async () => {
    const onFailure = jest.fn();
    const mine = await connect({ onFailure, rest: 0 });
    const account = somebody();
    await mine.budget.charge(account, 900, still);
    await server.kill();
    const first = await mine.budget.charge(account, 600, still);
    expect(first).toMatchObject({ granted: true, isLocal: true, remaining: expect.closeTo(400, 0) });
    expect(await mine.budget.charge(account, 600, still)).toMatchObject({ granted: false, isLocal: true });
    // What was counted here is put right here.
    mine.budget.settle(account, first, { charged: 600, actual: 0 }, still);
    expect(await mine.budget.charge(account, 600, still)).toMatchObject({ granted: true, isLocal: true });
    expect(onFailure).toHaveBeenCalledTimes(1);
    await server.start();
    await until('Redis counts again', async () => !(await mine.budget.charge(account, 0, still)).isLocal);
    await until('the others are back', () => clients.every(({ status }) => status === 'ready'));
  });

  test('a Redis that hangs is not waited for, and then left alone for a while', async () => {
    let now = 0;
    const redis = connectForBudget(server.url, { patience: 20 });
    clients.push(redis);
    await once(redis, 'ready');
    const asked = jest.spyOn(redis, 'sendCommand');
    const hanging = createRedisBudget({ redis, fallback: createMemoryBudget(), rest: 1_000, now: () => now });
    const other = await connect();
    // Redis answers nobody for half a second.
    await other.redis.call('CLIENT', 'PAUSE', '500', 'ALL');
    await until('Redis hangs', async () => (await hanging.charge('user:h', 1, still)).isLocal === true);
    asked.mockClear();
    expect(await hanging.charge('user:h', 1, still)).toMatchObject({ granted: true, isLocal: true });
    expect(asked).not.toHaveBeenCalled();
    now = 1_001;
    await until('Redis answers again', async () => {
      now += 1_001;
      return !(await hanging.charge('user:h', 1, still)).isLocal;
    });
  });

  test('a correction that cannot be told is lost, quietly', async () => {
    const { redis, budget: mine } = await connect();
    const account = somebody();
    const standing = await mine.charge(account, 10, still);
    redis.disconnect();
    mine.settle(account, standing, { charged: 10, actual: 1 }, still);
    expect(await mine.charge(account, 1, still)).toMatchObject({ isLocal: true });
    expect((await budget.charge(account, 0, still)).remaining).toBeCloseTo(990, 0);
  });
});
