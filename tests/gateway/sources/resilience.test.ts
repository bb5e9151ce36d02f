import { setMaxListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { StatusFailure } from '../../../gateway/sources/failures.ts';
import { type ResilienceOptions, withResilience } from '../../../gateway/sources/resilience.ts';
import type { SubgraphRequest, SubgraphResponse } from '../../../gateway/sources/source.ts';
import { FakeClock, settled } from '../../support/fakeClock.ts';
import { fakeSource, refused, request } from './fakeSource.ts';

function setUp(options: ResilienceOptions = {}) {
  const clock = new FakeClock();
  const source = fakeSource();
  const resilient = withResilience(source, { clock, random: () => 0.5, ...options });
  const ask = (more: Partial<SubgraphRequest> = {}, client?: AbortController) => {
    const outcome: { response?: SubgraphResponse; failure?: Error } = {};
    resilient.execute(request({ deadline: clock.now() + 10_000, ...more }, client)).then(
      (response) => {
        outcome.response = response;
      },
      (cause) => {
        outcome.failure = cause;
      },
    );
    return outcome;
  };
  /** Earns the budget of an extra call. */
  const warmUp = async (times = 10) => {
    for (let n = 0; n < times; n++) {
      ask();
      source.calls.pop()!.answer();
    }
    await settled();
  };
  return { clock, calls: source.calls, ask, warmUp, report: () => resilient.report() };
}

describe('a resilient source', () => {
  test('passes on a request as it is, and its answer', async () => {
    const { calls, ask, clock, report } = setUp();
    const outcome = ask({
      query: '{ b }',
      operationName: 'B',
      variables: { v: 1 },
      body: '{}',
      event: 7,
      context: 'c',
    });
    expect(calls[0]!.request).toMatchObject({ deadline: clock.now() + 5_000, event: 7 });
    const { query, operationName, operationKind, variables, body, context } = calls[0]!.request;
    expect([query, operationName, operationKind, variables, body, context]).toEqual([
      '{ b }',
      'B',
      'query',
      { v: 1 },
      '{}',
      'c',
    ]);
    calls[0]!.answer({ data: null, errors: [{ message: 'no' }] });
    await clock.advance(20);
    expect(outcome.response).toEqual({ data: null, errors: [{ message: 'no' }] });
    expect(report()).toMatchObject({ requests: 1, calls: 1, failures: 0, breaker: 'closed' });
  });

  test('counts how long answers took', async () => {
    const { calls, ask, clock, report } = setUp();
    ask();
    await clock.advance(7);
    calls[0]!.answer();
    await settled();
    expect(report().seconds).toBeCloseTo(0.007);
    expect(report().buckets.slice(0, 4)).toEqual([0, 0, 0, 1]);
  });
});

describe('a deadline', () => {
  test('releases the caller after half of the time that is left, even if the source never settles', async () => {
    const { calls, ask, clock, report } = setUp();
    const outcome = ask();
    await clock.advance(4_999);
    expect(outcome.failure).toBeUndefined();
    await clock.advance(1);
    expect(outcome.failure?.message).toBe('did not answer in time');
    expect(report()).toMatchObject({ calls: 1, failures: 1, timeouts: 1 });
    calls[0]!.answer();
    await settled();
    expect(report()).toMatchObject({ calls: 1, failures: 1, timeouts: 1, seconds: 0 });
  });

  test('that the source keeps itself is the same to the caller', async () => {
    const { calls, ask, clock, report } = setUp();
    const outcome = ask();
    clock.after(5_000, () => calls[0]!.fail(new Error('took too long')));
    await clock.advance(5_000);
    expect(outcome.failure?.message).toBe('did not answer in time');
    expect(report()).toMatchObject({ failures: 1, timeouts: 1 });
  });

  test('uses one timer for many calls', async () => {
    const { calls, ask, clock } = setUp();
    for (let n = 0; n < 100; n++) {
      ask();
      await clock.advance(1);
    }
    expect(clock.waiting).toBe(1);
    for (const call of calls) call.answer();
    await clock.advance(10_000);
    expect(clock.waiting).toBe(0);
  });

  test('that is over already still gives a call a moment', async () => {
    const { calls, ask } = setUp();
    const outcome = ask({ deadline: 0 });
    calls[0]!.answer();
    await settled();
    expect(outcome.response).toEqual({ data: { ok: true } });
  });
});

const broken = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });

