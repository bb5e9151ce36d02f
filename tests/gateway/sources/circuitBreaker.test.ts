import { describe, expect, test } from '@jest/globals';
import { CircuitBreaker, type Outcome } from '../../../gateway/sources/circuitBreaker.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const make = () => {
  const clock = new FakeClock();
  const breaker = new CircuitBreaker(clock);
  const run = (outcome: Outcome, times = 1) => {
    for (let n = 0; n < times; n++) breaker.settle(breaker.admit(), outcome);
  };
  return { clock, breaker, run };
};

describe('a circuit breaker', () => {
  test('opens at twenty calls of which half failed, and not before', () => {
    const { breaker, run } = make();
    run('failed', 19);
    expect(breaker.state).toBe('closed');
    run('failed');
    expect(breaker.state).toBe('open');
    expect(breaker.admit()).toBe(0);
  });

  test('stays closed while less than half fails', () => {
    const { breaker, run } = make();
    run('answered', 11);
    run('failed', 10);
    expect(breaker.state).toBe('closed');
    run('failed');
    expect(breaker.state).toBe('open');
  });

  test('forgets what is more than a minute ago', async () => {
    const { clock, breaker, run } = make();
    run('failed', 19);
    await clock.advance(30_000);
    run('answered', 1);
    await clock.advance(31_000);
    run('failed', 1);
    expect(breaker.state).toBe('closed');
    await clock.advance(600_000);
    run('failed', 19);
    expect(breaker.state).toBe('closed');
  });

  test('does not count what was abandoned', () => {
    const { breaker, run } = make();
    run('abandoned', 100);
    run('failed', 19);
    expect(breaker.state).toBe('closed');
  });

  test('lets five probes pass at a time after thirty seconds, and three answers close it', async () => {
    const { clock, breaker, run } = make();
    run('failed', 20);
    await clock.advance(29_999);
    expect(breaker.admit()).toBe(0);
    await clock.advance(1);
    expect(breaker.state).toBe('half-open');
    const passes = Array.from({ length: 6 }, () => breaker.admit());
    expect(passes.map(Boolean)).toEqual([true, true, true, true, true, false]);
    breaker.settle(passes[0]!, 'answered');
    breaker.settle(passes[1]!, 'abandoned');
    expect(breaker.admit()).not.toBe(0);
    breaker.settle(passes[2]!, 'answered');
    expect(breaker.state).toBe('half-open');
    breaker.settle(passes[3]!, 'answered');
    expect(breaker.state).toBe('closed');
    run('failed', 19);
    expect(breaker.state).toBe('closed');
  });

  test('opens again at the first probe that fails', async () => {
    const { clock, breaker, run } = make();
    run('failed', 20);
    await clock.advance(30_000);
    run('answered', 2);
    run('failed');
    expect(breaker.state).toBe('open');
    await clock.advance(29_999);
    expect(breaker.admit()).toBe(0);
  });

  test('takes nothing from calls that began before it changed', async () => {
    const { clock, breaker, run } = make();
    const early = [breaker.admit(), breaker.admit(), breaker.admit()];
    run('failed', 20);
    await clock.advance(30_000);
    const probe = breaker.admit();
    for (const pass of early) breaker.settle(pass, 'failed');
    expect(breaker.state).toBe('half-open');
    breaker.settle(probe, 'failed');
    expect(breaker.state).toBe('open');
  });
});
