import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLError, type GraphQLFormattedError, parse } from 'graphql';
import type { Sink } from '../../../gateway/admission/operation.ts';
import { eventsSdl, startEvents } from '../../support/memoryFeed.ts';
import { openOperations } from '../../support/operations.ts';
import { until } from '../../support/until.ts';
import { compose } from '../execution/federation.ts';

const QUERY = 'subscription ($after: ID, $unit: String) { happened(after: $after, unit: $unit) { number unit } }';

/** What one subscriber was told. */
function recorder() {
  const numbers: number[] = [];
  const state = {
    numbers,
    texts: [] as string[],
    ended: undefined as readonly GraphQLFormattedError[] | null | undefined,
  };
  const sink: Sink = {
    next(text) {
      state.texts.push(text);
      numbers.push(JSON.parse(text).data.happened.number);
    },
    end(errors) {
      state.ended = errors ?? null;
    },
  };
  return { ...state, sink, state };
}

function start(sdls?: Record<string, string>) {
  const events = startEvents(sdls);
  const { fanOut } = openOperations(events.gateway);
  const join = async (
    variables: Record<string, unknown> = {},
    account = 'ana',
    scopes: string[] = [],
    query = QUERY,
  ) => {
    const told = recorder();
    const plan = await events.gateway.plan(parse(query), undefined, variables);
    const leave = await fanOut.listen({ sharing: account, scopes, plan, variables, context: { account } }, told.sink);
    return { ...told, leave };
  };
  return { ...events, fanOut, join };
}