describe('a retry', () => {
  test.each([refused(), new StatusFailure(502), new StatusFailure(503), new StatusFailure(504)])(
    'follows %s',
    async (cause) => {
      const { calls, ask, clock, warmUp, report } = setUp();
      await warmUp();
      const outcome = ask();
      calls[0]!.fail(cause);
      await clock.advance(14);
      expect(calls).toHaveLength(1);
      await clock.advance(1);
      expect(calls).toHaveLength(2);
      calls[1]!.answer();
      await settled();
      expect(outcome.response).toEqual({ data: { ok: true } });
      expect(report()).toMatchObject({ requests: 11, calls: 12, retries: 1, failures: 1 });
    },
  );

  test.each([new StatusFailure(429), new StatusFailure(500), new StatusFailure(400), new Error('no JSON')])(
    'does not follow %s',
    async (cause) => {
      const { calls, ask, clock, warmUp } = setUp();
      await warmUp();
      const outcome = ask();
      calls[0]!.fail(cause);
      await clock.advance(1_000);
      expect(outcome.failure).toBe(cause);
      expect(calls).toHaveLength(1);
    },
  );

  test.each(['mutation', 'subscription'] as const)(
    'is never made for a %s of which anything was sent',
    async (operationKind) => {
      const { calls, ask, clock, warmUp } = setUp();
      await warmUp(100);
      for (const cause of [broken, new StatusFailure(503)]) {
        const outcome = ask({ operationKind });
        calls.at(-1)!.fail(cause);
        await clock.advance(1_000);
        expect(outcome.failure).toBe(cause);
      }
      expect(calls).toHaveLength(2);
    },
  );

  test('follows a mutation of which nothing was sent, once', async () => {
    const { calls, ask, clock, warmUp } = setUp();
    await warmUp(100);
    const outcome = ask({ operationKind: 'mutation' });
    calls[0]!.fail(refused());
    await clock.advance(30);
    expect(calls).toHaveLength(2);
    calls[1]!.fail(refused());
    await clock.advance(1_000);
    expect(outcome.failure?.message).toContain('ECONNREFUSED');
    expect(calls).toHaveLength(2);
  });

  test('is made once', async () => {
    const { calls, ask, clock, warmUp } = setUp();
    await warmUp(100);
    const outcome = ask();
    calls[0]!.fail(refused());
    await clock.advance(20);
    calls[1]!.fail(new StatusFailure(503));
    await clock.advance(1_000);
    expect(calls).toHaveLength(2);
    expect(outcome.failure?.message).toBe('The subgraph answered with status 503.');
  });

  test('is not made when too little time is left', async () => {
    const { calls, ask, clock, warmUp } = setUp();
    await warmUp();
    ask();
    await clock.advance(2_490);
    calls[0]!.fail(refused());
    await clock.advance(1_000);
    expect(calls).toHaveLength(1);
  });

  test('is not made for a client that has left', async () => {
    const { calls, ask, clock, warmUp } = setUp();
    await warmUp();
    const client = new AbortController();
    const outcome = ask({}, client);
    calls[0]!.fail(refused());
    await settled();
    client.abort();
    await clock.advance(1_000);
    expect(calls).toHaveLength(1);
    expect(outcome.failure).toBeDefined();
  });

  test('stays within a tenth of the requests when all calls fail', async () => {
    const { calls, ask, clock, report } = setUp({ breaker: false });
    let settledCalls = 0;
    for (let n = 0; n < 1_000; n++) {
      ask();
      await clock.advance(30);
      for (; settledCalls < calls.length; settledCalls++) calls[settledCalls]!.fail(refused());
      await clock.advance(30);
      for (; settledCalls < calls.length; settledCalls++) calls[settledCalls]!.fail(refused());
    }
    expect(report()).toMatchObject({ requests: 1_000, calls: 1_100, retries: 100 });
  });

  test('after a long quiet time cannot come a hundred at once', async () => {
    const { calls, ask, clock, warmUp, report } = setUp({ breaker: false });
    await warmUp(5_000);
    for (let n = 0; n < 100; n++) ask();
    for (const call of [...calls]) call.fail(refused());
    await clock.advance(100);
    expect(report().retries).toBe(10);
  });
});

