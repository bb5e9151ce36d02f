import type Anthropic from '@anthropic-ai/sdk';
import { messageParams, streamMessage } from './anthropicMessages.ts';
import { type Connection, watchedFetch } from './connection.ts';
import { answering } from './failures.ts';
import { modelFacts } from './models.ts';
import type { Account } from './openai.ts';
import type { Provider } from './provider.ts';

/** Anthropic's models, by the Messages API. */
export function createAnthropic({ apiKey, baseURL, model }: Account, connection: Connection): Provider {
  let client: Anthropic | undefined;
  /** The SDK is loaded by whoever asks first: most processes never do. */
  const open = async () => {
    const { default: Sdk } = await import('@anthropic-ai/sdk');
    client ??= new Sdk({
      apiKey,
      baseURL,
      webhookKey: null,
      maxRetries: 0,
      // Neither a log nor spans of its own: they would hold what was said.
      logLevel: 'off',
      openTelemetry: false,
      fetch: watchedFetch(connection),
    });
    return client;
  };
  const { contextWindow, maxOutput } = modelFacts(model);
  return {
    name: 'anthropic',
    model,
    contextWindow,
    maxOutput,
    isLocal: false,
    searchesWeb: true,
    supportsTools: async () => true,
    stream: (request, signal) =>
      answering('anthropic', connection.clock, signal, async () =>
        streamMessage(await open(), messageParams(model, maxOutput, request), signal),
      ),
  };
}