describe('a fan-out', () => {
  test('answers an event once for all who ask the same, and again for those who differ', async () => {
    const { join, happen, asked, fanOut, live } = start();
    const same = [await join(), await join(), await join({ unit: null, after: null })];
    const others = [await join({ unit: 'km' }), await join({}, 'ben'), await join({}, 'ana', ['goals:read'])];
    // A variable that is null is not one that is absent.
    expect([fanOut.subscribers, fanOut.streams, live.size]).toEqual([6, 5, 5]);
    happen();
    await until('all have heard', () => [...same, ...others].every(({ numbers }) => numbers.length === 1));
    expect(asked).toEqual([1, 1, 1, 1, 1]);
    expect(others[0]!.texts).toEqual(['{"data":{"happened":{"number":1,"unit":"km"}}}']);
    expect(same[0]!.texts[0]).toBe(same[1]!.texts[0]);
  });

  test('ends the source when the last has left, and not before', async () => {
    const { join, happen, live, fanOut } = start();
    const [first, second] = [await join(), await join()];
    first.leave();
    first.leave();
    happen();
    await until('the other hears', () => second.numbers.length === 1);
    expect(first.numbers).toEqual([]);
    second.leave();
    expect([live.size, fanOut.streams]).toEqual([0, 0]);
    expect((await join()).numbers).toEqual([]);
    expect(live.size).toBe(1);
  });

  test('lets one that resumes catch up for itself, then join the others', async () => {
    const { join, happen, asked, fanOut, stepByStep, steps } = start();
    const early = await join();
    for (let i = 0; i < 3; i++) happen();
    await until('the first has heard', () => early.numbers.length === 3);
    stepByStep();
    const starting = join({ after: '1' });
    await until('it waits for a page', () => steps.length === 1);
    happen();
    steps.shift()!();
    await until('it waits for the next', () => steps.length === 1);
    steps.shift()!();
    await until('and the next', () => steps.length === 1);
    steps.shift()!();
    const late = await starting;
    await until('it has joined', () => fanOut.streams === 1);
    asked.length = 0;
    happen();
    await until('both have heard', () => early.numbers.length === 5 && late.numbers.length === 4);
    expect(asked).toEqual([5]);
    expect([early.numbers, late.numbers]).toEqual([
      [1, 2, 3, 4, 5],
      [2, 3, 4, 5],
    ]);
  });

  test('makes the stream of one that resumed alone the one that others share', async () => {
    const { join, happen, fanOut, live, asked } = start();
    for (let i = 0; i < 2; i++) happen();
    const [first, second] = [await join({ after: '0' }), await join()];
    await until('it has caught up', () => first.numbers.length === 2);
    expect([fanOut.streams, live.size]).toEqual([1, 1]);
    asked.length = 0;
    happen();
    await until('both have heard', () => first.numbers.length === 3 && second.numbers.length === 1);
    expect(asked).toEqual([3]);
  });

  test('loses and repeats nothing, however joins, events and slow answers fall together', async () => {
    const step = fc.oneof(
      fc.constant({ kind: 'happen' as const }),
      fc.record({ kind: fc.constant('join' as const), back: fc.option(fc.nat(5), { nil: undefined }) }),
      fc.record({ kind: fc.constant('turn' as const), turns: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('leave' as const), index: fc.nat(5) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.infiniteStream(fc.nat(3)), async (steps, delays) => {
        const { join, happen, work } = start();
        work.wait = async () => {
          for (let turns = delays.next().value as number; turns > 0; turns--) await new Promise(setImmediate);
        };
        let count = 0;
        const joined: { subscriber: ReturnType<typeof join>; after: number | null; has: { left: boolean } }[] = [];
        for (const step of steps) {
          if (step.kind === 'happen') {
            happen();
            count++;
          } else if (step.kind === 'join') {
            const after = step.back === undefined ? null : Math.max(0, count - step.back);
            const subscriber = join(after === null ? {} : { after: String(after) });
            joined.push({ subscriber, after, has: { left: false } });
          } else if (step.kind === 'leave') {
            const one = joined[step.index];
            if (one && !one.has.left) (await one.subscriber).leave();
            if (one) one.has.left = true;
          } else for (let i = 0; i < step.turns; i++) await new Promise(setImmediate);
        }
        // Whoever has joined hears the last.
        await Promise.all(joined.map(({ subscriber }) => subscriber));
        happen();
        count++;
        for (const { subscriber, after, has } of joined) {
          const { numbers } = await subscriber;
          if (!has.left)
            await until('the last has come', () => numbers.at(-1) === count || (after !== null && after >= count));
          const first = after === null ? (numbers[0] ?? 1) : after + 1;
          expect(numbers).toEqual(numbers.map((_, index) => first + index));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('keeps the order of events whose answers take different times', async () => {
    const { join, happen, work } = start();
    const open: (() => void)[] = [];
    work.wait = (event) => (event === 1 ? new Promise((go) => open.push(go)) : Promise.resolve());
    const { numbers } = await join();
    for (let i = 0; i < 4; i++) happen();
    await until('the first is being answered', () => open.length === 1);
    await new Promise(setImmediate);
    expect(numbers).toEqual([]);
    open[0]!();
    await until('all have come', () => numbers.length === 4);
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  test('ends those whose events come faster than they can be answered, so that they resume', async () => {
    const { join, happen, work, live } = start();
    let goOn = () => {};
    const held = new Promise<void>((go) => {
      goOn = go;
    });
    work.wait = () => held;
    const { state } = await join();
    for (let i = 0; i <= 1_000; i++) happen();
    expect(state.ended).toMatchObject([{ extensions: { code: 'RATE_LIMITED', resumable: true, retryAfter: 1 } }]);
    expect(live.size).toBe(0);
    goOn();
  });

  test('says why one cannot start, to all who wait for it', async () => {
    const { join, fanOut } = start();
    await expect(join({ after: 'gone' })).rejects.toMatchObject({
      message: 'The subgraph "goals" did not answer.',
      extensions: { code: 'UPSTREAM_FAILED' },
    });
    await expect(join({ unit: {} })).rejects.toBeInstanceOf(GraphQLError);
    expect(fanOut.streams).toBe(0);
  });

  test('tells what came before the end of a source, then its end or its failure', async () => {
    for (const failure of [undefined, new Error('ECONNRESET 10.0.0.1')]) {
      const { join, happen, live, fanOut } = start();
      const told = await join();
      happen();
      for (const listener of live) listener.end(failure);
      expect(told.state.ended).toBeUndefined();
      await until('it has ended', () => told.state.ended !== undefined);
      expect(told.numbers).toEqual([1]);
      expect(told.state.ended).toEqual(
        failure ? [expect.objectContaining({ message: 'The subgraph "goals" did not answer.' })] : null,
      );
      expect(fanOut.streams).toBe(0);
    }
  });
});

describe('when the supergraph changes', () => {
  test('subscriptions that are still valid go on, on the same source and the new plan', async () => {
    const { join, happen, gateway, live, fanOut } = start();
    const told = await join({}, 'ana', [], 'subscription { happened { number goal { talks } } }');
    const [listener] = live;
    gateway.update(compose({ ...eventsSdl, chat: `${eventsSdl.chat} type Query { more: Int }` }));
    expect([...live]).toEqual([listener]);
    happen();
    await until('it is told', () => told.texts.length === 1);
    expect(JSON.parse(told.texts[0]!)).toEqual({ data: { happened: { number: 1, goal: { talks: ['one'] } } } });
    await join({}, 'ana', [], 'subscription { happened { number goal { talks } } }');
    expect(fanOut.streams).toBe(1);
  });

  test('those that are not valid any more end with the reason', async () => {
    const { join, gateway, live } = start();
    const [told, other] = [
      await join({}, 'ana', [], 'subscription { happened { number unit } }'),
      await join({}, 'ben', [], 'subscription { happened { number } }'),
    ];
    gateway.update(compose({ ...eventsSdl, goals: eventsSdl.goals.replace('unit: String }', '}') }));
    await until('the one ends', () => told.state.ended !== undefined);
    expect(told.state.ended).toMatchObject([{ message: expect.stringContaining('Cannot query field "unit"') }]);
    expect(other.state.ended).toBeUndefined();
    expect(live.size).toBe(1);
  });
});
