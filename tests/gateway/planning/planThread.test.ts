import { afterEach, describe, expect, test } from '@jest/globals';
import { createPlanThread, type PlanThread, type PlanThreadOptions } from '../../../gateway/planning/planThread.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { until } from '../../support/until.ts';
import { compose } from '../execution/federation.ts';
import { entangled, entangledOperation, fragmentBomb } from './entangled.ts';

const sdl = compose(entangled);
const task = (operation: string) => ({ operation, overrides: new Map() });
const simple = task('{ t { own0 } }');
const nasty = task(entangledOperation);
const tooComplex = expect.objectContaining({ extensions: { code: 'COST_LIMIT_EXCEEDED' } });
const tooBusy = expect.objectContaining({
  extensions: { code: 'RATE_LIMITED', retryAfter: 1, http: { status: 503 } },
});

let thread: PlanThread;
afterEach(() => thread.close());
const start = (options?: PlanThreadOptions) => {
  thread = createPlanThread(sdl, options);
  return thread;
};
/** A thread whose idle time passes when told. */
const startIdling = () => {
  const clock = new FakeClock();
  const after: FakeClock['after'] = (milliseconds, work) => clock.after(milliseconds, work);
  return { clock, ...start({ idle: 90_000, budget: 600_000, patience: 60_000, after }) };
};
const subgraphsOf = (plan: string) => [...plan.matchAll(/"serviceName":"(\w+)"/g)].map(([, name]) => name);

describe('a planning thread', () => {
  test('says when it is ready and plans one operation after the other', async () => {
    const { build, ready } = start({ budget: 60_000 });
    await ready();
    const plans = await Promise.all([build(simple), build(task('{ t { own1 } }'))]);
    expect(plans.map(({ plan }) => subgraphsOf(plan).at(-1))).toEqual(['s0', 's1']);
    expect(plans[0]?.time).toBeGreaterThan(0);
    expect(thread).toMatchObject({ waiting: 0, started: 1 });
  });

  test('is ended over an operation that takes too long, and another serves those who wait', async () => {
    const clock = new FakeClock();
    const after: FakeClock['after'] = (milliseconds, work) => clock.after(milliseconds, work);
    const { build, ready } = start({ budget: 1_000, patience: 60_000, after });
    await ready();
    const all = Promise.allSettled([build(nasty), build(nasty), build(simple)]);
    for (const waiting of [2, 1]) {
      await until('the next is being planned', () => thread.waiting === waiting && clock.waiting === 1);
      await clock.advance(1_000);
    }
    const answers = await all;
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(answers[0]).toMatchObject({ reason: tooComplex });
    expect(thread.started).toBe(3);
  });

  test('refuses what would not fit into memory', async () => {
    const { build } = start({ budget: 600_000, memory: 64 });
    await expect(build(task(fragmentBomb)).then(() => 'planned')).rejects.toEqual(tooComplex);
    expect(thread.started).toBe(2);
  });

  test('lets only so many wait', async () => {
    const { build } = start({ queue: 2, budget: 60_000 });
    // The thread has not started yet: everybody waits.
    const waiting = [build(simple), build(simple)];
    expect(thread.waiting).toBe(2);
    await expect(build(simple)).rejects.toEqual(tooBusy);
    await Promise.all(waiting);
    expect(thread.waiting).toBe(0);
  });

  test('lets nobody wait for too long', async () => {
    let time = 0;
    const { build } = start({ patience: 1_000, budget: 60_000, now: () => time });
    const late = build(simple);
    time = 1_001;
    const early = build(simple);
    await expect(late).rejects.toEqual(tooBusy);
    await expect(early).resolves.toBeDefined();
  });

  test('says what it cannot plan as the builder would', async () => {
    const { build } = start({ budget: 60_000 });
    await expect(build(task('{ nothing }'))).rejects.toMatchObject({
      message: 'No plan was found for "nothing".',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
      originalError: expect.any(Error),
    });
  });

  test('that cannot start tells everybody, and tries again for whoever asks next', async () => {
    thread = createPlanThread('type Query { a: Int }');
    const asked = [thread.build(simple), thread.ready()];
    await expect(asked[0]).rejects.toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    await expect(asked[1]).rejects.toThrow();
    expect(thread.started).toBe(1);
    await expect(thread.build(simple)).rejects.toMatchObject({ message: 'The operation could not be planned.' });
    expect(thread.started).toBe(2);
  });

  test('is ended when nobody needed it for a while, and started again by the next operation', async () => {
    const { build, ready, clock } = startIdling();
    await ready();
    await clock.advance(89_999);
    await build(simple);
    // Whoever asks keeps it.
    await clock.advance(89_999);
    await build(simple);
    expect(thread.started).toBe(1);
    await clock.advance(90_000);
    expect(clock.waiting).toBe(0);
    await expect(build(simple)).resolves.toBeDefined();
    expect(thread).toMatchObject({ waiting: 0, started: 2 });
  });

  test('is not ended while somebody waits for it', async () => {
    const { build, ready, clock } = startIdling();
    await ready();
    const planning = build(simple);
    // Its own budget counts, and no idleness.
    expect(clock.waiting).toBe(1);
    await clock.advance(90_000);
    await expect(planning).resolves.toBeDefined();
    expect(thread.started).toBe(1);
  });

  test('that was ended for want of work can say again when it is ready, and be closed', async () => {
    const { ready, close, clock } = startIdling();
    await ready();
    await clock.advance(90_000);
    await ready();
    expect(thread.started).toBe(2);
    await clock.advance(90_000);
    await close();
    expect(thread.started).toBe(2);
  });

  test('that is closed waits for no end of idleness', async () => {
    const { ready, close, clock } = startIdling();
    await ready();
    expect(clock.waiting).toBe(1);
    await close();
    expect(clock.waiting).toBe(0);
  });

  test('closes when what was asked of it is done, and starts once more for who comes later', async () => {
    const { build, close } = start({ budget: 60_000 });
    const asked = build(simple);
    const closed = close();
    await expect(asked).resolves.toBeDefined();
    await closed;
    await expect(build(simple)).resolves.toBeDefined();
    expect(thread.started).toBe(2);
  });
});
