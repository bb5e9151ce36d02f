import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop was since it was last asked, on average and in milliseconds. */
export interface EventLoop {
  delay(): number;
  close(): void;
}

/** The event loop of this process. */
export function watchEventLoop(): EventLoop {
  const resolution = 5;
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return {
    delay() {
      const { mean } = histogram;
      histogram.reset();
      // Without a sample there is no mean.
      return Number.isFinite(mean) ? Math.max(0, mean / 1e6 - resolution) : 0;
    },
    close: () => void histogram.disable(),
  };
}

/** Milliseconds between two looks at the event loop. */
const interval = 100;
/** Operations that may run before anything is known. */
const first = 64;

/**
 * How many operations may run at a time. More than the processor can serve makes all of them slow and none of them faster, which shows as
 * an event loop that is late: then fewer may run, and more again while it is punctual and somebody waits. It begins low, because what was let in
 * is not sent away again: a limit that comes down only then has lost seconds.
 */
export class ConcurrencyLimit {
  current: number;
  readonly #most: number;
  readonly #least: number;
  readonly #target: number;
  readonly #eventLoop: EventLoop | undefined;
  #lastLook = 0;
  /** Since the last look: the most that ran, and whether anybody had to wait. */
  #peak = 0;
  #wasShort = false;

  constructor(options: { most: number; least: number; target: number; eventLoop: EventLoop | undefined }) {
    this.#most = options.most;
    this.#least = Math.min(options.least, options.most);
    this.#target = options.target;
    this.#eventLoop = options.eventLoop;
    this.current = options.eventLoop ? Math.min(first, options.most) : options.most;
  }

  /** Told of each operation that comes: how many run with it, whether it has to wait, and when that is. */
  observe(running: number, hasToWait: boolean, at: number): void {
    if (running > this.#peak) this.#peak = running;
    if (hasToWait) this.#wasShort = true;
    if (this.#eventLoop && at - this.#lastLook >= interval) {
      this.#lastLook = at;
      this.#adjust(this.#eventLoop.delay());
    }
  }

  #adjust(delay: number): void {
    if (delay > this.#target) {
      const used = Math.min(this.current, this.#peak);
      const fewer = Math.floor(used * Math.max(0.5, this.#target / delay));
      this.current = Math.min(this.current, Math.max(this.#least, fewer));
    } else if (this.#wasShort) {
      this.current = Math.min(this.#most, this.current + Math.ceil(this.current / 10));
    }
    this.#peak = 0;
    this.#wasShort = false;
  }
}
