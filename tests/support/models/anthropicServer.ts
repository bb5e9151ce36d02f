import { type Dialect, type ModelRequest, type ModelServer, type Script, startModelServer } from './modelServer.ts';

/** Anthropic's Messages API, as far as we speak it, on this machine. It refuses what the real one refuses of a talk. */
export function startAnthropicServer(script: Script): Promise<ModelServer> {
  return startModelServer('', dialect, script, (request) =>
    request.method === 'POST' && request.path === '/v1/messages'
      ? null
      : failure(404, 'not_found_error', `${request.method} ${request.path}`),
  );
}

const failure = (status: number, type: string, message: string) => ({
  status,
  body: { type: 'error', error: { type, message }, request_id: 'req_stand_in' },
});

let answers = 0;

const dialect: Dialect = {
  headers: { 'cache-control': 'no-cache', 'request-id': 'req_stand_in' },
  refusal({ headers, body }) {
    if (!headers['anthropic-version'])
      return failure(400, 'invalid_request_error', 'anthropic-version: header is required');
    const problem = problemOf(body);
    return problem === null ? null : failure(400, 'invalid_request_error', problem);
  },
  begin({ body }: ModelRequest) {
    const frame = (type: string, rest: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
    let index = -1;
    let isTextOpen = false;
    let calls = 0;
    let written = 0;
    let searches = 0;
    const open = (block: object) => frame('content_block_start', { index: ++index, content_block: block });
    const close = () => frame('content_block_stop', { index });
    const closeText = () => {
      if (!isTextOpen) return '';
      isTextOpen = false;
      return close();
    };
    const counts = { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
    return {
      begin() {
        const message = {
          id: `msg_${++answers}`,
          type: 'message',
          role: 'assistant',
          model: body.model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...counts, output_tokens: 1 },
        };
        return frame('message_start', { message }) + frame('ping');
      },
      text(text) {
        written++;
        const start = isTextOpen ? '' : open({ type: 'text', text: '' });
        isTextOpen = true;
        return start + frame('content_block_delta', { index, delta: { type: 'text_delta', text } });
      },
      toolCall({ id, name, arguments: pieces }) {
        calls++;
        const before = closeText();
        const start = open({ type: 'tool_use', id, name, input: {} });
        const deltas = ['', ...pieces].map((partial_json) =>
          frame('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } }),
        );
        return before + start + deltas.join('') + close();
      },
      found(pages) {
        const id = `srvtoolu_${++searches}`;
        const use = open({ type: 'server_tool_use', id, name: 'web_search', input: {} });
        const input = ['', '{"query": "', 'it"}'].map((partial_json) =>
          frame('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } }),
        );
        const content =
          typeof pages === 'string'
            ? { type: 'web_search_tool_result_error', error_code: pages }
            : pages.map((page) => ({ type: 'web_search_result', ...page, encrypted_content: 'EqgfC', page_age: null }));
        const before = closeText() + use + input.join('') + close();
        return before + open({ type: 'web_search_tool_result', tool_use_id: id, content }) + close();
      },
      error: (error) => frame('error', { error, request_id: 'req_stand_in' }),
      end(finish, usage = { input: 10, output: Math.max(1, written) }) {
        const { input, cachedInput = 0, cacheWrites = 0, output } = usage ?? { input: 10, output: 0 };
        const end = {
          delta: { stop_reason: finish ?? (calls > 0 ? 'tool_use' : 'end_turn'), stop_sequence: null },
          ...(usage && {
            usage: {
              input_tokens: input - cachedInput - cacheWrites,
              cache_creation_input_tokens: cacheWrites,
              cache_read_input_tokens: cachedInput,
              output_tokens: output,
              ...(searches > 0 && { server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 } }),
            },
          }),
        };
        return closeText() + frame('message_delta', end) + frame('message_stop');
      },
    };
  },
};

/** What the real one would refuse about a talk. */
function problemOf(body: any): string | null {
  if (!body?.model || !(body.max_tokens > 0)) return 'model and max_tokens are required';
  if (body.messages?.[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  const searches = (body.tools ?? []).filter(({ type }: any) => type === 'web_search_20250305');
  if (searches.some(({ name, max_uses }: any) => name !== 'web_search' || !(max_uses > 0))) return 'tools: web_search';
  const seen = new Set<string>();
  let open: string[] = [];
  for (const { role, content } of body.messages) {
    const blocks: any[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (blocks.length === 0) return 'messages: content must not be empty';
    if (blocks.some(({ type, text }) => type === 'text' && !text.trim())) return 'messages: text must not be blank';
    const answered = blocks.filter(({ type }) => type === 'tool_result').map((block) => block.tool_use_id);
    if (open.some((id) => !answered.includes(id)) || answered.some((id) => !open.includes(id))) {
      return 'messages: tool_use ids were found without tool_result blocks immediately after';
    }
    const used = blocks.filter(({ type }) => type === 'tool_use');
    if ((used.length > 0 || answered.length > 0) && !body.tools) return 'tools: must be defined';
    if (used.length > 0 && role !== 'assistant') return "messages: tool_use is the assistant's";
    for (const { id, input } of used) {
      if (!/^[a-zA-Z0-9_-]+$/.test(id) || seen.has(id)) return 'messages: tool_use ids must be unique and plain';
      if (typeof input !== 'object' || Array.isArray(input)) return 'messages: tool_use.input must be an object';
      seen.add(id);
    }
    open = used.map(({ id }) => id);
  }
  return open.length > 0 ? 'messages: the last tool_use has no tool_result' : null;
}
