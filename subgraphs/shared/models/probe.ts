import type OpenAI from 'openai';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { providerErrorOf } from './failures.ts';
import { type Provider, ProviderError, type ProviderRequest, type ToolDefinition } from './provider.ts';

const tool: ToolDefinition = {
  name: 'say_hello',
  description: 'Says hello.',
  parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
};

/**
 * Whether a call comes out when one is asked for. Some refuse the request, some break, some answer in text: all of them work without.
 * @throws ProviderError where it does not work without tools either.
 */
export async function callsTools(
  ask: (request: ProviderRequest, signal: AbortSignal) => ReturnType<Provider['stream']>,
  signal: AbortSignal,
): Promise<boolean> {
  const request: ProviderRequest = {
    system: 'You test tools.',
    facts: { now: new Date(0), timeZone: 'UTC', today: '1970-01-01' },
    turns: [{ role: 'user', text: 'Call the tool say_hello with the name World.' }],
    tools: [tool],
    maxOutputTokens: 512,
  };
  try {
    let hasCalled = false;
    for await (const event of ask(request, signal)) hasCalled ||= event.kind === 'toolCall';
    return hasCalled;
  } catch (error) {
    const isVerdict = error instanceof ProviderError && ['REJECTED', 'PROTOCOL', 'UNAVAILABLE'].includes(error.code);
    if (!isVerdict) throw error;
    for await (const _ of ask({ ...request, tools: [], maxOutputTokens: 16 }, signal));
    return false;
  }
}

const models = z.object({
  data: z.array(
    z.looseObject({
      id: z.string(),
      max_model_len: z.number().nullish(),
      context_length: z.number().nullish(),
      context_window: z.number().nullish(),
      max_context_length: z.number().nullish(),
      meta: z.looseObject({ n_ctx: z.number().nullish() }).nullish(),
    }),
  ),
});

/**
 * The context window as the list of models has it, under the names that vLLM, OpenRouter, Groq, LM Studio and llama.cpp use; null
 * where there is no list, or no word of it.
 * @throws ProviderError REJECTED where there is a list and the model is not on it.
 */
export async function listedModel(
  client: OpenAI,
  { name, model }: { name: string; model: string },
  { clock }: Connection,
  signal: AbortSignal,
): Promise<number | null> {
  let list: z.infer<typeof models>['data'];
  try {
    list = models.parse(await client.get('/models', { signal })).data;
  } catch (error) {
    signal.throwIfAborted();
    const failure = providerErrorOf(error, name, clock.now());
    // Not everybody has such a list: whether the model works, the next question shows.
    if (failure.code === 'REJECTED' || failure.code === 'PROTOCOL') return null;
    throw failure;
  }
  const entry = list.find(({ id }) => id === model || id === `${model}:latest`);
  if (!entry && list.length > 0) {
    const others = list.slice(0, 10).map(({ id }) => id);
    throw new ProviderError('REJECTED', `${name}: there is no model ${model}, but ${others.join(', ')}`);
  }
  const said = [
    entry?.max_model_len,
    entry?.context_length,
    entry?.context_window,
    entry?.max_context_length,
    entry?.meta?.n_ctx,
  ].find((size) => typeof size === 'number' && Number.isInteger(size) && size > 0);
  return said ?? null;
}
