import type { Clock } from '../clock.ts';
import { Attempt } from './attempt.ts';
import type { CircuitBreaker } from './circuitBreaker.ts';
import { type Deadlines, subgraphShare, type Waiting } from './deadlines.ts';
import { isFault, isTransient, NotAsked, tooLate, wasNeverSent } from './failures.ts';
import type { HedgeDelay } from './hedging.ts';
import type { RetryBudget } from './retryBudget.ts';
import type { Source, SubgraphRequest, SubgraphResponse } from './source.ts';
import type { Statistics } from './statistics.ts';

/** What all calls to one subgraph share. What is missing is not done. */
export interface Line {
  readonly source: Source;
  readonly clock: Clock;
  readonly random: () => number;
  readonly deadlines: Deadlines;
  readonly statistics: Statistics;
  readonly breaker?: CircuitBreaker;
  /** Pays for retries and hedges alike. */
  readonly budget?: RetryBudget;
  readonly retries: boolean;
  readonly hedgeDelay?: HedgeDelay;
}

/** Milliseconds before a retry, of which chance takes up to as many more: what failed together does not come back together. */
const retryDelay = 5;
const retryJitter = 20;

/**
 * One request to a subgraph: one call, and for a query at most a second one, sent when the first failed or is slow; for a mutation only when the
 * first never left us. The caller gets the
 * first answer, or the last failure, or is released at the deadline.
 */
export class Call implements Waiting {
  readonly deadline: number;
  place = -1;
  readonly #line: Line;
  readonly #request: SubgraphRequest;
  readonly #resolve: (response: SubgraphResponse) => void;
  readonly #reject: (cause: unknown) => void;
  #first: Attempt | undefined;
  #second: Attempt | undefined;
  #cancelSecond: (() => void) | undefined;
  #isSettled = false;

  constructor(
    line: Line,
    request: SubgraphRequest,
    resolve: (response: SubgraphResponse) => void,
    reject: (cause: unknown) => void,
  ) {
    this.#line = line;
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    const now = line.clock.now();
    this.deadline = now + Math.max(1, (request.deadline - now) * subgraphShare);
    line.statistics.requests++;
    line.budget?.earn();
    line.deadlines.add(this, now);
    this.#first = this.#send();
    if (!this.#first) this.#fail(new NotAsked());
    else if (line.hedgeDelay && request.operationKind === 'query') this.#planHedge(line.hedgeDelay);
  }

  expire(): void {
    if (this.#isSettled) return;
    const cause = tooLate();
    for (const attempt of [this.#first, this.#second]) {
      if (!attempt || attempt.isOver) continue;
      this.#line.statistics.failures++;
      this.#line.statistics.timeouts++;
      this.#line.breaker?.settle(attempt.pass, 'failed');
      attempt.giveUp(cause);
    }
    this.#fail(cause);
  }

  /** Undefined when the breaker holds it back. */
  #send(): Attempt | undefined {
    const { source, clock, statistics, breaker, hedgeDelay } = this.#line;
    const pass = breaker ? breaker.admit() : 1;
    if (!pass) {
      statistics.heldBack++;
      return undefined;
    }
    statistics.calls++;
    const mayBeOvertaken = hedgeDelay !== undefined && this.#request.operationKind === 'query';
    const attempt = new Attempt(this.#request, this.deadline, clock.elapsed(), pass, mayBeOvertaken);
    let answer: Promise<SubgraphResponse>;
    try {
      answer = source.execute(attempt);
    } catch (cause) {
      answer = Promise.reject(cause);
    }
    answer.then(
      (response) => this.#answered(attempt, response),
      (cause) => this.#failed(attempt, cause),
    );
    return attempt;
  }

  #answered(attempt: Attempt, response: SubgraphResponse): void {
    if (attempt.isOver) return;
    const now = this.#line.clock.elapsed();
    const milliseconds = now - attempt.started;
    this.#line.statistics.answered(milliseconds / 1_000);
    this.#line.hedgeDelay?.observe(milliseconds);
    this.#line.breaker?.settle(attempt.pass, 'answered', now);
    attempt.finish();
    const other = attempt === this.#first ? this.#second : this.#first;
    if (other && !other.isOver) {
      this.#line.statistics.abandoned++;
      this.#line.breaker?.settle(other.pass, 'abandoned');
      other.giveUp(new Error('Another call answered first.'));
    }
    this.#settle();
    this.#resolve(response);
  }

  #failed(attempt: Attempt, cause: unknown): void {
    if (attempt.isOver) return;
    const { isLeft } = attempt;
    // The source has kept the deadline before us.
    if (!isLeft && this.#line.clock.now() >= this.deadline) return void this.expire();
    if (isLeft) this.#line.statistics.abandoned++;
    else this.#line.statistics.failures++;
    this.#line.breaker?.settle(attempt.pass, isLeft ? 'abandoned' : isFault(cause) ? 'failed' : 'answered');
    attempt.finish();
    // The other call may still answer.
    if (this.#second && !(this.#first!.isOver && this.#second.isOver)) return;
    if (!isLeft && this.#mayRetry(attempt, cause)) this.#retry(cause);
    else this.#fail(cause);
  }

  #mayRetry(attempt: Attempt, cause: unknown): boolean {
    const { retries, clock, budget } = this.#line;
    if (!retries || this.#second) return false;
    if (!(this.#request.operationKind === 'query' ? isTransient(cause) : wasNeverSent(cause))) return false;
    // A second call needs at least the time that the first has had.
    const needed = clock.elapsed() - attempt.started + retryDelay + retryJitter;
    return clock.now() + needed < this.deadline && !this.#request.signal.aborted && (budget?.spend() ?? true);
  }

  #retry(cause: unknown): void {
    this.#cancelSecond?.();
    const { clock, random, statistics } = this.#line;
    this.#cancelSecond = clock.after(retryDelay + random() * retryJitter, () => {
      if (this.#request.signal.aborted) return this.#fail(cause);
      this.#second = this.#send();
      if (this.#second) statistics.retries++;
      else this.#fail(cause);
    });
  }

  #planHedge(delay: HedgeDelay): void {
    const { milliseconds } = delay;
    const { clock, statistics, budget } = this.#line;
    if (milliseconds === undefined) return;
    this.#cancelSecond = clock.after(milliseconds, () => {
      if (this.#request.signal.aborted || !(budget?.spend() ?? true)) return;
      this.#second = this.#send();
      if (this.#second) statistics.hedges++;
    });
  }

  #fail(cause: unknown): void {
    this.#settle();
    this.#reject(cause);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#line.deadlines.delete(this);
    this.#cancelSecond?.();
  }
}
