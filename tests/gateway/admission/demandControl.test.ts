import { describe, expect, jest, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import type { Caller } from '../../../gateway/admission/caller.ts';
import type { Charge } from '../../../gateway/admission/charge.ts';
import type { OperationCost } from '../../../gateway/admission/cost.ts';
import { asksForCost, createDemandControl, defaultLimits } from '../../../gateway/admission/demandControl.ts';
import { createMemoryBudget } from '../../../gateway/admission/memoryBudget.ts';

const caller = (account = 'user:ana', isAuthenticated = true): Caller => ({
  account,
  sharing: account,
  isAuthenticated,
  scopes: [],
  isDeveloper: false,
  isTrusted: false,
  client: null,
  expiresAt: null,
  contextOf: () => undefined,
});
const costing = (cost: number, certain = 0): OperationCost => ({ estimate: () => ({ cost, certain }) });

function control(mode: 'enforce' | 'measure' = 'enforce') {
  const clock = { now: 0 };
  const onRefusal = jest.fn();
  const demand = createDemandControl({
    budget: createMemoryBudget({ now: () => clock.now }),
    limits: {
      maximum: 500,
      authenticated: { capacity: 1_000, restorePerSecond: 100 },
      anonymous: { capacity: 50, restorePerSecond: 5 },
    },
    mode,
    onRefusal,
    now: () => Date.parse('2026-03-10T12:00:00.000Z') + clock.now,
  });
  return { demand, clock, onRefusal };
}
const refused = (code: string, more = {}) =>
  expect.objectContaining({ extensions: expect.objectContaining({ code, ...more }) });

function extensionOf(charge: Charge, weight: number | undefined) {
  charge.settle(weight);
  return charge.extension();
}

test('an estimate is taken, what the answer did not use comes back', async () => {
  const { demand } = control();
  const charge = await demand.admit(caller(), costing(400, 10));
  expect(charge.requested).toBe(400);
  expect(charge.rateLimit()).toEqual({ limit: 1_000, cost: 400, remaining: 600, resetAt: '2026-03-10T12:00:04.000Z' });
  expect(charge.headers()).toEqual({ 'ratelimit-policy': '"cost";q=1000;w=10', ratelimit: '"cost";r=600;t=4' });

  const settled = { requested: 400, actual: 40, remaining: 960, resetAt: '2026-03-10T12:00:00.400Z' };
  expect(charge.settle(30)).toEqual({ requested: 400, actual: 40 });
  expect(charge.extension()).toEqual(settled);
  charge.settle(0);
  expect(charge.extension()).toEqual(settled);
  expect(charge.headers()).toMatchObject({ ratelimit: '"cost";r=960;t=1' });
  expect((await demand.admit(caller(), costing(0))).rateLimit()).toMatchObject({ remaining: 960 });
});

test('an answer that nobody weighed costs what was estimated', async () => {
  const { demand } = control();
  expect(extensionOf(await demand.admit(caller(), costing(100)), undefined)).toMatchObject({
    actual: 100,
    remaining: 900,
  });
});

test('an answer larger than its estimate is paid for', async () => {
  const { demand } = control();
  expect(extensionOf(await demand.admit(caller(), costing(10)), 700)).toMatchObject({ actual: 700, remaining: 300 });
});

test('what costs more than the maximum is refused and takes nothing', async () => {
  const { demand, onRefusal } = control();
  await expect(demand.admit(caller(), costing(501))).rejects.toThrow(
    'This operation may cost 501 points, and 500 is the most that one may cost.',
  );
  await expect(demand.admit(caller(), costing(501))).rejects.toEqual(
    refused('COST_LIMIT_EXCEEDED', { requested: 501, maximum: 500 }),
  );
  expect(onRefusal).toHaveBeenCalledWith({ code: 'COST_LIMIT_EXCEEDED', account: 'user:ana', requested: 501 });
  expect((await demand.admit(caller(), costing(0))).rateLimit().remaining).toBe(1_000);
});

test('who has too few points is told when there will be enough', async () => {
  const { demand, clock } = control();
  await demand.admit(caller(), costing(500));
  await demand.admit(caller(), costing(450));
  const error = await demand.admit(caller(), costing(300)).catch((thrown: GraphQLError) => thrown);
  expect(error).toEqual(refused('RATE_LIMITED', { retryAfter: 3, http: { status: 429 } }));
  expect((error as GraphQLError).message).toBe(
    'This operation may cost 300 points, and 50 of 1000 are left. Try again in 3 s.',
  );
  clock.now = 2_500;
  await expect(demand.admit(caller(), costing(300))).resolves.toBeDefined();
});

test('an address without anybody has less, and no operation beyond it', async () => {
  const { demand } = control();
  const nobody = caller('address:192.0.2.1', false);
  await expect(demand.admit(nobody, costing(60))).rejects.toEqual(refused('COST_LIMIT_EXCEEDED', { maximum: 50 }));
  await demand.admit(nobody, costing(40));
  await expect(demand.admit(nobody, costing(40))).rejects.toEqual(refused('RATE_LIMITED', { retryAfter: 6 }));
  await expect(demand.admit(caller('address:192.0.2.2', false), costing(40))).resolves.toBeDefined();
});

test('an estimate that refuses its variables refuses the operation', async () => {
  const { demand } = control();
  const picky: OperationCost = {
    estimate() {
      throw new GraphQLError('How many?', { extensions: { code: 'BAD_USER_INPUT' } });
    },
  };
  await expect(demand.admit(caller(), picky)).rejects.toThrow('How many?');
  const measured = control('measure');
  expect((await measured.demand.admit(caller(), picky)).requested).toBe(500);
  expect(measured.onRefusal).toHaveBeenCalledWith({ code: 'BAD_USER_INPUT', account: 'user:ana', requested: 500 });
});

describe('to measure', () => {
  test('refuses nothing and tells of everything', async () => {
    const { demand, onRefusal } = control('measure');
    const dear = await demand.admit(caller(), costing(900));
    const next = await demand.admit(caller(), costing(200));
    expect(onRefusal.mock.calls).toEqual([
      [{ code: 'COST_LIMIT_EXCEEDED', account: 'user:ana', requested: 900 }],
      [{ code: 'RATE_LIMITED', account: 'user:ana', requested: 200 }],
    ]);
    expect(extensionOf(next, 5)).toMatchObject({ requested: 200, actual: 5, remaining: 100 });
    expect(extensionOf(dear, 0)).toMatchObject({ remaining: 1_000 });
  });

  test('tells of any cost as an Int', async () => {
    const { demand } = control('measure');
    const cost = async (points: number) => (await demand.admit(caller(), costing(points))).rateLimit().cost;
    expect(await cost(Number.MAX_SAFE_INTEGER)).toBe(2 ** 31 - 1);
    expect(await cost(6.5)).toBe(7);
  });
});

test.each([
  [{ extensions: { cost: true } }, true],
  [{}, false],
  [{ extensions: { cost: 'yes' } }, false],
  [{ extensions: null }, false],
  [{ extensions: 'cost' }, false],
])('%j asks for the cost: %j', (request, expected) => {
  expect(asksForCost(request)).toBe(expected);
});

test('the largest operation fits into a full bucket', () => {
  expect(defaultLimits.maximum).toBeLessThanOrEqual(defaultLimits.authenticated.capacity);
});
