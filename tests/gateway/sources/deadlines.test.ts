import { expect, test } from '@jest/globals';
import { Deadlines, type Waiting } from '../../../gateway/sources/deadlines.ts';
import { FakeClock } from '../../support/fakeClock.ts';

/** Deadlines by a clock that the test moves, and who has expired so far. */
function watch() {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  const add = (name: string, after: number, expire = () => {}): Waiting => {
    const waiting: Waiting = {
      deadline: clock.now() + after,
      place: -1,
      expire() {
        expired.push(name);
        expire();
      },
    };
    deadlines.add(waiting, clock.now());
    return waiting;
  };
  return { clock, deadlines, expired, add };
}

test('each ends at its time, whatever the order in which they came and went', async () => {
  const { clock, deadlines, expired, add } = watch();
  add('late', 300);
  const gone = add('gone', 100);
  add('soon', 100);
  const last = add('last', 400);
  deadlines.delete(gone);
  deadlines.delete(gone);
  await clock.advance(100);
  expect(expired).toEqual(['soon']);
  await clock.advance(200);
  expect(expired).toEqual(['soon', 'late']);
  deadlines.delete(last);
  add('again', 50);
  await clock.advance(200);
  expect(expired).toEqual(['soon', 'late', 'again']);
});

test('one that ends another in passing ends it for good', async () => {
  const { clock, deadlines, expired, add } = watch();
  const others: Waiting[] = [];
  add('first', 10, () => {
    for (const other of others) deadlines.delete(other);
  });
  others.push(add('second', 10), add('third', 500));
  await clock.advance(1_000);
  expect(expired).toEqual(['first']);
});
