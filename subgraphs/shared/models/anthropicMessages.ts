import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import { checkEventStream } from './connection.ts';
import { type EndReason, ProviderError, type ProviderEvent, type ProviderRequest, type Usage } from './provider.ts';
import { argumentsObject, pairedTurns } from './talk.ts';
import { ToolCalls } from './toolCalls.ts';

/** Streams one answer of Anthropic's Messages API. */
export async function* streamMessage(
  client: Anthropic,
  params: Anthropic.MessageCreateParamsStreaming,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent> {
  const { data, response } = await client.messages.create(params, { signal }).withResponse();
  try {
    checkEventStream(response);
    yield* readMessage(data);
  } finally {
    data.controller.abort();
  }
}

/** Tools and system text begin every request of a talk alike: they are marked for the cache, and so is the talk's end. */
const cached = { cache_control: { type: 'ephemeral' } } as const;

export function messageParams(
  model: string,
  maxOutput: number,
  request: ProviderRequest,
): Anthropic.MessageCreateParamsStreaming {
  const { system, tools, maxOutputTokens, webSearches } = request;
  return {
    model,
    stream: true,
    max_tokens: Math.min(maxOutputTokens, maxOutput),
    system: [{ type: 'text', text: system, ...cached }],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }, index) => ({
        name,
        description,
        input_schema: parameters as Anthropic.Tool.InputSchema,
        ...(index === tools.length - 1 && cached),
      })),
    }),
    ...(webSearches && { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: webSearches }] }),
    messages: messagesOf(request),
  };
}

function messagesOf(request: ProviderRequest): Anthropic.MessageParam[] {
  const messages: { role: 'user' | 'assistant'; content: Anthropic.ContentBlockParam[] }[] = [];
  const say = (role: 'user' | 'assistant', content: Anthropic.ContentBlockParam[]) => {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  };
  for (const turn of pairedTurns(request)) {
    // A text of nothing but blanks is refused there.
    const text: Anthropic.ContentBlockParam[] = turn.text.trim() ? [{ type: 'text', text: turn.text }] : [];
    if (turn.role === 'user') say('user', text);
    else {
      const uses = turn.calls.map((call) => ({
        type: 'tool_use' as const,
        id: call.id,
        name: call.name,
        input: argumentsObject(call),
      }));
      say('assistant', [...text, ...uses]);
      if (uses.length > 0)
        say(
          'user',
          turn.calls.map(({ id, result }) => toolResult(id, result)),
        );
    }
  }
  // A talk that was cut to fit may begin with the assistant; there it must be the user's.
  if (messages[0]?.role === 'assistant') messages.unshift({ role: 'user', content: [{ type: 'text', text: '(…)' }] });
  Object.assign(messages.at(-1)?.content.at(-1) ?? {}, cached);
  return messages;
}

function toolResult(id: string, result: { content: string; isError: boolean }): Anthropic.ToolResultBlockParam {
  return { type: 'tool_result', tool_use_id: id, content: result.content, is_error: result.isError };
}

const count = z.number().int().nonnegative();
const tokens = z.object({
  input_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  output_tokens: count.nullish(),
  server_tool_use: z.object({ web_search_requests: count.nullish() }).nullish(),
});
/** What a search of the web found, or why it did not. */
const found = z.union([
  z.array(z.looseObject({ type: z.string(), url: z.string(), title: z.string().nullish() })),
  z.object({ error_code: z.string() }),
]);
/** As much of the events as we read. Kinds that are not here, `ping` among them, say nothing to us. */
const events = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message_start'), message: z.object({ usage: tokens }) }),
  z.object({
    type: z.literal('content_block_start'),
    index: count,
    content_block: z.looseObject({
      type: z.string(),
      id: z.string().nullish(),
      name: z.string().nullish(),
      text: z.string().nullish(),
    }),
  }),
  z.object({
    type: z.literal('content_block_delta'),
    index: count,
    delta: z.looseObject({ type: z.string(), text: z.string().nullish(), partial_json: z.string().nullish() }),
  }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: tokens.nullish(),
  }),
  z.object({ type: z.literal('message_stop') }),
]);
const kinds = new Set<unknown>(events.options.map((option) => option.shape.type.value));
const typed = z.looseObject({ type: z.string() });

