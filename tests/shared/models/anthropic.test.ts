import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAnthropic } from '../../../subgraphs/shared/models/anthropic.ts';
import type { ProviderEvent } from '../../../subgraphs/shared/models/provider.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { startAnthropicServer } from '../../support/models/anthropicServer.ts';
import type { ModelServer, Reply } from '../../support/models/modelServer.ts';
import { ask, request, textOf, tool } from './support.ts';

const cache_control = { type: 'ephemeral' };

describe('Anthropic', () => {
  let reply: Reply = [{ text: 'Yes' }];
  let server: ModelServer;
  beforeEach(async () => {
    reply = [{ text: 'Yes' }];
    server = await startAnthropicServer(() => reply);
  });
  afterEach(() => server.stop());
  const provider = (model = 'claude-sonnet-5-5') =>
    createAnthropic({ apiKey: 'secret', baseURL: server.url, model }, { clock: new FakeClock(), silence: 30_000 });

  test('is asked as it wants to be, with what repeats marked for the cache', async () => {
    await ask(provider(), { tools: [{ ...tool, name: 'Today' }, tool] });
    const { headers, body } = server.requests[0]!;
    expect(headers.authorization).toBe('Bearer secret');
    expect(body).toEqual({
      model: 'claude-sonnet-5-5',
      stream: true,
      max_tokens: 1_000,
      system: [{ type: 'text', text: 'You are Jarvis.', cache_control }],
      tools: [
        { name: 'Today', description: tool.description, input_schema: tool.parameters },
        { name: 'ListGoals', description: tool.description, input_schema: tool.parameters, cache_control },
      ],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'How am I doing?', cache_control }] }],
    });
  });

  test('gets all results of tools in one turn, before what was said after them', async () => {
    await ask(provider(), {
      turns: [
        { role: 'user', text: 'Well?' },
        {
          role: 'assistant',
          text: 'Let me see.',
          toolCalls: [
            { id: 'a', name: 'ListGoals', arguments: '{"search":"run"}' },
            { id: 'b', name: 'Today', arguments: '[' },
          ],
        },
        {
          role: 'tools',
          results: [
            { id: 'a', name: 'ListGoals', content: '{"data":1}', isError: false },
            { id: 'b', name: 'Today', content: '{"errors":[]}', isError: true },
          ],
        },
        { role: 'user', text: 'And?' },
      ],
    });
    expect(server.requests[0]!.body.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'call00001', name: 'ListGoals', input: { search: 'run' } },
          { type: 'tool_use', id: 'call00002', name: 'Today', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call00001', content: '{"data":1}', is_error: false },
          { type: 'tool_result', tool_use_id: 'call00002', content: '{"errors":[]}', is_error: true },
          { type: 'text', text: 'And?', cache_control },
        ],
      },
    ]);
  });

  test('says what the input costs before it says a word', async () => {
    reply = [{ text: 'Well' }, { cut: true }];
    const seen: ProviderEvent[] = [];
    const work = (async () => {
      for await (const event of provider().stream(request(), new AbortController().signal)) seen.push(event);
    })();
    await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(seen[0]).toEqual({ kind: 'usage', usage: { input: 10, cachedInput: 0, output: 1 } });
  });

  test('may think, and send kinds of events that nobody knows yet', async () => {
    const frame = (event: object) => ({ raw: `event: x\ndata: ${JSON.stringify(event)}\n\n` });
    reply = [
      frame({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } }),
      frame({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } }),
      frame({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'abc' } }),
      frame({ type: 'content_block_stop', index: 0 }),
      frame({ type: 'weather_report', sun: true }),
      { text: 'Yes' },
    ];
    expect(textOf(await ask(provider()))).toBe('Yes');
  });

  test('that says a budget is used up is not asked again', async () => {
    const error = {
      type: 'rate_limit_error',
      message: 'Limit',
      details: { error_code: 'contract_spend_limit_reached' },
    };
    reply = { status: 429, headers: { 'retry-after': '1' }, body: { type: 'error', error } };
    await expect(ask(provider())).rejects.toMatchObject({ code: 'REJECTED' });
  });

  test('has tools, and the window of its model', async () => {
    expect(await provider().supportsTools(new AbortController().signal)).toBe(true);
    expect(provider()).toMatchObject({ contextWindow: 1_000_000, maxOutput: 128_000, isLocal: false });
    expect(provider('claude-haiku-4-5')).toMatchObject({ contextWindow: 200_000, maxOutput: 64_000 });
    expect(provider('claude-next')).toMatchObject({ contextWindow: 200_000, maxOutput: 8_192 });
  });
});
