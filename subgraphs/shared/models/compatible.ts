import { completionParams, streamCompletion } from './completions.ts';
import type { Connection } from './connection.ts';
import { answering } from './failures.ts';
import { openAiClient } from './openai.ts';
import { callsTools, listedModel } from './probe.ts';
import { type Provider, ProviderError, type ProviderRequest } from './provider.ts';

export interface CompatibleOptions {
  /** The recipient, as consents name it. */
  readonly name: string;
  readonly baseURL: string;
  readonly apiKey?: string;
  readonly model: string;
  /** Tokens, where the operator knows better than the endpoint says. */
  readonly contextWindow?: number;
}

/** Ollama's, where nobody has set another: it cuts longer requests without a word, so that more must not be assumed. */
const smallestWindow = 4_096;
/** Milliseconds that all questions of the probe may take together. */
const probeTime = 120_000;

/**
 * Any endpoint that speaks OpenAI's chat completions. What it can do is found out by asking it, once: `supportsTools` does, and
 * `contextWindow` says what was learnt from then on.
 */
export function createCompatible(options: CompatibleOptions, connection: Connection): Provider {
  const { name, model } = options;
  const client = openAiClient(options, connection);
  const ask = (request: ProviderRequest, signal: AbortSignal) =>
    answering(name, connection.clock, signal, async () =>
      streamCompletion(
        await client(),
        { ...completionParams(model, request), max_tokens: request.maxOutputTokens },
        signal,
      ),
    );
  let contextWindow = options.contextWindow ?? smallestWindow;
  let probing: Promise<boolean> | null = null;

  async function probe(): Promise<boolean> {
    const time = new AbortController();
    const stop = connection.clock.after(probeTime, () =>
      time.abort(new ProviderError('TIMEOUT', `${name}: not probed within ${probeTime} ms`)),
    );
    try {
      const listed = await listedModel(await client(), options, connection, time.signal);
      contextWindow = options.contextWindow ?? listed ?? smallestWindow;
      return await callsTools(ask, time.signal);
    } finally {
      stop();
    }
  }

  return {
    name,
    model,
    get contextWindow() {
      return contextWindow;
    },
    get maxOutput() {
      return Math.floor(contextWindow / 2);
    },
    isLocal: false,
    async supportsTools(signal) {
      // One probe for all who wait; whoever stops waiting does not end it. A probe that failed is made again.
      probing ??= probe().catch((error: unknown) => {
        probing = null;
        throw error;
      });
      return untilAborted(probing, signal);
    },
    stream: ask,
  };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, fail) => {
    const fails = () => fail(signal.reason);
    signal.addEventListener('abort', fails, { once: true });
    stop = () => signal.removeEventListener('abort', fails);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}
