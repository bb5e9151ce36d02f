import type { Answer, ModelRequest } from './modelServer.ts';

let answers = 0;

/** An answer of OpenAI's responses: searches of the web and text. */
export function beginResponse({ body }: ModelRequest): Answer {
  const withSources = body.include?.includes('web_search_call.action.sources') === true;
  const common = { id: `resp_${++answers}`, object: 'response', created_at: 1_795_000_000, model: body.model };
  const output: any[] = [];
  const cited: { url: string; title: string }[] = [];
  let text = '';
  let sequence = 0;
  const frame = (type: string, rest: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...rest })}\n\n`;
  const response = (status: string, rest: object = {}) => ({
    response: { ...common, status, error: null, incomplete_details: null, output: [], usage: null, ...rest },
  });
  const where = () => ({ item_id: 'msg_1', output_index: output.length, content_index: 0 });
  return {
    begin: () => frame('response.created', response('in_progress')),
    text(piece) {
      const isFirst = text === '';
      text += piece;
      const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] };
      const start = isFirst ? frame('response.output_item.added', { output_index: output.length, item }) : '';
      return start + frame('response.output_text.delta', { ...where(), delta: piece, logprobs: [] });
    },
    toolCall() {
      throw new Error('This stand-in has no functions in its responses.');
    },
    found(pages) {
      const id = `ws_${output.length + 1}`;
      const isBroken = typeof pages === 'string';
      // Addresses come marked; what the text cites has a title.
      const marked = isBroken ? [] : pages.map(({ url, title }) => ({ url: `${url}?utm_source=openai`, title }));
      const sources = isBroken ? [] : pages.map(({ url }) => ({ type: 'url', url }));
      const item = {
        type: 'web_search_call',
        id,
        status: isBroken ? 'failed' : 'completed',
        action: { type: 'search', query: 'it', queries: ['it'], ...(withSources && { sources }) },
      };
      const at = { output_index: output.length, item_id: id };
      cited.push(...marked);
      output.push(item);
      return [
        frame('response.output_item.added', { output_index: at.output_index, item: { type: item.type, id } }),
        frame('response.web_search_call.in_progress', at),
        frame('response.web_search_call.searching', at),
        isBroken ? '' : frame('response.web_search_call.completed', at),
        frame('response.output_item.done', { output_index: at.output_index, item }),
      ].join('');
    },
    error: ({ type, message }) => frame('error', { code: type, message, param: null }),
    end(finish, usage = { input: 10, output: 5 }) {
      const annotations = cited.map((page) => ({ type: 'url_citation', start_index: 0, end_index: 1, ...page }));
      const content = [{ type: 'output_text', text, logprobs: [], annotations }];
      if (text) output.push({ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content });
      const { input, cachedInput = 0, cacheWrites = 0, output: written } = usage ?? { input: 0, output: 0 };
      const counts = usage && {
        input_tokens: input,
        input_tokens_details: { cached_tokens: cachedInput, cache_write_tokens: cacheWrites },
        output_tokens: written,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: input + written,
      };
      const status = finish === null ? 'completed' : finish === 'failed' ? 'failed' : 'incomplete';
      const rest =
        status === 'failed'
          ? { error: { code: 'server_error', message: 'It broke.' } }
          : { output, usage: counts, incomplete_details: finish && { reason: finish } };
      return frame(`response.${status}`, response(status, rest));
    },
  };
}

/** What the real one would refuse. */
export function problemOfResponse(body: any): string | null {
  if (!body?.model || !Array.isArray(body.input) || body.input.length === 0) return 'model and input are required';
  if (!(body.max_output_tokens >= 16)) return 'max_output_tokens must be at least 16';
  if (body.max_tool_calls !== undefined && !(body.max_tool_calls >= 1)) return 'max_tool_calls must be at least 1';
  return null;
}
