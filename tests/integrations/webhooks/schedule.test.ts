import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { longestMs, mostAttempts, nextAttempt, restUntil } from '../../../subgraphs/integrations/webhooks/schedule.ts';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a delivery is tried ten times at most, later and later, and never after 24 hours', () => {
  fc.assert(
    fc.property(fc.array(chance, { minLength: 20, maxLength: 20 }), fc.nat(20_000), (chances, tookMs) => {
      const createdAt = new Date(0);
      let now = createdAt;
      let wait = 0;
      let attempts = 0;
      for (;;) {
        attempts++;
        const before = wait;
        const next = nextAttempt({ attempts, createdAt, now, retryAfter: null }, () => chances[attempts]!);
        if (!next) break;
        wait = next.getTime() - now.getTime();
        expect(wait).toBeGreaterThan(before);
        expect(next.getTime()).toBeLessThanOrEqual(longestMs);
        now = new Date(next.getTime() + tookMs);
      }
      expect(attempts).toBe(mostAttempts);
      expect(now.getTime()).toBeGreaterThan(17 * 3_600_000);
    }),
  );
});

test('what an address asks for counts, as far as the 24 hours go', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(200_000_000), chance, (attempts, asked, random) => {
      const now = new Date(1_000_000);
      const retryAfter = new Date(now.getTime() + asked);
      const next = nextAttempt({ attempts, createdAt: new Date(0), now, retryAfter }, () => random)!;
      expect(next.getTime()).toBeGreaterThanOrEqual(Math.min(retryAfter.getTime(), longestMs));
      expect(next.getTime()).toBeLessThanOrEqual(longestMs);
    }),
  );
});

test('after one failure an address does not rest; from the second on longer each time, five minutes at most, or as long as it asks within an hour', () => {
  const restAfter = (failures: number) => restUntil(failures, new Date(0), null, () => 0).getTime();
  expect([1, 2, 3, 4, 50].map(restAfter)).toEqual([0, 4_000, 8_000, 16_000, 240_000]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), chance, fc.nat(10_000_000), (failures, random, asked) => {
      const now = new Date(1_000_000);
      const rest = restUntil(failures, now, null, () => random).getTime() - now.getTime();
      expect(rest).toBeGreaterThanOrEqual(failures < 2 ? 0 : 4_000);
      expect(rest).toBeLessThanOrEqual(300_000);
      const wished = restUntil(failures, now, new Date(now.getTime() + asked), () => random).getTime() - now.getTime();
      expect(wished).toBe(Math.max(rest, Math.min(asked, 3_600_000)));
    }),
  );
});
