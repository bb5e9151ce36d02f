import type OpenAI from 'openai';
import { z } from 'zod';
import { checkEventStream } from './connection.ts';
import { modelFacts } from './models.ts';
import { type FoundPage, ProviderError, type ProviderEvent, type ProviderRequest } from './provider.ts';

/** The SDK's type does not know that the API limits the calls of tools. */
type Params = OpenAI.Responses.ResponseCreateParamsStreaming & { max_tool_calls: number };

/** Streams one answer of OpenAI's responses: what has the search of the web. */
export async function* streamResponse(
  client: OpenAI,
  params: Omit<Params, 'stream'>,
  signal: AbortSignal,
): AsyncGenerator<ProviderEvent> {
  const { data, response } = await client.responses.create({ ...params, stream: true }, { signal }).withResponse();
  try {
    checkEventStream(response);
    yield* readResponse(data);
  } finally {
    data.controller.abort();
  }
}

/** A request that lets the model search the web, and nothing else. */
export function responseParams(
  model: string,
  { system, turns, webSearches }: ProviderRequest,
): Omit<Params, 'stream' | 'store' | 'max_output_tokens'> {
  return {
    model,
    instructions: system,
    input: turns.flatMap((turn) => (turn.role === 'tools' ? [] : [{ role: turn.role, content: turn.text }])),
    tools: [{ type: 'web_search', search_context_size: 'low' }],
    max_tool_calls: webSearches ?? 0,
    include: ['web_search_call.action.sources'],
    ...(modelFacts(model).mustNotReason && { reasoning: { effort: 'none' as const } }),
  };
}

const count = z.number().int().nonnegative();
const typed = z.looseObject({ type: z.string() });
const delta = z.object({ delta: z.string() });
const problem = z.looseObject({ code: z.string().nullish(), message: z.string().nullish() });
/** As much of the whole answer, which the last event brings, as we read. */
const whole = z.object({
  response: z.object({
    output: z.array(
      z.looseObject({
        type: z.string(),
        status: z.string().nullish(),
        action: z
          .looseObject({ type: z.string(), sources: z.array(z.looseObject({ url: z.string().nullish() })).nullish() })
          .nullish(),
        content: z
          .array(
            z.looseObject({
              type: z.string(),
              annotations: z.array(z.looseObject({ url: z.string().nullish(), title: z.string().nullish() })).nullish(),
            }),
          )
          .nullish(),
      }),
    ),
    usage: z
      .object({
        input_tokens: count.nullish(),
        output_tokens: count.nullish(),
        input_tokens_details: z
          .object({ cached_tokens: count.nullish(), cache_write_tokens: count.nullish() })
          .nullish(),
      })
      .nullish(),
    error: problem.nullish(),
    incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  }),
});
type Whole = z.infer<typeof whole>['response'];

/** @throws ProviderError where it ends before its last event, and what `providerErrorOf` understands */
async function* readResponse(stream: AsyncIterable<unknown>): AsyncGenerator<ProviderEvent> {
  for await (const value of stream) {
    const { type } = typed.parse(value);
    if (type === 'response.output_text.delta' || type === 'response.refusal.delta') {
      const { delta: text } = delta.parse(value);
      if (text) yield { kind: 'text', text };
    } else if (type === 'error') {
      throw failed(problem.parse(value));
    } else if (type === 'response.failed') {
      throw failed(whole.parse(value).response.error);
    } else if (type === 'response.completed' || type === 'response.incomplete') {
      yield* ended(whole.parse(value).response);
      return;
    }
  }
  throw new ProviderError('UNAVAILABLE', 'the stream ended before the answer did');
}

const failed = (error: z.infer<typeof problem> | null | undefined) =>
  Object.assign(new Error(error?.message ?? 'the answer failed'), { error: error ?? {} });

function* ended({ output, usage, incomplete_details }: Whole): Generator<ProviderEvent> {
  const searches = output.filter(({ type, action }) => type === 'web_search_call' && action?.type === 'search');
  const made = searches.filter(({ status }) => status !== 'failed');
  const pages = pagesOf(output);
  if (usage) {
    const { cached_tokens, cache_write_tokens } = usage.input_tokens_details ?? {};
    yield {
      kind: 'usage',
      usage: {
        input: usage.input_tokens ?? 0,
        cachedInput: cached_tokens ?? 0,
        ...(cache_write_tokens && { cacheWrites: cache_write_tokens }),
        output: usage.output_tokens ?? 0,
        ...(made.length > 0 && { webSearches: made.length }),
      },
    };
  }
  if (pages.length > 0) yield { kind: 'found', pages };
  else if (searches.length > made.length) throw new ProviderError('UNAVAILABLE', 'the search failed');
  const refused = output.some(({ content }) => content?.some(({ type }) => type === 'refusal'));
  const { reason } = incomplete_details ?? {};
  if (refused || reason === 'content_filter') yield { kind: 'end', reason: 'REFUSAL' };
  else yield { kind: 'end', reason: reason === 'max_output_tokens' ? 'LENGTH' : 'STOP' };
}

/** What the searches found. Titles stand with what the text cites, and with nothing else. */
function pagesOf(output: Whole['output']): FoundPage[] {
  const cited = output.flatMap(({ content }) => content ?? []).flatMap(({ annotations }) => annotations ?? []);
  const titles = new Map(cited.map(({ url, title }) => [plain(url ?? ''), title ?? '']));
  const urls = output.flatMap(({ action }) => action?.sources ?? []).map(({ url }) => plain(url ?? ''));
  return [...new Set(urls)].filter(Boolean).map((url) => ({ url, title: titles.get(url) ?? '' }));
}

/** Addresses come with a mark of who sends the visitor, which is not theirs. */
const plain = (url: string) =>
  url.replace(/([?&])utm_source=openai(&|(?=#)|$)/, (_, before, after) => (after ? before : ''));
