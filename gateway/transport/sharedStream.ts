import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { Refusal, type Sink } from '../admission/operation.ts';
import type { Subscription } from '../execution/subscriptions.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import type { EventListener } from '../sources/source.ts';
import type { Subscriber } from './fanOut.ts';

/** Events that a stream may have waiting. What comes faster than it can be answered is not kept without end. */
const queueLimit = 1_000;
/** Events of one stream that are answered at a time. */
const answersAtOnce = 8;

/** What streams need of the fan-out. */
export interface StreamWork {
  answer(subscriber: Subscriber, event: unknown): Promise<string>;
  format(error: GraphQLError, context: unknown): GraphQLFormattedError;
  /** The stream that others with the same key share: from now on this one, when there was none. */
  merge(stream: SharedStream): SharedStream;
  ended(stream: SharedStream): void;
}

/** An event on its way: without text until it is answered. */
interface Pending {
  readonly event: unknown;
  text: string | null;
  isRunning: boolean;
}

/**
 * Events of one source, answered once and told to many, in order. Classes here because there are tens of thousands of them: an idle one has
 * no closures, no timers and no promises of its own.
 */
export class SharedStream implements EventListener {
  key: string;
  isShared: boolean;
  /** Settles when the source has started. */
  started: Promise<void> | null = null;
  readonly #members = new Set<Member>();
  readonly #work: StreamWork;
  #plan: PreparedPlan;
  #stop: (() => void) | null = null;
  #pending: Pending[] = [];
  #running = 0;
  /** Events of the source so far, and how many of them have been told. */
  #received = 0;
  #told = 0;
  #isCaughtUp = false;
  /** Set when the source has ended: what is pending is still told. */
  #final: { failure?: unknown } | null = null;
  #isOver = false;
  #settled: ((wanted: boolean) => void)[] = [];

  constructor(key: string, plan: PreparedPlan, isShared: boolean, work: StreamWork) {
    this.key = key;
    this.#plan = plan;
    this.isShared = isShared;
    this.#work = work;
  }

  get size(): number {
    return this.#members.size;
  }

  /** One who speaks for all: they are alike. Undefined when nobody is left. */
  get subscriber(): Subscriber | undefined {
    for (const { subscriber } of this.#members)
      return subscriber.plan === this.#plan ? subscriber : { ...subscriber, plan: this.#plan };
    return undefined;
  }

  start(subscription: Subscription): void {
    const starting = subscription.listen(this).then((stop) => {
      if (this.#isOver || this.started !== starting) return stop();
      this.#stop = stop;
      this.started = null;
    });
    // Whoever waits for the start hears of its failure from there.
    starting.catch(() => this.#close());
    this.started = starting;
  }

  /** Goes on under another supergraph, on the same source or on a new one. */
  continueWith(plan: PreparedPlan, key: string, source: Subscription | null): void {
    this.#plan = plan;
    this.key = key;
    if (!source) return;
    this.#stop?.();
    this.#stop = null;
    this.start(source);
    this.started?.catch((failure) => this.#fail(failure));
  }

  add(subscriber: Subscriber, sink: Sink): Member {
    const member = new Member(this, subscriber, sink, this.#received);
    this.#members.add(member);
    return member;
  }

  remove(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size === 0) this.#close();
  }

  event(event: unknown): void {
    if (this.#isOver || this.#final) return;
    this.#received++;
    this.#pending.push({ event, text: null, isRunning: false });
    if (this.#pending.length > queueLimit) this.#fail(tooFast());
    else this.#answerMore();
  }

  caughtUp(): void {
    this.#isCaughtUp = true;
    this.#mergeIfIdle();
  }

  settled(): Promise<boolean> {
    if (this.#isOver || this.#pending.length === 0) return Promise.resolve(!this.#isOver);
    return new Promise((settled) => this.#settled.push(settled));
  }

  /** The source has ended. What it told before is still answered. */
  end(failure?: unknown): void {
    if (this.#isOver) return;
    this.#final ??= { failure };
    if (this.#pending.length === 0) this.#fail(this.#final.failure);
  }

  #answerMore(): void {
    for (const pending of this.#pending) {
      if (this.#running === answersAtOnce) return;
      if (pending.isRunning) continue;
      const { subscriber } = this;
      if (!subscriber) return;
      pending.isRunning = true;
      this.#running++;
      this.#work.answer(subscriber, pending.event).then(
        (text) => {
          this.#running--;
          pending.text = text;
          this.#tell();
        },
        (failure) => this.#fail(failure),
      );
    }
  }

  /** Tells what is answered, as far as nothing earlier is missing. */
  #tell(): void {
    while (!this.#isOver && this.#pending[0]?.text != null) {
      const { text } = this.#pending.shift()!;
      this.#told++;
      for (const member of this.#members) if (member.from < this.#told) member.sink.next(text!);
    }
    if (this.#isOver) return;
    if (this.#pending.length > 0) return void this.#answerMore();
    this.#settle(true);
    if (this.#final) this.#fail(this.#final.failure);
    else this.#mergeIfIdle();
  }

  /** Hands its one member over to those who ask the same, or becomes the stream that they share. */
  #mergeIfIdle(): void {
    if (this.isShared || this.#isOver || !this.#isCaughtUp || this.#pending.length > 0) return;
    const other = this.#work.merge(this);
    if (other === this) {
      this.isShared = true;
      return;
    }
    // One that has not caught up yet may have missed what came here.
    if (!other.#isCaughtUp) return;
    for (const member of [...this.#members]) {
      member.move(other, other.#received);
      other.#members.add(member);
    }
    this.#members.clear();
    this.#close();
  }

  /** Ends all, with an error unless there is no failure. */
  #fail(failure: unknown): void {
    const members = [...this.#members];
    this.#members.clear();
    this.#close();
    const errors = failure === undefined ? undefined : errorsOf(failure);
    for (const { sink, subscriber } of members)
      sink.end(errors?.map((error) => this.#work.format(error, subscriber.context)));
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pending = [];
    this.#stop?.();
    this.#stop = null;
    this.#settle(false);
    this.#work.ended(this);
  }

  #settle(wanted: boolean): void {
    const waiting = this.#settled;
    if (waiting.length === 0) return;
    this.#settled = [];
    for (const settled of waiting) settled(wanted);
  }
}

/** One who listens to a stream. */
class Member {
  readonly subscriber: Subscriber;
  readonly sink: Sink;
  /** Number of the last event that is not for it: it came before. */
  from: number;
  #stream: SharedStream;

  constructor(stream: SharedStream, subscriber: Subscriber, sink: Sink, from: number) {
    this.#stream = stream;
    this.subscriber = subscriber;
    this.sink = sink;
    this.from = from;
  }

  move(stream: SharedStream, from: number): void {
    this.#stream = stream;
    this.from = from;
  }

  leave(): void {
    this.#stream.remove(this);
  }
}

/** Each subscriber is told under its own request id. */
function errorsOf(failure: unknown): GraphQLError[] {
  // Another supergraph refuses it.
  if (failure instanceof Refusal)
    return failure.errors.map(({ message, extensions }) => new GraphQLError(message, { extensions }));
  return [failure instanceof GraphQLError ? failure : broken()];
}

const tooFast = () =>
  new GraphQLError(
    'More happened than could be told in time. Subscribe again; resume after the last event seen, where that is offered.',
    {
      extensions: { code: 'RATE_LIMITED', resumable: true, retryAfter: 1 },
    },
  );

const broken = () => new GraphQLError('The subscription broke.', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
