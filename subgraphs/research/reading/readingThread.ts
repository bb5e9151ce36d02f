import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { Received } from './encoding.ts';
import type { Feed } from './feeds.ts';
import type { Page } from './pages.ts';

interface ReadingThreadOptions {
  /** Milliseconds that reading one text may take. */
  readonly budget?: number;
  /** Megabytes that the thread may use. */
  readonly memory?: number;
  /** Milliseconds after the last text until the thread is ended; the next one starts it again. */
  readonly idle?: number;
  readonly after?: Clock['after'];
}

/** What the thread is told, and what it says: that it has started, what it read, or that something is broken. */
export interface ReadingTask {
  readonly kind: 'FEED' | 'PAGE';
  readonly received: Received;
}
export type ReadingAnswer = 'ready' | { readonly read: Feed | Page | null } | { readonly broken: string };

/** A text that takes more time or memory to read than it may. */
export class TooComplex extends Error {
  override name = 'TooComplex';
  readonly code = 'TOO_COMPLEX';
}

/**
 * A thread that reads feeds and pages, so that a large one does not hold up whatever else this process does, nor one that was made to take long.
 * With the parsers it holds some 60 MB: it is started by the first text, and ended when there are no more. Of the make of the gateway's planning
 * thread, which has other rules for who waits, and may import nothing from here.
 */
interface ReadingThread {
  /** @throws TooComplex, and what the signal was aborted with */
  feed(received: Received, signal: AbortSignal): Promise<Feed | null>;
  /** @throws TooComplex, and what the signal was aborted with */
  page(received: Received, signal: AbortSignal): Promise<Page>;
  /** Threads that were started. */
  readonly started: number;
}

interface Job extends ReadingTask {
  resolve(read: Feed | Page | null): void;
  reject(error: unknown): void;
}

export function createReadingThread(options: ReadingThreadOptions = {}): ReadingThread {
  const { budget = 5_000, memory = 512, idle = 20_000, after = systemClock.after } = options;
  const jobs: Job[] = [];
  let worker: Worker | undefined;
  let isReady = false;
  let running: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Prevents that an idle worker is ended. */
  let keep: (() => void) | undefined;
  let started = 0;

  function start(): void {
    const thread = new Worker(new URL('./readingWorker.mjs', import.meta.url), {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memory },
    });
    thread.on('message', (answer: ReadingAnswer) => thread === worker && hear(answer));
    thread.on('error', (error) => thread === worker && lose(error));
    thread.on('exit', () => thread === worker && lose(new Error('The reading thread ended.')));
    worker = thread;
    isReady = false;
    started++;
  }

  function stop(): void {
    const thread = worker;
    worker = undefined;
    isReady = false;
    void thread?.terminate();
  }

  function finish(): Job | undefined {
    const job = running;
    running = undefined;
    clearTimeout(timer);
    return job;
  }

  function hear(answer: ReadingAnswer): void {
    if (answer === 'ready') isReady = true;
    else if ('read' in answer) finish()?.resolve(answer.read);
    else finish()?.reject(new Error(answer.broken));
    next();
  }

  /** The worker broke: what it was reading is refused, and so is everything if it could not even start. */
  function lose(error: Error & { code?: string }): void {
    const couldStart = isReady;
    stop();
    const isTooLarge = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    finish()?.reject(isTooLarge ? new TooComplex('It takes too much memory to read.') : error);
    if (!couldStart) for (const { reject } of jobs.splice(0)) reject(error);
    next();
  }

  function expire(job: Job): void {
    if (job !== running) return;
    stop();
    finish()?.reject(new TooComplex('It takes too long to read.'));
    next();
  }

  /** Gives the worker its next text, a worker to the texts, or an end to a worker that nobody needs. */
  function next(): void {
    if (!worker && jobs.length > 0) start();
    if (isReady && !running) {
      running = jobs.shift();
      if (running) {
        const { kind, received } = running;
        const body = new Uint8Array(received.body);
        worker?.postMessage({ kind, received: { ...received, body } } satisfies ReadingTask, [body.buffer]);
        // Once more round the loop: it may be read, and only we were late.
        timer = setTimeout((job: Job) => setImmediate(expire, job), budget, running);
      }
    }
    keep?.();
    keep = undefined;
    // A process that waits for a text lives; one that only has a thread may end.
    if (running || jobs.length > 0) worker?.ref();
    else if (worker) {
      worker.unref();
      keep = after(idle, stop);
    }
  }

  function read(kind: ReadingTask['kind'], { url, contentType, charset, body }: Received, signal: AbortSignal) {
    return new Promise<Feed | Page | null>((resolve, reject) => {
      signal.throwIfAborted();
      const received = { url, contentType, charset: charset ?? null, body };
      // Who no longer wants it need not wait. What has begun is read to its end, for the next would have to wait for a new thread.
      const leave = () => {
        if (jobs.includes(job)) jobs.splice(jobs.indexOf(job), 1);
        job.reject(signal.reason);
        next();
      };
      const settled =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          signal.removeEventListener('abort', leave);
          settle(value);
        };
      const job: Job = { kind, received, resolve: settled(resolve), reject: settled(reject) };
      signal.addEventListener('abort', leave, { once: true });
      jobs.push(job);
      next();
    });
  }

  return {
    feed: (received, signal) => read('FEED', received, signal) as Promise<Feed | null>,
    page: (received, signal) => read('PAGE', received, signal) as Promise<Page>,
    get started() {
      return started;
    },
  };
}
