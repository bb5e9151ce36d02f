import { Redis } from 'ioredis';
import type { Bucket, Budget } from './budget.ts';
import { sha256 } from './sha256.ts';

export interface RedisBudgetOptions {
  /** From `connectForBudget`. */
  readonly redis: Redis;
  /** Counts while Redis does not answer: a bucket of this process's own, full at first. */
  readonly fallback: Budget;
  /** Milliseconds to leave Redis alone after it failed, so that not every request waits for it. */
  readonly rest?: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
  /** Called once each time Redis begins to fail. */
  readonly onFailure?: (error: Error) => void;
}

/**
 * A client as the path of requests needs it: nothing queues while there is no connection, nothing is tried twice, and no command waits longer
 * than `patience` milliseconds.
 */
export function connectForBudget(url: string, { patience = 40 }: { patience?: number } = {}): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: patience,
    connectTimeout: 1_000,
    retryStrategy: (times) => Math.min(100 * times, 2_000),
  });
  // Failing commands say it; without a listener it would end the process.
  redis.on('error', () => {});
  return redis;
}

/**
 * Restores, takes or gives, and stores, in one step that no other process can come between, by the clock of Redis alone: a node whose clock
 * jumps refills nothing. What is taken must be there; what is put right (`settle`) may leave a debt. A bucket that would be full again expires.
 */
const SPEND = `
local capacity, rate, points = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local stored = redis.call('HMGET', KEYS[1], 'points', 'at')
local left, at = tonumber(stored[1]) or capacity, tonumber(stored[2]) or now
left = math.min(capacity, left + math.max(0, now - at) / 1000 * rate)
local granted = 1
if ARGV[4] == 'charge' and points > 0 and points > left then
  granted = 0
else
  left = math.max(-capacity, math.min(capacity, left - points))
  redis.call('HSET', KEYS[1], 'points', string.format('%.17g', left), 'at', string.format('%.17g', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - left) / rate * 1000) + 1000)
end
return { granted, string.format('%.17g', left) }
`;

/** A hash, so that Redis and its files name nobody. The braces keep a bucket on one node of a cluster. */
export const budgetKey = (account: string) => `budget:{${sha256(account)}}`;

type Spend = (key: string, capacity: number, rate: number, points: number, way: string) => Promise<[number, string]>;

/** One budget for all processes that share a Redis. Where Redis is dead, slow or full, each process counts for itself until it is back. */
export function createRedisBudget(options: RedisBudgetOptions): Budget {
  const { redis, fallback, rest = 1_000, now = () => performance.now(), onFailure } = options;
  redis.defineCommand('spend', { numberOfKeys: 1, lua: SPEND });
  const spend = (redis as Redis & { spend: Spend }).spend.bind(redis);
  let restingUntil = Number.NEGATIVE_INFINITY;
  let isFailing = false;

  const ask = async (account: string, bucket: Bucket, points: number, way: 'charge' | 'settle') => {
    if (now() < restingUntil) return undefined;
    try {
      const [granted, remaining] = await spend(
        budgetKey(account),
        bucket.capacity,
        bucket.restorePerSecond,
        points,
        way,
      );
      isFailing = false;
      return { granted: granted === 1, remaining: Number(remaining) };
    } catch (error) {
      restingUntil = now() + rest;
      if (!isFailing) onFailure?.(error as Error);
      isFailing = true;
      return undefined;
    }
  };

  return {
    async charge(account, points, bucket) {
      const standing = await ask(account, bucket, points, 'charge');
      return standing ?? { ...(await fallback.charge(account, points, bucket)), isLocal: true };
    },
    settle(account, standing, correction, bucket) {
      const { charged, actual } = correction;
      if (standing.isLocal) fallback.settle(account, standing, correction, bucket);
      // If this fails the correction is lost, and time restores what it was about.
      else if (charged !== actual) void ask(account, bucket, actual - charged, 'settle');
    },
  };
}
