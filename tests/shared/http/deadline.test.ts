import { expect, test } from '@jest/globals';
import { startDeadline } from '../../../subgraphs/shared/http/deadline.ts';
import { FakeClock, settled } from '../../support/fakeClock.ts';

test('what fails after its end is nobody’s failure', async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listen);
  const reason = new Error('cancelled');
  const deadline = startDeadline(new FakeClock(), 1_000, AbortSignal.abort(reason));
  const work = settled().then(() => Promise.reject(new Error('late')));
  await expect(deadline.within(work)).rejects.toBe(reason);
  await settled();
  await settled();
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
});

test('a body that comes slowly goes on while it comes', async () => {
  const clock = new FakeClock();
  const deadline = startDeadline(clock, 15_000);
  const arrived = deadline.expectBytes();
  for (const bytes of [1_024, 1_023]) {
    expect(deadline.signal.aborted).toBe(false);
    arrived(bytes);
    await clock.advance(5_000);
  }
  expect(deadline.signal.reason).toMatchObject({ code: 'TOO_SLOW' });
  deadline.end();
  expect(clock.waiting).toBe(0);
});
