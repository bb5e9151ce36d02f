import { describe, expect, test } from '@jest/globals';
import { Breaker } from '../../../subgraphs/shared/models/breaker.ts';
import { FakeClock } from '../../support/fakeClock.ts';

describe('the breaker of a provider', () => {
  const clock = new FakeClock();
  const settle = (breaker: Breaker, outcome: 'answered' | 'failed' | 'neutral') => {
    const pass = breaker.admit();
    breaker.settle(pass, outcome);
    return pass > 0;
  };
  const opened = () => {
    const breaker = new Breaker(clock);
    for (let failure = 0; failure < 3; failure++) settle(breaker, 'failed');
    return breaker;
  };

  test('opens after three failures in a row', () => {
    const breaker = new Breaker(clock);
    for (const outcome of ['failed', 'failed', 'answered', 'failed', 'neutral', 'failed'] as const) {
      expect(settle(breaker, outcome)).toBe(true);
    }
    expect(breaker.admitsIn).toBe(0);
    settle(breaker, 'failed');
    expect(breaker.admit()).toBe(0);
    expect(breaker.admitsIn).toBe(30_000);
  });

  test('lets one request try after a while, and closes when it is answered', async () => {
    const breaker = opened();
    await clock.advance(29_999);
    expect(breaker.admit()).toBe(0);
    await clock.advance(1);
    const probe = breaker.admit();
    expect(probe).toBeGreaterThan(0);
    expect(breaker.admit()).toBe(0);
    breaker.settle(probe, 'answered');
    expect([breaker.admit(), breaker.admit()].every((pass) => pass > 0)).toBe(true);
    // It must fail as often as ever to open again.
    expect(settle(breaker, 'failed')).toBe(true);
    expect(settle(breaker, 'failed')).toBe(true);
  });

  test('opens again when that one fails, for as long', async () => {
    const breaker = opened();
    await clock.advance(30_000);
    expect(settle(breaker, 'failed')).toBe(true);
    expect(breaker.admitsIn).toBe(30_000);
  });

  test('lets another one try when that one said nothing', async () => {
    const breaker = opened();
    await clock.advance(30_000);
    expect(settle(breaker, 'neutral')).toBe(true);
    expect(settle(breaker, 'answered')).toBe(true);
    expect(breaker.admit()).toBeGreaterThan(0);
  });

  test('does not listen to requests that began before it opened', async () => {
    const breaker = new Breaker(clock);
    const slow = [breaker.admit(), breaker.admit()];
    for (let failure = 0; failure < 3; failure++) settle(breaker, 'failed');
    breaker.settle(slow[0]!, 'answered');
    expect(breaker.admit()).toBe(0);
    await clock.advance(30_000);
    const probe = breaker.admit();
    breaker.settle(slow[1]!, 'failed');
    breaker.settle(probe, 'answered');
    expect(breaker.admit()).toBeGreaterThan(0);
  });
});
