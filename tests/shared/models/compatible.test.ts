import { afterEach, describe, expect, test } from '@jest/globals';
import { type CompatibleOptions, createCompatible } from '../../../subgraphs/shared/models/compatible.ts';
import type { Provider } from '../../../subgraphs/shared/models/provider.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import type { ModelServer, Reply, Script, Step } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { until } from '../../support/until.ts';
import { ask, failureOf, textOf } from './support.ts';

const signal = new AbortController().signal;
const chunk = (delta: object, finish: string | null = null) => ({
  raw: `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`,
});
const end: Step = { end: true };

describe('a compatible endpoint', () => {
  let server: ModelServer;
  const clock = new FakeClock();
  afterEach(() => server.stop());

  async function start(
    script: Script,
    models: readonly unknown[] | null = null,
    options: Partial<CompatibleOptions> = {},
  ): Promise<Provider> {
    server = await startOpenAiServer(script, models);
    const given = { name: 'compatible', baseURL: server.url, model: 'llama3.2', ...options };
    return createCompatible(given, { clock, silence: 30_000 });
  }
  const completions = () => server.requests.filter(({ path }) => path === '/chat/completions');

  test.each<[string, Step[], object[]]>([
    [
      'in one piece, without an id',
      [chunk({ tool_calls: [{ index: 0, function: { name: 'Today', arguments: '{"a":1}' } }] }, 'stop'), end],
      [{ id: 'call_1', name: 'Today', arguments: '{"a":1}' }],
    ],
    [
      'with arguments as an object',
      [chunk({ tool_calls: [{ id: 'x', function: { name: 'Today', arguments: { a: 1 } } }] }, 'tool_calls'), end],
      [{ id: 'x', name: 'Today', arguments: '{"a":1}' }],
    ],
    [
      'without an index, in pieces',
      [
        chunk({ tool_calls: [{ id: 'x', function: { name: 'Today', arguments: '{"a' } }] }),
        chunk({ tool_calls: [{ function: { arguments: '":1}' } }] }),
        chunk({ tool_calls: [{ id: 'y', function: { name: 'ListGoals', arguments: '{}' } }] }),
        chunk({}, 'tool_calls'),
        end,
      ],
      [
        { id: 'x', name: 'Today', arguments: '{"a":1}' },
        { id: 'y', name: 'ListGoals', arguments: '{}' },
      ],
    ],
    [
      'without an index or an id',
      [
        chunk({ tool_calls: [{ function: { name: 'Today', arguments: '{}' } }] }),
        chunk({ tool_calls: [{ function: { name: 'Today', arguments: '{}' } }] }, 'tool_calls'),
        end,
      ],
      [
        { id: 'call_1', name: 'Today', arguments: '{}' },
        { id: 'call_2', name: 'Today', arguments: '{}' },
      ],
    ],
    [
      'all of them with index 0',
      [
        chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'Today', arguments: '{}' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'y', function: { name: 'Today', arguments: '{}' } }] }, 'tool_calls'),
        end,
      ],
      [
        { id: 'x', name: 'Today', arguments: '{}' },
        { id: 'y', name: 'Today', arguments: '{}' },
      ],
    ],
    [
      'all of them with one id, which is said again with every piece',
      [
        chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'Today', arguments: '{"a"' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'Today', arguments: ':1}' } }] }),
        chunk({ tool_calls: [{ index: 1, id: 'x', function: { name: 'Today', arguments: null } }] }, 'tool_calls'),
        end,
      ],
      [
        { id: 'x', name: 'Today', arguments: '{"a":1}' },
        { id: 'call_2', name: 'Today', arguments: '{}' },
      ],
    ],
  ])('may tell calls %s', async (_, steps, calls) => {
    const provider = await start(() => steps);
    const events = await ask(provider);
    expect(events.flatMap((event) => (event.kind === 'toolCall' ? [event.call] : []))).toEqual(calls);
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'TOOL_CALLS' });
  });

  test('must name what it calls', async () => {
    const provider = await start(() => [
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }, 'stop'),
      end,
    ]);
    expect(await failureOf(ask(provider))).toMatchObject({ code: 'PROTOCOL' });
  });

  test('may have null where others have lists, and words of its own', async () => {
    const provider = await start(() => [
      { raw: ': a comment\n\ndata: {"choices": null}\n\n' },
      chunk({ content: 'Yes', tool_calls: null }),
      { raw: 'data: {"choices":[{"delta":null,"finish_reason":"eos"}]}\n\n' },
      {
        raw: 'data: {"choices":null,"usage":{"prompt_tokens":3,"completion_tokens":null,"prompt_tokens_details":null}}\n\n',
      },
      { raw: 'data: [DONE]\n\n' },
      end,
    ]);
    const events = await ask(provider);
    expect(textOf(events)).toBe('Yes');
    expect(events.slice(-2)).toEqual([
      { kind: 'usage', usage: { input: 3, cachedInput: 0, output: 0 } },
      { kind: 'end', reason: 'STOP' },
    ]);
  });

  test('may say that it gave up', async () => {
    const provider = await start(() => [chunk({}, 'error'), end]);
    expect(await failureOf(ask(provider))).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('loses its usage only when it is cut after the finish', async () => {
    const provider = await start(() => [chunk({ content: 'Yes' }, 'stop'), { cut: true }]);
    expect((await ask(provider)).at(-1)).toEqual({ kind: 'end', reason: 'STOP' });
  });

  test('gets a key only where there is one', async () => {
    const without = await start(() => [{ text: 'a' }]);
    await ask(without);
    const given = { name: 'compatible', baseURL: server.url, apiKey: 'secret', model: 'llama3.2' };
    await ask(createCompatible(given, { clock, silence: 30_000 }));
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer secret']);
    expect(server.requests[0]!.body).toMatchObject({ model: 'llama3.2', max_tokens: 1_000, stream: true });
  });

  describe('is probed', () => {
    const call: Step[] = [{ toolCall: { id: 'a', name: 'say_hello', arguments: '{"name":"World"}' } }];
    const refusal: Reply = { status: 400, body: { error: { message: 'llama3.2 does not support tools' } } };

    test('once, however many ask', async () => {
      const provider = await start(() => call, [{ id: 'llama3.2:latest', context_length: 8_192 }]);
      expect(provider.contextWindow).toBe(4_096);
      const answers = await Promise.all([provider.supportsTools(signal), provider.supportsTools(signal)]);
      expect(answers).toEqual([true, true]);
      expect(await provider.supportsTools(signal)).toBe(true);
      expect(provider.contextWindow).toBe(8_192);
      expect(provider.maxOutput).toBe(4_096);
      expect(server.requests.map(({ path }) => path)).toEqual(['/models', '/chat/completions']);
    });

    test.each<[string, object, number]>([
      ['vLLM', { max_model_len: 32_768 }, 32_768],
      ['llama.cpp', { meta: { n_ctx: 16_384, n_ctx_train: 131_072 } }, 16_384],
      ['LM Studio', { max_context_length: 9_000 }, 9_000],
      ['Groq', { context_window: 131_072 }, 131_072],
      ['one that says nothing', {}, 4_096],
      ['one that says nonsense', { context_length: -1 }, 4_096],
    ])('for its window: %s', async (_, entry, expected) => {
      const provider = await start(() => call, [{ id: 'other' }, { id: 'llama3.2', ...entry }]);
      await provider.supportsTools(signal);
      expect(provider.contextWindow).toBe(expected);
    });

    test('but the operator knows better', async () => {
      const provider = await start(() => call, [{ id: 'llama3.2', max_model_len: 32_768 }], { contextWindow: 20_000 });
      await provider.supportsTools(signal);
      expect(provider.contextWindow).toBe(20_000);
    });

    test.each<[string, Script]>([
      ['refuses them', ({ body }) => (body.tools ? refusal : [{ text: 'Hello' }])],
      ['breaks over them', ({ body }) => (body.tools ? { status: 500 } : [{ text: 'Hello' }])],
      ['breaks off the stream', ({ body }) => (body.tools ? [{ cut: true }] : [{ text: 'Hello' }])],
      ['writes them as text', () => [{ text: '{"name": "say_hello"}' }]],
    ])('and has no tools when it %s', async (_, script) => {
      const provider = await start(script);
      expect(await provider.supportsTools(signal)).toBe(false);
      expect(await provider.supportsTools(signal)).toBe(false);
      expect(completions().length).toBeLessThanOrEqual(2);
    });

    test('and is refused when it does not have the model', async () => {
      const provider = await start(() => call, [{ id: 'qwen3' }, { id: 'llama3.1' }]);
      const failure = await failureOf(provider.supportsTools(signal));
      expect(failure.code).toBe('REJECTED');
      expect(failure.message).toBe('compatible: there is no model llama3.2, but qwen3, llama3.1');
      expect(completions()).toHaveLength(0);
    });

    test('again when that told nothing', async () => {
      let reply: Reply = { status: 429, headers: { 'retry-after': '5' } };
      const provider = await start(() => reply);
      expect(await failureOf(provider.supportsTools(signal))).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 5 });
      reply = { status: 401 };
      expect(await failureOf(provider.supportsTools(signal))).toMatchObject({ code: 'REJECTED' });
      reply = call;
      expect(await provider.supportsTools(signal)).toBe(true);
    });

    test('for others too when one stops waiting', async () => {
      let goOn = () => {};
      const wait = new Promise<void>((done) => (goOn = done));
      const provider = await start(() => [{ wait }, ...call]);
      const abort = new AbortController();
      const [impatient, patient] = [provider.supportsTools(abort.signal), provider.supportsTools(signal)];
      const outcome = impatient.catch((error: unknown) => error);
      await until('it is asked', () => completions().length === 1);
      abort.abort('stopped');
      expect(await outcome).toBe('stopped');
      goOn();
      expect(await patient).toBe(true);
    });

    test('not for ever', async () => {
      const provider = await start(() => [{ raw: ': still there\n\n' }, { hang: true }]);
      const work = failureOf(provider.supportsTools(signal));
      await until('it is asked', () => completions().length === 1 && clock.waiting === 2);
      await clock.advance(120_000);
      expect(await work).toMatchObject({ code: 'TIMEOUT' });
      await until('the request has ended', () => server.aborted === 1);
    });
  });
});
