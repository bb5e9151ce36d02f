import { describe, expect, test } from '@jest/globals';
import type { GraphQLError } from 'graphql';
import { createShedder, type Release, type ShedderOptions } from '../../../gateway/transport/shedding.ts';
import { FakeClock, settled } from '../../support/fakeClock.ts';

function setUp(options: ShedderOptions = {}) {
  const clock = new FakeClock();
  const shedder = createShedder({ clock, random: () => 0.5, eventLoop: false, accountShare: 1, ...options });
  const enter = (account: string) => {
    const outcome: { release?: Release; refusal?: GraphQLError; at?: number } = {};
    Promise.resolve(shedder.enter(account)).then(
      (release) => {
        outcome.release = release;
      },
      (error) => {
        outcome.refusal = error;
        outcome.at = clock.elapsed();
      },
    );
    return outcome;
  };
  const many = (account: string, count: number) => Array.from({ length: count }, () => enter(account));
  return { clock, shedder, enter, many };
}

const admitted = (outcomes: { release?: Release }[]) => outcomes.filter(({ release }) => release).length;

describe('a shedder', () => {
  test('lets operations in at once while there are places, and counts them out once', async () => {
    const { shedder, clock } = setUp({ maxConcurrent: 2 });
    const first = shedder.enter('a') as Release;
    const second = shedder.enter('a') as Release;
    expect([typeof first, shedder.running]).toEqual(['function', 2]);
    first();
    first();
    expect(shedder.running).toBe(1);
    second();
    expect(shedder.running).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  test('lets those who wait in as places become free, in their order', async () => {
    const { shedder, enter } = setUp({ maxConcurrent: 1 });
    const [running, first, second] = [enter('a'), enter('a'), enter('a')];
    await settled();
    expect(shedder).toMatchObject({ running: 1, waiting: 2 });
    running.release!();
    await settled();
    expect(admitted([first, second])).toBe(1);
    first.release!();
    await settled();
    expect(second.release).toBeDefined();
  });

  test('refuses who has waited too long, and says when to come again', async () => {
    const { clock, enter, shedder } = setUp({ maxConcurrent: 1 });
    enter('a');
    const waiting = enter('a');
    await clock.advance(249);
    expect(waiting).toEqual({});
    await clock.advance(6);
    expect(waiting.refusal).toMatchObject({
      message: 'Too much is going on at the moment. Try again soon.',
      extensions: { code: 'RATE_LIMITED', retryAfter: 2, http: { status: 503 } },
    });
    expect(shedder).toMatchObject({ waiting: 0, refused: 1 });
    expect(clock.waiting).toBe(0);
  });

  test('is less patient while the queue is never empty but by refusals', async () => {
    const { clock, enter, shedder } = setUp({ maxConcurrent: 1, maxWait: 50, standingWait: 10 });
    enter('a');
    const since = clock.elapsed();
    const burst = enter('a');
    await clock.advance(60);
    expect(burst.at! - since).toBeGreaterThanOrEqual(50);
    expect(shedder.waiting).toBe(0);
    for (let n = 0; n < 5; n++) {
      const late = enter('a');
      const came = clock.elapsed();
      await clock.advance(20);
      expect(late.at! - came).toBeLessThanOrEqual(15);
    }
    // Quiet for as long as a burst may last: patient again.
    await clock.advance(60);
    const patient = enter('a');
    await clock.advance(45);
    expect(patient).toEqual({});
  });

  test('refuses at once when the queue is full', async () => {
    const { enter, many, clock } = setUp({ maxConcurrent: 1, queue: 3 });
    const [, ...waiting] = many('a', 4);
    const refused = enter('a');
    await settled();
    expect(refused).toMatchObject({ at: 0, refusal: { extensions: { http: { status: 503 } } } });
    expect(waiting).toEqual([{}, {}, {}]);
    expect(clock.elapsed()).toBe(0);
  });

  test('refuses all who wait when it is closed', async () => {
    const { many, shedder, clock } = setUp({ maxConcurrent: 1 });
    const [, waiting] = many('a', 2);
    shedder.close();
    await settled();
    expect(waiting!.refusal).toBeDefined();
    expect(clock.waiting).toBe(0);
  });
});

describe('between accounts', () => {
  test('those who wait take turns', async () => {
    const { enter, many } = setUp({ maxConcurrent: 1 });
    const running = enter('flood');
    const flood = many('flood', 5);
    const other = many('other', 2);
    await settled();
    running.release!();
    await settled();
    flood[0]!.release!();
    await settled();
    expect([admitted(flood), admitted(other)]).toEqual([1, 1]);
    other[0]!.release!();
    await settled();
    flood[1]!.release!();
    await settled();
    expect([admitted(flood), admitted(other)]).toEqual([2, 2]);
  });

  test('a flood loses its places in a full queue to others', async () => {
    const { many } = setUp({ maxConcurrent: 1, queue: 4 });
    const [, ...flood] = many('flood', 5);
    const other = many('other', 3);
    await settled();
    expect(flood.map(({ refusal }) => Boolean(refusal))).toEqual([false, false, true, true]);
    expect(other.map(({ refusal }) => Boolean(refusal))).toEqual([false, false, true]);
  });

  test('nobody may have all places, whoever else is there', async () => {
    const { enter, many, shedder } = setUp({ maxConcurrent: 4, accountShare: 0.5 });
    const flood = many('flood', 10);
    await settled();
    expect(admitted(flood)).toBe(2);
    const other = enter('other');
    await settled();
    expect(other.release).toBeDefined();
    other.release!();
    await settled();
    expect(shedder).toMatchObject({ running: 2, waiting: 8 });
    flood[0]!.release!();
    await settled();
    expect(admitted(flood)).toBe(3);
  });
});

describe('a late event loop', () => {
  const late = (options: ShedderOptions = {}) => {
    const loop = { delay: 0, closed: false };
    const close = () => {
      loop.closed = true;
    };
    const eventLoop = { delay: () => loop.delay, close };
    const more = { maxConcurrent: 100, leastConcurrent: 10, eventLoop, ...options };
    return { loop, ...setUp(more) };
  };

  test('lets fewer run, but never fewer than the least', async () => {
    const { loop, clock, many, enter, shedder } = late();
    many('a', 80);
    await clock.advance(100);
    enter('a');
    expect(shedder.limit).toBe(71);
    await clock.advance(100);
    loop.delay = 25;
    enter('a');
    expect(shedder.limit).toBe(52);
    loop.delay = 500;
    for (let n = 0; n < 10; n++) {
      await clock.advance(100);
      enter('a');
    }
    expect(shedder.limit).toBe(10);
  });

  test('is not waited for: fewer run at first than may in the end', () => {
    expect(late({ maxConcurrent: 500 }).shedder.limit).toBe(64);
    expect(late({ maxConcurrent: 30 }).shedder.limit).toBe(30);
  });

  test('lets more run again while it is punctual and somebody waits', async () => {
    const { loop, clock, many, enter, shedder } = late();
    many('a', 40);
    loop.delay = 40;
    await clock.advance(100);
    enter('a');
    expect(shedder.limit).toBe(20);
    loop.delay = 0;
    for (let n = 0; n < 30; n++) {
      many('a', 20);
      await clock.advance(100);
    }
    expect(shedder.limit).toBe(100);
  });

  test('with hardly anything to do says nothing about the limit of others', async () => {
    const { loop, clock, enter, shedder } = late();
    loop.delay = 500;
    await clock.advance(100);
    enter('a').release?.();
    expect(shedder.limit).toBe(10);
    loop.delay = 0;
    await clock.advance(100);
    enter('a');
    expect(shedder.limit).toBe(10);
  });

  test('is no longer watched after the end', () => {
    const { loop, shedder } = late();
    shedder.close();
    expect(loop.closed).toBe(true);
  });
});
