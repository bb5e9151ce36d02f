import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createOpenAi } from '../../../subgraphs/shared/models/openai.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import type { ModelServer, Reply } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { ask, textOf, tool } from './support.ts';

describe('OpenAI', () => {
  let reply: Reply = [{ text: 'Yes' }];
  let server: ModelServer;
  beforeEach(async () => {
    reply = [{ text: 'Yes' }];
    server = await startOpenAiServer(() => reply);
  });
  afterEach(() => server.stop());
  const provider = (model = 'gpt-5.6-terra') =>
    createOpenAi({ apiKey: 'secret', baseURL: server.url, model }, { clock: new FakeClock(), silence: 30_000 });

  test('is asked as it wants to be', async () => {
    expect(textOf(await ask(provider()))).toBe('Yes');
    const { headers, body } = server.requests[0]!;
    expect(headers.authorization).toBe('Bearer secret');
    expect(headers['openai-organization']).toBeUndefined();
    expect(body).toEqual({
      model: 'gpt-5.6-terra',
      stream: true,
      stream_options: { include_usage: true },
      store: false,
      reasoning_effort: 'none',
      max_completion_tokens: 1_000,
      messages: [
        { role: 'system', content: 'You are Jarvis.' },
        { role: 'user', content: 'How am I doing?' },
      ],
      tools: [{ type: 'function', function: tool }],
    });
  });

  test('gets the results of tools after the call', async () => {
    const call = { id: 'a', name: 'ListGoals', arguments: '{"search": ' };
    await ask(provider(), {
      turns: [
        { role: 'user', text: 'Well?' },
        { role: 'assistant', text: '', toolCalls: [call] },
        { role: 'tools', results: [{ id: 'a', name: 'ListGoals', content: '{"errors":[]}', isError: true }] },
      ],
    });
    expect(server.requests[0]!.body.messages.slice(2)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call00001', type: 'function', function: { name: 'ListGoals', arguments: '{"search": ' } }],
      },
      { role: 'tool', tool_call_id: 'call00001', content: '{"errors":[]}' },
    ]);
  });

  test('is told not to reason only where the model knows that', async () => {
    await ask(provider('gpt-4.1-mini'), { maxOutputTokens: 1_000_000 });
    expect(server.requests[0]!.body).not.toHaveProperty('reasoning_effort');
    expect(server.requests[0]!.body.max_completion_tokens).toBe(32_768);
  });

  test('may refuse in words', async () => {
    reply = [
      { raw: 'data: {"choices":[{"delta":{"refusal":"I cannot."},"finish_reason":null}]}\n\n' },
      { finish: 'stop' },
    ];
    const events = await ask(provider());
    expect(textOf(events)).toBe('I cannot.');
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'REFUSAL' });
  });

  test('has tools, and the window of its model', async () => {
    expect(await provider().supportsTools(new AbortController().signal)).toBe(true);
    expect(provider('gpt-5.6-luna').contextWindow).toBe(1_050_000);
    expect(provider('gpt-4o-mini')).toMatchObject({ contextWindow: 128_000, maxOutput: 16_384, isLocal: false });
    expect(provider('unheard-of')).toMatchObject({ contextWindow: 128_000, maxOutput: 4_096 });
  });
});