/**
 * Reads an answer from its events. The usage of the input comes first, so that it is known even of an answer that breaks off.
 * @throws ProviderError where the stream ends before `message_stop`.
 */
async function* readMessage(stream: AsyncIterable<unknown>): AsyncGenerator<ProviderEvent> {
  const calls = new ToolCalls();
  let usage: Usage = { input: 0, cachedInput: 0, output: 0 };
  let stopReason: string | null = null;
  const toolUses = new Set<number>();
  let failedSearch: string | null = null;
  let hasFound = false;
  for await (const value of stream) {
    if (!kinds.has(typed.parse(value).type)) continue;
    const event = events.parse(value);
    if (event.type === 'message_start') {
      usage = usageAfter(usage, event.message.usage);
      yield { kind: 'usage', usage };
    } else if (event.type === 'content_block_start') {
      const { type, id, name, text } = event.content_block;
      if (type === 'tool_use') {
        toolUses.add(event.index);
        calls.add({ index: event.index, id, name });
      }
      if (type === 'web_search_tool_result') {
        const result = found.parse(event.content_block.content);
        if (Array.isArray(result)) {
          hasFound = true;
          usage = { ...usage, webSearches: (usage.webSearches ?? 0) + 1 };
          yield { kind: 'usage', usage };
          yield { kind: 'found', pages: result.map(({ url, title }) => ({ url, title: title ?? '' })) };
        } else failedSearch = result.error_code;
      }
      if (type === 'text' && text) yield { kind: 'text', text };
    } else if (event.type === 'content_block_delta') {
      const { type, text, partial_json } = event.delta;
      if (type === 'text_delta' && text) yield { kind: 'text', text };
      // A search that the provider makes itself is told in the same way, but is no call of ours.
      if (type === 'input_json_delta' && toolUses.has(event.index))
        calls.add({ index: event.index, arguments: partial_json });
    } else if (event.type === 'message_delta') {
      stopReason = event.delta.stop_reason ?? stopReason;
      if (event.usage) usage = usageAfter(usage, event.usage);
    } else {
      const reason = reasonOf(stopReason);
      yield* calls.events(reason === 'LENGTH');
      yield { kind: 'usage', usage };
      if (failedSearch !== null && !hasFound) throw searchError(failedSearch);
      yield { kind: 'end', reason };
      return;
    }
  }
  throw new ProviderError('UNAVAILABLE', 'the stream ended before the answer did');
}

function searchError(code: string): ProviderError {
  const codes = { too_many_requests: 'RATE_LIMITED', unavailable: 'UNAVAILABLE' } as const;
  return new ProviderError(codes[code as keyof typeof codes] ?? 'REJECTED', `the search failed: ${code}`);
}

function reasonOf(stopReason: string | null): EndReason {
  if (stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded') return 'LENGTH';
  if (stopReason === 'tool_use') return 'TOOL_CALLS';
  return stopReason === 'refusal' ? 'REFUSAL' : 'STOP';
}

/** Counts are cumulative; what an event leaves out stays. Cached tokens are not in `input_tokens` there, but are in ours. */
function usageAfter(before: Usage, told: z.infer<typeof tokens>): Usage {
  const cachedInput = told.cache_read_input_tokens ?? before.cachedInput;
  const cacheWrites = told.cache_creation_input_tokens ?? before.cacheWrites ?? 0;
  const fresh = told.input_tokens ?? before.input - before.cachedInput - (before.cacheWrites ?? 0);
  const searches = told.server_tool_use?.web_search_requests ?? before.webSearches ?? 0;
  return {
    input: fresh + cachedInput + cacheWrites,
    cachedInput,
    ...(cacheWrites > 0 && { cacheWrites }),
    output: told.output_tokens ?? before.output,
    ...(searches > 0 && { webSearches: searches }),
  };
}
