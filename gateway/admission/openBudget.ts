import type { Redis } from 'ioredis';
import type { Budget } from './budget.ts';
import { createMemoryBudget } from './memoryBudget.ts';
import { connectForBudget, createRedisBudget } from './redisBudget.ts';

export interface OpenBudget {
  readonly budget: Budget;
  /** The client, for whatever else requests keep in Redis; undefined where there is none. */
  readonly redis: Redis | undefined;
  close(): void;
}

/** The budget of all processes that share a Redis, or of this process alone. */
export function openBudget(redisUrl: string | undefined, onFailure: (error: Error) => void): OpenBudget {
  const local = createMemoryBudget();
  if (redisUrl === undefined) return { budget: local, redis: undefined, close: () => {} };
  const redis = connectForBudget(redisUrl);
  return { budget: createRedisBudget({ redis, fallback: local, onFailure }), redis, close: () => redis.disconnect() };
}
