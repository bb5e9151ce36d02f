import type { OperationDefinitionNode } from 'graphql';
import { CloseCode, createClient, type FormattedExecutionResult, type SubscribePayload } from 'graphql-ws';
import { events } from './events.ts';
import { graphPath } from './graph.ts';
import { session } from './session.ts';

type Result = FormattedExecutionResult<Record<string, unknown>, Record<string, unknown>>;

/** What GraphiQL gives us to report to. */
export interface Sink {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}

/** Close codes with which the gateway says that the token is missing, wrong or has ended. */
const refusals: readonly number[] = [CloseCode.Unauthorized, CloseCode.Forbidden];
/** A socket refused so soon after a renewal is refused for another reason than an old token. */
const renewalGrace = 5_000;

const client = createClient({
  url: () => new URL(graphPath, location.href.replace(/^http/, 'ws')).href,
  connectionParams: async () => {
    const authorization = await session.authorization();
    return authorization ? { authorization } : {};
  },
  // Pings, so that a connection that died without a word is noticed and made anew.
  keepAlive: 15_000,
  // For as long as it takes, as a gateway being worked on may be away for a while: the log says "connecting…" meanwhile.
  retryAttempts: Number.POSITIVE_INFINITY,
  retryWait: (attempt) => {
    const delay = Math.min(300 * 2 ** attempt, 10_000) * (0.75 + Math.random() / 2);
    return new Promise((resolve) => setTimeout(resolve, delay));
  },
  shouldRetry: (event) => event instanceof CloseEvent && !refusals.includes(event.code),
});

let person = identity();
session.subscribe(() => {
  // Someone else signed in: live subscriptions connect again as that person. A mere refresh changes nothing.
  if (person === identity()) return;
  person = identity();
  client.terminate();
});
client.on('closed', () => {
  if (events.state().status === 'live') events.setStatus('connecting');
});
client.on('connected', () => {
  if (events.state().status === 'connecting') events.setStatus('live');
});

/**
 * Runs a subscription over the WebSocket until it is stopped. It survives lost connections and the end of the access
 * token; when it declares `$after`, it goes on after the last event it has seen, so that none is missed meanwhile.
 */
export function subscribe(request: SubscribePayload, operation: OperationDefinitionNode | undefined, sink: Sink) {
  const payload: { -readonly [K in keyof SubscribePayload]: SubscribePayload[K] } = { ...request };
  const resumable = operation?.variableDefinitions?.some(({ variable }) => variable.name.value === 'after');
  let stopped = false;
  let stop = () => {};
  let renewedAt = 0;
  events.start(operation?.name?.value ?? 'subscription');

  const finish = (report: () => void) => {
    if (stopped) return;
    stopped = true;
    events.setStatus('ended');
    report();
  };
  const run = () => {
    stop = client.subscribe<Record<string, unknown>, Record<string, unknown>>(payload, {
      next(result) {
        if (stopped) return;
        events.add(result);
        // The client sends this same object again when it connects anew.
        const last = resumable && placeOf(result);
        if (last) payload.variables = { ...payload.variables, after: last };
        sink.next(result);
      },
      async error(error) {
        const refused = error instanceof CloseEvent && refusals.includes(error.code);
        if (refused && Date.now() - renewedAt > renewalGrace && (await session.renew()) && !stopped) {
          renewedAt = Date.now();
          run();
        } else finish(() => sink.error(readable(error)));
      },
      complete: () => finish(() => sink.complete()),
    });
  };
  run();
  return {
    unsubscribe() {
      finish(() => {});
      stop();
    },
  };
}

function identity(): string | undefined {
  const { credentials } = session.state();
  return credentials?.kind === 'session' ? credentials.name : credentials?.key;
}

/** What `after` is to be, to go on from here: the id of the event, or the number of the delta. */
function placeOf({ data }: Result): string | number | undefined {
  const payload = Object.values(data ?? {})[0] as { event?: { id?: string }; sequence?: number } | null | undefined;
  return payload?.event?.id ?? payload?.sequence;
}

/** As errors of an answer: GraphiQL would show the stack of an `Error`, in our minified script. */
function readable(error: unknown): unknown {
  if (!(error instanceof CloseEvent)) return error;
  const message = refusals.includes(error.code)
    ? `Sign in first, or again: the gateway refused the subscription (${error.code}).`
    : `The connection to the gateway was lost: ${error.reason || 'no reason given'} (${error.code}).`;
  return [{ message }];
}