describe('a breaker', () => {
  test('that is open rejects at once and asks nobody', async () => {
    const { calls, ask, clock, report } = setUp({ retry: false });
    for (let n = 0; n < 20; n++) ask();
    for (const call of calls) call.fail(refused());
    await settled();
    expect(report().breaker).toBe('open');
    const outcome = ask();
    await settled();
    expect(outcome.failure?.message).toBe('is not available at the moment');
    expect(report()).toMatchObject({ requests: 21, calls: 20, heldBack: 1, failures: 20 });
    await clock.advance(30_000);
    const probes = Array.from({ length: 7 }, () => ask());
    expect(calls).toHaveLength(25);
    for (const call of calls.slice(20)) call.answer();
    await settled();
    expect(probes.filter(({ response }) => response)).toHaveLength(5);
    expect(report().breaker).toBe('closed');
  });

  test('counts timeouts, and neither errors in answers nor clients that leave nor what the client did wrong', async () => {
    const { calls, ask, clock, report } = setUp({ retry: false });
    for (let n = 0; n < 30; n++) ask();
    for (const call of calls.splice(0)) call.answer({ data: null, errors: [{ message: 'no' }] });
    const client = new AbortController();
    setMaxListeners(0, client.signal);
    const left = Array.from({ length: 60 }, () => ask({}, client));
    for (const { request, fail } of calls) request.signal.addEventListener('abort', () => fail(request.signal.reason));
    client.abort(new Error('gone'));
    calls.splice(0);
    for (let n = 0; n < 60; n++) ask();
    for (const call of calls.splice(0)) call.fail(new StatusFailure(401));
    await clock.advance(60_000);
    expect(left[0]!.failure?.message).toBe('gone');
    expect(report()).toMatchObject({ breaker: 'closed', abandoned: 60, timeouts: 0 });
    for (let n = 0; n < 20; n++) ask();
    await clock.advance(6_000);
    expect(report()).toMatchObject({ breaker: 'open', timeouts: 20 });
  });

  test('holds a retry back', async () => {
    const { calls, ask, clock, warmUp, report } = setUp({ breaker: { leastCalls: 1, failureShare: 0.05 } });
    await warmUp();
    const outcome = ask();
    calls[0]!.fail(refused());
    await clock.advance(100);
    expect(calls).toHaveLength(1);
    expect(outcome.failure?.message).toContain('ECONNREFUSED');
    expect(report()).toMatchObject({ retries: 0, heldBack: 1 });
  });
});

describe('hedging', () => {
  test('is off unless asked for', async () => {
    const { calls, ask, clock, warmUp } = setUp();
    await warmUp(100);
    ask();
    await clock.advance(4_000);
    expect(calls).toHaveLength(1);
  });

  test('asks a second time after a while, takes the first answer and gives the other call up', async () => {
    const { calls, ask, clock, warmUp, report } = setUp({ hedging: { delay: 50 } });
    await warmUp();
    const outcome = ask();
    const { signal } = calls[0]!.request;
    await clock.advance(49);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
    calls[1]!.answer({ data: { from: 'second' } });
    await settled();
    expect(outcome.response).toEqual({ data: { from: 'second' } });
    expect(signal.aborted).toBe(true);
    calls[0]!.fail(signal.reason);
    await clock.advance(10_000);
    expect(report()).toMatchObject({ requests: 11, calls: 12, hedges: 1, abandoned: 1, failures: 0 });
  });

  test('waits for the other call when one fails, and tells the last failure', async () => {
    const { calls, ask, clock, warmUp } = setUp({ hedging: { delay: 50 } });
    await warmUp(100);
    const lucky = ask();
    await clock.advance(50);
    calls[0]!.fail(refused());
    await settled();
    expect(lucky).toEqual({});
    calls[1]!.answer();
    await settled();
    expect(lucky.response).toBeDefined();
    const unlucky = ask();
    await clock.advance(50);
    calls[3]!.fail(new StatusFailure(502));
    calls[2]!.fail(refused());
    await clock.advance(100);
    expect(unlucky.failure?.message).toContain('ECONNREFUSED');
    expect(calls).toHaveLength(4);
  });

  test('takes from the same budget as retries, and never for a mutation', async () => {
    const { calls, ask, clock, warmUp } = setUp({ hedging: { delay: 50 } });
    await warmUp(5);
    ask();
    await clock.advance(60);
    expect(calls).toHaveLength(1);
    await warmUp(20);
    ask({ operationKind: 'mutation' });
    await clock.advance(60);
    expect(calls).toHaveLength(2);
  });

  test('leaves a query that fails first to the retry', async () => {
    const { calls, ask, clock, warmUp, report } = setUp({ hedging: { delay: 50 } });
    await warmUp(100);
    ask();
    calls[0]!.fail(refused());
    await clock.advance(200);
    expect(calls).toHaveLength(2);
    expect(report()).toMatchObject({ retries: 1, hedges: 0 });
  });

  test('after the time in which 95 of 100 were answered', async () => {
    const { calls, ask, clock, report } = setUp({ hedging: { delay: 'p95' } });
    ask();
    await clock.advance(4_000);
    expect(calls).toHaveLength(1);
    calls.pop()!.answer();
    for (let n = 96; n > 0; n--) {
      ask();
      await clock.advance(n);
      calls.pop()!.answer();
      await settled();
    }
    ask();
    await clock.advance(92);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
    expect(report().hedges).toBe(1);
  });
});
