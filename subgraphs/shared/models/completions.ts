import type OpenAI from 'openai';
import { z } from 'zod';
import { checkEventStream } from './connection.ts';
import { type EndReason, ProviderError, type ProviderEvent, type ProviderRequest, type Usage } from './provider.ts';
import { pairedTurns } from './talk.ts';
import { ToolCalls } from './toolCalls.ts';

type Params = OpenAI.ChatCompletionCreateParamsStreaming;

/** Streams one answer of OpenAI's chat completions, as OpenAI itself and many others speak them. */
export async function* streamCompletion(
  client: OpenAI,
  params: Omit<Params, 'stream'>,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent> {
  const body: Params = { ...params, stream: true, stream_options: { include_usage: true } };
  const { data, response } = await client.chat.completions.create(body, { signal }).withResponse();
  try {
    checkEventStream(response);
    yield* readCompletion(data);
  } finally {
    data.controller.abort();
  }
}

/** The parts of a request that all who speak chat completions take alike. */
export function completionParams(model: string, request: ProviderRequest): Omit<Params, 'stream'> {
  return {
    model,
    messages: [{ role: 'system', content: request.system }, ...messagesOf(request)],
    ...(request.tools.length > 0 && {
      tools: request.tools.map(({ name, description, parameters }) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
    }),
  };
}

function messagesOf(request: ProviderRequest): OpenAI.ChatCompletionMessageParam[] {
  return pairedTurns(request).flatMap((turn): OpenAI.ChatCompletionMessageParam[] => {
    if (turn.role === 'user') return [{ role: 'user', content: turn.text }];
    if (turn.calls.length === 0) return [{ role: 'assistant', content: turn.text }];
    return [
      {
        role: 'assistant',
        content: turn.text || null,
        tool_calls: turn.calls.map(({ id, name, arguments: written }) => ({
          id,
          type: 'function',
          function: { name, arguments: written },
        })),
      },
      ...turn.calls.map(({ id, result }) => ({ role: 'tool' as const, tool_call_id: id, content: result.content })),
    ];
  });
}

const count = z.number().int().nonnegative();
/** As much of a chunk as we read, as loosely as servers write it. */
const chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            tool_calls: z
              .array(
                z.object({
                  index: count.nullish(),
                  id: z.string().nullish(),
                  function: z
                    .object({
                      name: z.string().nullish(),
                      arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
                    })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z
    .object({
      prompt_tokens: count.nullish(),
      completion_tokens: count.nullish(),
      prompt_tokens_details: z
        .object({ cached_tokens: count.nullish(), cache_write_tokens: count.nullish() })
        .nullish(),
    })
    .nullish(),
});

/**
 * Reads an answer from its chunks. It is complete with its finish reason: usage comes after that, or never.
 * @throws ProviderError where it ends before.
 */
export async function* readCompletion(chunks: AsyncIterable<unknown>): AsyncGenerator<ProviderEvent> {
  const calls = new ToolCalls();
  let finish: string | null = null;
  let refused = false;
  let usage: Usage | null = null;
  try {
    for await (const value of chunks) {
      const read = chunk.parse(value);
      if (read.usage) usage = usageOf(read.usage);
      const choice = read.choices?.[0];
      const { content, refusal, tool_calls: fragments } = choice?.delta ?? {};
      if (refusal) refused = true;
      if (content || refusal) yield { kind: 'text', text: `${content ?? ''}${refusal ?? ''}` };
      for (const { index, id, function: called } of fragments ?? []) calls.add({ index, id, ...called });
      if (choice?.finish_reason) finish = choice.finish_reason;
    }
  } catch (error) {
    // What is lost after the finish reason is the usage only.
    if (finish === null) throw error;
  }
  if (finish === null) throw new ProviderError('UNAVAILABLE', 'the stream ended before the answer did');
  if (finish === 'error' || finish === 'abort') throw new ProviderError('UNAVAILABLE', `the answer ended in ${finish}`);
  let called = false;
  for (const event of calls.events(finish === 'length')) {
    called = true;
    yield event;
  }
  if (usage) yield { kind: 'usage', usage };
  yield { kind: 'end', reason: refused ? 'REFUSAL' : reasonOf(finish, called) };
}

/** Servers other than OpenAI's say `stop` after calls of tools too, or words of their own. */
function reasonOf(finish: string, called: boolean): EndReason {
  if (finish === 'length') return 'LENGTH';
  if (finish === 'content_filter') return 'REFUSAL';
  return called ? 'TOOL_CALLS' : 'STOP';
}

function usageOf(usage: NonNullable<z.infer<typeof chunk>['usage']>): Usage {
  const { cached_tokens, cache_write_tokens } = usage.prompt_tokens_details ?? {};
  return {
    input: usage.prompt_tokens ?? 0,
    cachedInput: cached_tokens ?? 0,
    ...(cache_write_tokens && { cacheWrites: cache_write_tokens }),
    output: usage.completion_tokens ?? 0,
  };
}
