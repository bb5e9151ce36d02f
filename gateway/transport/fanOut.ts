import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Sink } from '../admission/operation.ts';
import type { TextResult } from '../execution/compiled/executor.ts';
import type { Gateway } from '../gateway.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import { SharedStream, type StreamWork } from './sharedStream.ts';

/** Whose subscription, and to what. */
export interface Subscriber {
  /** Whose answers may be shared. */
  readonly sharing: string;
  readonly scopes: readonly string[];
  readonly plan: PreparedPlan;
  readonly variables: Readonly<Record<string, unknown>>;
  /** For sources. */
  readonly context: unknown;
}

export interface FanOutOptions {
  readonly gateway: Pick<Gateway, 'subscription' | 'executeEventText' | 'onUpdate'>;
  /** The whole response to one event as JSON. */
  respond(result: TextResult, context: unknown): string;
  /** Why a subscription ends, as clients see it. */
  format(error: GraphQLError, context: unknown): GraphQLFormattedError;
  /**
   * The subscription's plan under a new supergraph.
   * @throws GraphQLError when it does not validate there, or is not allowed any more: it ends with that.
   */
  replan(subscriber: Subscriber): Promise<PreparedPlan>;
}

export interface FanOut {
  /**
   * Starts a subscription. Resolves to what ends it.
   * @throws GraphQLError when it cannot start.
   */
  listen(subscriber: Subscriber, sink: Sink): Promise<() => void>;
  readonly subscribers: number;
  /** How many sources these subscribers have between them. */
  readonly streams: number;
}

/**
 * Subscriptions that ask the same share a stream: one source, one execution an event, its text to each. The same is: the same
 * `sharing`, scopes, plan and variables. One that resumes has a stream of its own until it has caught up, and then joins the others.
 */
export function createFanOut(options: FanOutOptions): FanOut {
  const { gateway, respond, format, replan } = options;
  const streams = new Set<SharedStream>();
  const shared = new Map<string, SharedStream>();
  const keyOf = ({ plan, sharing, scopes }: Subscriber, deciding: object) =>
    JSON.stringify([plan.key, sharing, scopes, deciding]);

  const work: StreamWork = {
    async answer({ plan, variables, context }, event) {
      return respond(await gateway.executeEventText(plan, event, { variables, context }), context);
    },
    format,
    merge(stream) {
      const other = shared.get(stream.key);
      if (!other) shared.set(stream.key, stream);
      return other ?? stream;
    },
    ended(stream) {
      streams.delete(stream);
      if (shared.get(stream.key) === stream) shared.delete(stream.key);
    },
  };

  const move = async (stream: SharedStream): Promise<void> => {
    const { subscriber } = stream;
    if (!subscriber) return;
    try {
      const plan = await replan(subscriber);
      // All have left meanwhile.
      if (!streams.has(stream)) return;
      const subscription = gateway.subscription(plan, subscriber);
      const isSame = subscription.hasEventsOf(subscriber.plan);
      stream.continueWith(plan, keyOf({ ...subscriber, plan }, subscription.deciding), isSame ? null : subscription);
      if (stream.isShared && !shared.has(stream.key)) shared.set(stream.key, stream);
    } catch (error) {
      stream.end(error);
    }
  };

  // Executions finish on the old supergraph until the new plan is there; later events are answered on the new one.
  gateway.onUpdate(() => {
    shared.clear();
    for (const stream of [...streams]) void move(stream);
  });

  return {
    async listen(subscriber, sink) {
      const subscription = gateway.subscription(subscriber.plan, subscriber);
      const key = keyOf(subscriber, subscription.deciding);
      const known = subscription.resumes ? undefined : shared.get(key);
      const stream = known ?? new SharedStream(key, subscriber.plan, !subscription.resumes, work);
      const member = stream.add(subscriber, sink);
      if (!known) {
        streams.add(stream);
        if (stream.isShared) shared.set(key, stream);
        stream.start(subscription);
      }
      try {
        await stream.started;
      } catch (error) {
        member.leave();
        throw error;
      }
      return () => member.leave();
    },
    get subscribers() {
      return [...streams].reduce((sum, stream) => sum + stream.size, 0);
    },
    get streams() {
      return streams.size;
    },
  };
}
