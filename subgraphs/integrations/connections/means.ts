import type { Publisher } from '../../shared/events.ts';
import type { Platform } from '../../shared/platform.ts';
import type { Delivery } from '../items/item.ts';
import { writeDelivery } from '../items/write.ts';
import type { Outside } from '../providers/provider.ts';
import type { Counts } from './log.ts';
import { createOutside } from './outside.ts';

/** Writes what a page brings, in the transaction of the page. */
export type WriteDelivery = (
  ctx: Publisher,
  connection: { id: string; provider: string },
  delivery: Delivery,
) => Promise<Counts>;

/** What syncs need of the world; tests bring their own. */
export interface Means {
  /** The way to the providers; the signal ends what is under way. */
  outside(signal?: AbortSignal): Outside;
  write: WriteDelivery;
  /** Between 0 and 1. */
  random(): number;
  /** Milliseconds that one worker stays with one connection before others have their turn. */
  turn: number;
}

export const createMeans = (platform: Pick<Platform, 'config' | 'now'>): Means => ({
  outside: (signal) => createOutside(platform, signal ? { signal } : {}),
  write: writeDelivery,
  random: Math.random,
  turn: 120_000,
});
