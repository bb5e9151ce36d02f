import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../clock.ts';
import type { BuiltPlan, PlanTask } from './planBuilder.ts';
import { broken, type RefusalReport, refusalOf, tooBusy, tooComplex } from './refusals.ts';

export interface PlanThreadOptions {
  /** Milliseconds that one plan may take. */
  readonly budget?: number;
  /** Operations that may wait for the thread. */
  readonly queue?: number;
  /** Milliseconds that an operation may wait for the thread. */
  readonly patience?: number;
  /** Megabytes that the thread may use; an operation that needs more is refused. */
  readonly memory?: number;
  /** Milliseconds after the last plan until the thread is ended; the next plan starts it again. */
  readonly idle?: number;
  readonly now?: () => number;
  readonly after?: Clock['after'];
}

/** What the thread says: that it has started, a plan, or why there is none. */
export type PlanAnswer = 'ready' | BuiltPlan | { readonly refusal: RefusalReport };

/**
 * A thread that builds plans, so that no document stalls the others. With a planner of its own it holds some 60 MB: one that nobody needs is
 * ended, for the documents of apps are planned once and then cached.
 */
export interface PlanThread {
  /** Resolves when the thread can plan. */
  ready(): Promise<void>;
  /**
   * @throws GraphQLError: COST_LIMIT_EXCEEDED past the budget, RATE_LIMITED when too many wait, and what the builder throws.
   */
  build(task: PlanTask): Promise<BuiltPlan>;
  /** Operations that wait for the thread. */
  readonly waiting: number;
  /** Threads that were started, the first one included. */
  readonly started: number;
  /** Ends the thread once nobody waits for it. A plan that is asked for later has it started again. */
  close(): Promise<void>;
}

interface Job extends PlanTask {
  readonly since: number;
  resolve(plan: BuiltPlan): void;
  reject(error: unknown): void;
}

/** Starts a thread for one supergraph; it loads while the caller goes on. */
export function createPlanThread(supergraphSdl: string, options: PlanThreadOptions = {}): PlanThread {
  const { budget = 500, queue = 100, patience = 5_000, memory = 512, idle = 120_000 } = options;
  const { now = Date.now, after = systemClock.after } = options;
  const jobs: Job[] = [];
  const starters: { resolve(): void; reject(error: unknown): void }[] = [];
  const closers: (() => void)[] = [];
  let worker: Worker | undefined;
  let isReady = false;
  let isClosed = false;
  let running: Job | undefined;
  /** Prevents that the budget of what is running ends. */
  let spare: (() => void) | undefined;
  /** Prevents that an idle worker is ended. */
  let keep: (() => void) | undefined;
  let started = 0;

  function start(): void {
    const thread = new Worker(new URL('./planWorker.mjs', import.meta.url), {
      workerData: { supergraphSdl },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memory },
    });
    thread.on('message', (answer: PlanAnswer) => thread === worker && hear(answer));
    thread.on('error', (error) => thread === worker && lose(error));
    thread.on('exit', () => thread === worker && lose(new Error('The planning thread ended.')));
    worker = thread;
    isReady = false;
    started++;
  }

  /** Ends this worker, whatever it does. */
  function stop(): Promise<unknown> | undefined {
    const thread = worker;
    worker = undefined;
    isReady = false;
    keep?.();
    keep = undefined;
    return thread?.terminate();
  }

  function finish(): Job | undefined {
    const job = running;
    running = undefined;
    spare?.();
    return job;
  }

  function hear(answer: PlanAnswer): void {
    if (answer === 'ready') {
      isReady = true;
      for (const { resolve } of starters.splice(0)) resolve();
    } else if ('plan' in answer) finish()?.resolve(answer);
    else finish()?.reject(refusalOf(answer.refusal));
    next();
  }

  /** The worker broke: what it was planning is refused, and so is everything if it could not even start. */
  function lose(error: Error & { code?: string }): void {
    const couldStart = isReady;
    void stop();
    finish()?.reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooComplex(error) : broken(error));
    if (couldStart && !isClosed) start();
    if (!couldStart) {
      for (const { reject } of starters.splice(0)) reject(error);
      for (const { reject } of jobs.splice(0)) reject(broken(error));
    }
    next();
  }

  function expire(job: Job): void {
    if (job !== running) return;
    finish()?.reject(tooComplex());
    void stop();
    if (!isClosed) start();
    next();
  }

  /** Gives the worker its next task, a worker to the tasks, or an end to a worker that nobody needs. */
  function next(): void {
    while (jobs[0] && now() - jobs[0].since > patience) jobs.shift()?.reject(tooBusy());
    const isWanted = running !== undefined || jobs.length > 0 || starters.length > 0;
    if (isClosed && !isWanted) {
      const closed = closers.splice(0);
      void Promise.resolve(stop()).then(() => {
        for (const done of closed) done();
      });
      return;
    }
    if (!worker && isWanted) start();
    if (isReady && !running) {
      running = jobs.shift();
      if (running) {
        const { operation, overrides } = running;
        worker?.postMessage({ operation, overrides } satisfies PlanTask);
        // Once more round the loop: the plan may be there, and only we were late.
        const job = running;
        spare = after(budget, () => setImmediate(expire, job));
      }
    }
    if (running || jobs.length || starters.length) {
      // A process that waits for a plan lives; one that only has a planner may end.
      worker?.ref();
      keep?.();
      keep = undefined;
    } else {
      worker?.unref();
      if (isReady) keep ??= after(idle, () => void stop());
    }
  }

  start();
  next();
  return {
    ready: () =>
      isReady
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            starters.push({ resolve, reject });
            next();
          }),
    build: (task) =>
      new Promise((resolve, reject) => {
        if (jobs.length >= queue) throw tooBusy();
        jobs.push({ ...task, since: now(), resolve, reject });
        next();
      }),
    get waiting() {
      return jobs.length;
    },
    get started() {
      return started;
    },
    close: () =>
      new Promise((done) => {
        isClosed = true;
        closers.push(done);
        next();
      }),
  };
}
