import { type Dialect, type ModelRequest, type ModelServer, type Script, startModelServer } from './modelServer.ts';
import { beginResponse, problemOfResponse } from './openaiResponses.ts';

/**
 * OpenAI's chat completions and responses, as far as we speak them, on this machine. It refuses what the real one refuses of a talk.
 * @param models the entries of the list of models; without them there is no such list
 */
export function startOpenAiServer(script: Script, models: readonly unknown[] | null = null): Promise<ModelServer> {
  return startModelServer('/v1', dialect, script, (request) => {
    if (request.path === '/models' && models) return { status: 200, body: { object: 'list', data: models } };
    if (request.method === 'POST' && /^\/(chat\/completions|responses)$/.test(request.path)) return null;
    return failure(404, 'invalid_request_error', `Unknown request URL: ${request.method} ${request.path}.`);
  });
}

const failure = (status: number, type: string, message: string) => ({
  status,
  body: { error: { message, type, param: null, code: null } },
});

let answers = 0;

const dialect: Dialect = {
  headers: { 'cache-control': 'no-cache', 'x-request-id': 'req_stand_in' },
  refusal: ({ path, body }) => {
    const problem = path === '/responses' ? problemOfResponse(body) : problemOf(body);
    return problem === null ? null : failure(400, 'invalid_request_error', problem);
  },
  begin(request: ModelRequest) {
    const { body, path } = request;
    if (path === '/responses') return beginResponse(request);
    const common = {
      id: `chatcmpl-${++answers}`,
      object: 'chat.completion.chunk',
      created: 1_795_000_000,
      model: body.model,
      system_fingerprint: 'fp_1',
    };
    const withUsage = body.stream_options?.include_usage === true;
    const frame = (rest: object) =>
      `data: ${JSON.stringify({ ...common, ...rest, ...(withUsage && { usage: null, ...rest }) })}\n\n`;
    const delta = (content: object, finish: string | null = null) =>
      frame({ choices: [{ index: 0, delta: content, logprobs: null, finish_reason: finish }] });
    let calls = 0;
    let written = 0;
    return {
      begin: () => delta({ role: 'assistant', content: '', refusal: null }),
      text(text) {
        written++;
        return delta({ content: text });
      },
      toolCall({ id, name, arguments: pieces }) {
        const index = calls++;
        const first = { index, id, type: 'function', function: { name, arguments: '' } };
        const rest = pieces.map((piece) => delta({ tool_calls: [{ index, function: { arguments: piece } }] }));
        return delta({ tool_calls: [first] }) + rest.join('');
      },
      found: () => {
        throw new Error('Chat completions do not search the web.');
      },
      error: (error) => `data: ${JSON.stringify({ error: { ...error, param: null, code: null } })}\n\n`,
      end(finish, usage = { input: 10, output: Math.max(1, written) }) {
        const { input, cachedInput = 0, cacheWrites = 0, output } = usage ?? { input: 0, output: 0 };
        const counts = {
          prompt_tokens: input,
          completion_tokens: output,
          total_tokens: input + output,
          prompt_tokens_details: { cached_tokens: cachedInput, cache_write_tokens: cacheWrites, audio_tokens: 0 },
        };
        return [
          delta({}, finish ?? (calls > 0 ? 'tool_calls' : 'stop')),
          usage && withUsage ? frame({ choices: [], usage: counts }) : '',
          'data: [DONE]\n\n',
        ].join('');
      },
    };
  },
};

/** What the real one would refuse about a talk. */
function problemOf(body: any): string | null {
  if (!body?.model || !Array.isArray(body.messages) || body.messages.length === 0)
    return 'model and messages are required';
  const seen = new Set<string>();
  let open: string[] = [];
  for (const message of [...body.messages, { role: 'end' }]) {
    if (message.role === 'tool') {
      if (!open.includes(message.tool_call_id)) return "messages with role 'tool' must be a response to 'tool_calls'";
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) return `tool_call_ids did not have response messages: ${open.join(', ')}`;
    for (const { id } of message.tool_calls ?? []) {
      if (id.length > 40 || seen.has(id)) return `tool_calls: ${id} is too long, or not unique`;
      seen.add(id);
      open.push(id);
    }
    if (message.role === 'assistant' && !message.content && !message.tool_calls) return 'content is required';
  }
  return null;
}
