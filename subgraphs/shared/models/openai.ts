import type OpenAI from 'openai';
import { completionParams, streamCompletion } from './completions.ts';
import { type Connection, watchedFetch } from './connection.ts';
import { answering } from './failures.ts';
import { modelFacts } from './models.ts';
import type { Provider } from './provider.ts';
import { responseParams, streamResponse } from './responses.ts';

/** Where a provider is, and as whom we come. */
export interface Account {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly model: string;
}

/** OpenAI's models, by chat completions; by responses where the web is searched. Nothing is kept there beyond the answer (`store`). */
export function createOpenAi({ apiKey, baseURL, model }: Account, connection: Connection): Provider {
  const client = openAiClient({ apiKey, baseURL }, connection);
  const { contextWindow, maxOutput, mustNotReason } = modelFacts(model);
  return {
    name: 'openai',
    model,
    contextWindow,
    maxOutput,
    isLocal: false,
    searchesWeb: true,
    supportsTools: async () => true,
    stream: (request, signal) =>
      answering('openai', connection.clock, signal, async () => {
        const most = Math.min(request.maxOutputTokens, maxOutput);
        if (request.webSearches) {
          const params = { ...responseParams(model, request), max_output_tokens: most, store: false };
          return streamResponse(await client(), params, signal);
        }
        return streamCompletion(
          await client(),
          {
            ...completionParams(model, request),
            max_completion_tokens: most,
            store: false,
            ...(mustNotReason && { reasoning_effort: 'none' }),
          },
          signal,
        );
      }),
  };
}

/**
 * A client that leaves decisions to us: no retries, no log of its own (it would write down what the model said), nothing read from
 * the environment. Without a key it sends none. The SDK is loaded by whoever asks first: most processes never do.
 */
export function openAiClient(
  account: { apiKey?: string; baseURL: string },
  connection: Connection,
): () => Promise<OpenAI> {
  let client: OpenAI | undefined;
  return async () => {
    const { default: Sdk } = await import('openai');
    client ??= new Sdk({
      apiKey: account.apiKey ?? 'none',
      ...(account.apiKey === undefined && { defaultHeaders: { authorization: null } }),
      baseURL: account.baseURL,
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      maxRetries: 0,
      logLevel: 'off',
      fetch: watchedFetch(connection),
    });
    return client;
  };
}
