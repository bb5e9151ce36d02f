import { beforeEach, expect, test } from '@jest/globals';
import { createTurns, type Turns } from '../../../subgraphs/shared/http/turns.ts';
import { FakeClock, settled } from '../../support/fakeClock.ts';

let clock: FakeClock;
let turns: Turns;
/** What has begun and not ended, in the order of beginning. */
let running: { name: string; end: () => void }[];
beforeEach(() => {
  clock = new FakeClock();
  turns = createTurns(clock, { atOnce: 3, perHost: 1 });
  running = [];
});

const take = (host: string, name: string, pause = 1_000, signal?: AbortSignal) =>
  turns.take(
    host,
    pause,
    signal,
    () =>
      new Promise<string>((resolve) => {
        running.push({ name, end: () => resolve(name) });
      }),
  );
const names = () => running.map(({ name }) => name);

test('a host is asked one thing at a time, in order, with a pause after the end of each', async () => {
  const work = ['one', 'two', 'three'].map((name) => take('a', name));
  await clock.advance(60_000);
  expect(names()).toEqual(['one']);
  running[0]!.end();
  expect(await work[0]).toBe('one');
  await clock.advance(999);
  expect(names()).toEqual(['one']);
  await clock.advance(1);
  expect(names()).toEqual(['one', 'two']);
  running[1]!.end();
  await clock.advance(1_000);
  running[2]!.end();
  expect(await Promise.all(work)).toEqual(['one', 'two', 'three']);
});

test('other hosts go on, as many as may at once', async () => {
  const work = ['a', 'b', 'c', 'd', 'e'].map((host) => take(host, host));
  await settled();
  expect(names()).toEqual(['a', 'b', 'c']);
  running[1]!.end();
  await settled();
  expect(names()).toEqual(['a', 'b', 'c', 'd']);
  for (const host of [0, 2, 3]) running[host]!.end();
  await settled();
  running[4]!.end();
  expect(await Promise.all(work)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a host that waits for its pause takes no place from others', async () => {
  const small = createTurns(clock, { atOnce: 1, perHost: 1 });
  await small.take('a', 1_000, undefined, async () => {});
  const second = small.take('a', 1_000, undefined, async () => 'a');
  await settled();
  expect(await small.take('b', 0, undefined, async () => 'b')).toBe('b');
  await clock.advance(1_000);
  expect(await second).toBe('a');
});

test('who waits may leave, at every place of the queue, and the others move up', async () => {
  const stop = new AbortController();
  const first = take('a', 'first');
  const left = [take('a', 'second', 0, stop.signal), take('a', 'third', 0, stop.signal)];
  const last = take('a', 'last');
  await settled();
  stop.abort(new Error('enough'));
  for (const one of left) await expect(one).rejects.toThrow('enough');
  await expect(take('b', 'late', 0, stop.signal)).rejects.toThrow('enough');
  running[0]!.end();
  await first;
  const pausing = new AbortController();
  const restless = take('a', 'restless', 0, pausing.signal);
  await clock.advance(1_000);
  running[1]!.end();
  await last;
  await settled();
  pausing.abort(new Error('asleep'));
  await expect(restless).rejects.toThrow('asleep');
  await clock.advance(1_000);
  const next = take('a', 'next');
  await settled();
  running[2]!.end();
  expect(await next).toBe('next');
  expect(names()).toEqual(['first', 'last', 'next']);
  expect(clock.waiting).toBe(0);
});

test('work that fails gives its place back', async () => {
  const fail = () => turns.take('a', 0, undefined, () => Promise.reject(new Error('failed')));
  for (let i = 0; i < 5; i += 1) await expect(fail()).rejects.toThrow('failed');
});

test('who waits already learns of a rest that begins meanwhile', async () => {
  const first = take('a', 'first');
  const second = take('a', 'second');
  await settled();
  running[0]!.end();
  await first;
  turns.rest('a', 30_000, 503);
  await clock.advance(29_999);
  expect(names()).toEqual(['first']);
  await clock.advance(1);
  running[1]!.end();
  expect(await second).toBe('second');
});

test('a long rest is a refusal with its end, and never longer than an hour', async () => {
  turns.rest('a', 86_400_000, 429);
  await expect(take('a', 'one')).rejects.toMatchObject({
    code: 'HTTP_STATUS',
    status: 429,
    retryAfter: new Date(clock.now() + 3_600_000),
  });
  await clock.advance(3_600_000);
  const one = take('a', 'one');
  await settled();
  running[0]!.end();
  expect(await one).toBe('one');
});

test('hosts that nobody asks for are forgotten, those at rest are not', async () => {
  turns.rest('resting', 3_600_000, 429);
  for (let i = 0; i < 3_000; i += 1) await turns.take(`host-${i}`, 0, undefined, async () => {});
  await expect(take('resting', 'one')).rejects.toMatchObject({ code: 'HTTP_STATUS' });
});
