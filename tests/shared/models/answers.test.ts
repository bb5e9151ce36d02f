import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAnthropic } from '../../../subgraphs/shared/models/anthropic.ts';
import { createCompatible } from '../../../subgraphs/shared/models/compatible.ts';
import { createOpenAi } from '../../../subgraphs/shared/models/openai.ts';
import type { Provider, ProviderErrorCode, ProviderEvent } from '../../../subgraphs/shared/models/provider.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { startAnthropicServer } from '../../support/models/anthropicServer.ts';
import type { ModelServer, Reply, Script } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { until } from '../../support/until.ts';
import { all, ask, failureOf, request, textOf, tool } from './support.ts';

const silence = 30_000;

/** What holds for every provider whose models are elsewhere, with the real SDKs against a server that speaks the real protocol. */
describe.each([
  {
    name: 'openai',
    start: startOpenAiServer as (script: Script) => Promise<ModelServer>,
    create: (url: string, clock: FakeClock): Provider =>
      createOpenAi({ apiKey: 'key', baseURL: url, model: 'gpt-5.6-terra' }, { clock, silence }),
    words: { length: 'length', refusal: 'content_filter' },
  },
  {
    name: 'compatible',
    start: startOpenAiServer as (script: Script) => Promise<ModelServer>,
    create: (url: string, clock: FakeClock): Provider =>
      createCompatible({ name: 'compatible', baseURL: url, model: 'llama3.2' }, { clock, silence }),
    words: { length: 'length', refusal: 'content_filter' },
  },
  {
    name: 'anthropic',
    start: startAnthropicServer,
    create: (url: string, clock: FakeClock): Provider =>
      createAnthropic({ apiKey: 'key', baseURL: url, model: 'claude-sonnet-5-5' }, { clock, silence }),
    words: { length: 'max_tokens', refusal: 'refusal' },
  },
])('answers of $name', ({ name, start, create, words }) => {
  let script: Script = () => [];
  let server: ModelServer;
  let provider: Provider;
  let clock: FakeClock;
  beforeEach(async () => {
    clock = new FakeClock(Date.parse('2026-11-26T08:00:00Z'));
    server = await start((asked) => script(asked));
    provider = create(server.url, clock);
  });
  afterEach(() => server.stop());
  const reply = (given: Reply) => {
    script = () => given;
  };

  test('come as text, usage and the end', async () => {
    reply([{ text: 'Well' }, { text: ' done 🎉' }, { usage: { input: 100, cachedInput: 40, output: 7 } }]);
    const events = await ask(provider);
    expect(textOf(events)).toBe('Well done 🎉');
    expect(events.filter(({ kind }) => kind === 'usage').at(-1)).toEqual({
      kind: 'usage',
      usage: { input: 100, cachedInput: 40, output: 7 },
    });
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'STOP' });
  });

  test('say what was written to the cache', async () => {
    reply([{ text: 'Hm' }, { usage: { input: 100, cachedInput: 40, cacheWrites: 50, output: 7 } }]);
    expect(await ask(provider)).toContainEqual({
      kind: 'usage',
      usage: { input: 100, cachedInput: 40, cacheWrites: 50, output: 7 },
    });
  });

  test('may be text and several calls of tools, in pieces', async () => {
    reply([
      { text: 'Let me see.' },
      { toolCall: { id: 'call_a', name: 'ListGoals', arguments: ['{"sea', 'rch": "re', 'ading"}'] } },
      { toolCall: { id: 'call_b', name: 'Today', arguments: [] } },
    ]);
    const events = await ask(provider);
    expect(events.filter(({ kind }) => kind === 'toolCall')).toEqual([
      { kind: 'toolCall', call: { id: 'call_a', name: 'ListGoals', arguments: '{"search": "reading"}' } },
      { kind: 'toolCall', call: { id: 'call_b', name: 'Today', arguments: '{}' } },
    ]);
    expect(textOf(events)).toBe('Let me see.');
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'TOOL_CALLS' });
  });

  test('hand on malformed arguments as they are', async () => {
    reply([{ toolCall: { id: 'call_a', name: 'ListGoals', arguments: '{"search": ' } }]);
    expect(await ask(provider)).toContainEqual({
      kind: 'toolCall',
      call: { id: 'call_a', name: 'ListGoals', arguments: '{"search": ' },
    });
  });

  test('that were cut for their length say so, and half a call is no call', async () => {
    reply([
      { text: 'Once upon a' },
      { toolCall: { id: 'call_a', name: 'Today', arguments: '{}' } },
      { toolCall: { id: 'call_b', name: 'ListGoals', arguments: '{"search": "re' } },
      { finish: words.length },
    ]);
    const events = await ask(provider);
    expect(events.flatMap((event) => (event.kind === 'toolCall' ? event.call.id : []))).toEqual(['call_a']);
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'LENGTH' });
  });

  test('may be refused by the model', async () => {
    reply([{ finish: words.refusal }]);
    expect((await ask(provider)).at(-1)).toEqual({ kind: 'end', reason: 'REFUSAL' });
  });

  test('need no usage', async () => {
    reply([{ text: 'Yes' }, { usage: null }]);
    const events = await ask(provider);
    expect(textOf(events)).toBe('Yes');
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'STOP' });
  });

  test('of 1 MB come whole', async () => {
    const piece = 'All work and no play. '.repeat(1_000);
    reply(Array.from({ length: 48 }, () => ({ text: piece })));
    expect(textOf(await ask(provider))).toBe(piece.repeat(48));
  });

  test('come in pieces as they are written, not when all is there', async () => {
    let goOn = () => {};
    reply([{ text: 'first' }, { wait: new Promise<void>((done) => (goOn = done)) }, { text: 'second' }]);
    const seen: string[] = [];
    for await (const event of provider.stream(request(), new AbortController().signal)) {
      if (event.kind !== 'text') continue;
      seen.push(event.text);
      goOn();
    }
    expect(seen).toEqual(['first', 'second']);
  });

  test.each<[string, Reply, ProviderErrorCode, number | null]>([
    ['429 with seconds', { status: 429, headers: { 'retry-after': '7' } }, 'RATE_LIMITED', 7],
    ['429 with parts of a second', { status: 429, headers: { 'retry-after': '0.5' } }, 'RATE_LIMITED', 0.5],
    ['429 with milliseconds', { status: 429, headers: { 'retry-after-ms': '1500' } }, 'RATE_LIMITED', 1.5],
    [
      '429 with a date',
      { status: 429, headers: { 'retry-after': 'Thu, 26 Nov 2026 08:00:20 GMT' } },
      'RATE_LIMITED',
      20,
    ],
    [
      '429 with a date that is past',
      { status: 429, headers: { 'retry-after': 'Thu, 26 Nov 2026 07:00:00 GMT' } },
      'RATE_LIMITED',
      0,
    ],
    ['429 with nonsense', { status: 429, headers: { 'retry-after': 'soon' } }, 'RATE_LIMITED', null],
    ['429 without a word', { status: 429 }, 'RATE_LIMITED', null],
    [
      '429 for want of money',
      { status: 429, headers: { 'retry-after': '7' }, body: { error: { code: 'insufficient_quota' } } },
      'REJECTED',
      7,
    ],
    ['503', { status: 503, headers: { 'retry-after': '3' } }, 'OVERLOADED', 3],
    ['529', { status: 529, body: { error: { type: 'overloaded_error' } } }, 'OVERLOADED', null],
    ['500', { status: 500 }, 'UNAVAILABLE', null],
    [
      '502 with a page',
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' },
      'UNAVAILABLE',
      null,
    ],
    ['504', { status: 504 }, 'UNAVAILABLE', null],
    ['408', { status: 408 }, 'TIMEOUT', null],
    ['400', { status: 400, body: { error: { type: 'invalid_request_error', message: 'too long' } } }, 'REJECTED', null],
    ['401', { status: 401, body: { error: { type: 'authentication_error' } } }, 'REJECTED', null],
    ['402', { status: 402 }, 'REJECTED', null],
    ['403', { status: 403 }, 'REJECTED', null],
    ['404', { status: 404, body: { error: { type: 'not_found_error', message: 'model' } } }, 'REJECTED', null],
    ['413', { status: 413 }, 'REJECTED', null],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, 'REJECTED', null],
    [
      'a page instead of a stream',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' },
      'PROTOCOL',
      null,
    ],
    ['an answer in one piece', { status: 200, body: { choices: [] } }, 'PROTOCOL', null],
    ['an empty stream', [{ end: true }], 'UNAVAILABLE', null],
    ['half a stream', [{ text: 'Well' }, { end: true }], 'UNAVAILABLE', null],
    ['a connection cut', [{ text: 'Well' }, { cut: true }], 'UNAVAILABLE', null],
    [
      'an error within',
      [{ text: 'Well' }, { error: { type: 'overloaded_error', message: 'Overloaded' } }],
      'OVERLOADED',
      null,
    ],
    ['a limit within', [{ error: { type: 'rate_limit_error', message: 'Slow down' } }], 'RATE_LIMITED', null],
    ['another error within', [{ error: { type: 'api_error', message: 'Oops' } }], 'UNAVAILABLE', null],
    [
      'a line that is no JSON',
      [{ text: 'Well' }, { raw: 'event: message_delta\ndata: {"choices": [\n\n' }],
      'PROTOCOL',
      null,
    ],
    [
      'an event of another shape',
      [{ raw: 'event: message_delta\ndata: {"type":7,"choices":"none"}\n\n' }],
      'PROTOCOL',
      null,
    ],
  ])('%s is said as such', async (_, given, code, retryAfter) => {
    reply(given);
    const failure = await failureOf(ask(provider));
    expect(failure).toMatchObject({ code, retryAfter });
    expect(failure.message).toContain(`${name}: `);
    expect(server.requests).toHaveLength(1);
  });

  test('from where nobody listens are unavailable', async () => {
    await server.stop();
    expect(await failureOf(ask(provider))).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('hand on what came before the stream broke', async () => {
    reply([{ text: 'Well' }, { text: ' done' }, { cut: true }]);
    const seen: ProviderEvent[] = [];
    const work = (async () => {
      for await (const event of provider.stream(request(), new AbortController().signal)) seen.push(event);
    })();
    expect(await failureOf(work)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(textOf(seen)).toBe('Well done');
  });

  test('that never begin time out, and the request is ended', async () => {
    reply('hang');
    const work = failureOf(ask(provider));
    await until('it was asked', () => server.requests.length === 1 && clock.waiting === 1);
    await clock.advance(silence);
    expect(await work).toMatchObject({ code: 'TIMEOUT' });
    await until('the request has ended', () => server.aborted === 1);
  });

  test('that stop half-way time out, counted from the last byte', async () => {
    let goOn = () => {};
    reply([{ text: 'Well' }, { wait: new Promise<void>((done) => (goOn = done)) }, { text: ' done' }, { hang: true }]);
    const seen: ProviderEvent[] = [];
    const work = failureOf(
      (async () => {
        for await (const event of provider.stream(request(), new AbortController().signal)) seen.push(event);
      })(),
    );
    await until('the first piece is there', () => textOf(seen) === 'Well' && clock.waiting === 1);
    await clock.advance(silence - 1);
    goOn();
    await until('the second piece is there', () => textOf(seen) === 'Well done' && clock.waiting === 1);
    await clock.advance(silence - 1);
    expect(server.aborted).toBe(0);
    await clock.advance(1);
    expect(await work).toMatchObject({ code: 'TIMEOUT' });
    await until('the request has ended', () => server.aborted === 1);
  });

  test('of one endless line do not fill the memory', async () => {
    reply([{ raw: `data: {"x": "${'x'.repeat(2_000_000)}` }, { hang: true }]);
    expect(await failureOf(ask(provider))).toMatchObject({ code: 'PROTOCOL' });
    await until('the request has ended', () => server.aborted === 1);
  });

  test('of endless lines in one event do not either', async () => {
    reply([{ raw: 'data: "x"\n'.repeat(200_000) }, { hang: true }]);
    expect(await failureOf(ask(provider))).toMatchObject({ code: 'PROTOCOL' });
  });

  test('with endless arguments of a tool do not either', async () => {
    const piece = 'x'.repeat(100_000);
    reply([{ toolCall: { id: 'a', name: 'ListGoals', arguments: Array.from({ length: 12 }, () => piece) } }]);
    expect(await failureOf(ask(provider))).toMatchObject({ code: 'PROTOCOL' });
  });

  test('that are an endless error are read at their beginning only', async () => {
    reply({ status: 500, body: 'x'.repeat(5_000_000) });
    const failure = await failureOf(ask(provider));
    expect(failure.code).toBe('UNAVAILABLE');
    expect(failure.message.length).toBeLessThan(600);
  });

  test.each<[string, Reply]>([
    ['before it begins', 'hang'],
    ['within', [{ text: 'Well' }, { hang: true }]],
  ])('end at once upstream when they are aborted %s', async (_, given) => {
    reply(given);
    const abort = new AbortController();
    const reason = new Error('stopped by the person');
    let seen = 0;
    const work = (async () => {
      for await (const _ of provider.stream(request(), abort.signal)) seen++;
    })();
    const outcome = work.catch((error: unknown) => error);
    await until('it was asked', () => server.requests.length === 1 && (given === 'hang' || seen > 0));
    abort.abort(reason);
    expect(await outcome).toBe(reason);
    await until('the request has ended', () => server.aborted === 1);
  });

  test('are not asked for when they are aborted already', async () => {
    const reason = new Error('stopped');
    await expect(ask(provider, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  test('end upstream when nobody reads on', async () => {
    reply([{ text: 'Well' }, { hang: true }]);
    for await (const event of provider.stream(request(), new AbortController().signal)) {
      if (event.kind === 'text') break;
    }
    await until('the request has ended', () => server.aborted === 1);
    expect(clock.waiting).toBe(0);
  });

  test('leave no timer behind', async () => {
    reply([{ text: 'Well' }]);
    await ask(provider);
    expect(clock.waiting).toBe(0);
  });

  test('to results of tools: each call with its result, whoever named it', async () => {
    reply([{ text: 'Two goals.' }]);
    const again = { id: 'same.id', name: 'ListGoals', arguments: '{"search":"a"}' };
    await ask(provider, {
      turns: [
        { role: 'user', text: 'How am I doing?' },
        { role: 'assistant', text: 'Let me see.', toolCalls: [again, { id: 'b', name: 'Today', arguments: 'oops' }] },
        {
          role: 'tools',
          results: [
            { id: 'same.id', name: 'ListGoals', content: '{"data":1}', isError: false },
            { id: 'b', name: 'Today', content: '{"errors":[]}', isError: true },
          ],
        },
        { role: 'assistant', text: ' ', toolCalls: [again] },
        { role: 'user', text: 'Well?' },
      ],
    });
    const sent = JSON.stringify(server.requests[0]!.body.messages);
    for (const part of ['call00001', 'call00002', 'call00003', '{\\"data\\":1}', 'was not run', 'Well?']) {
      expect(sent).toContain(part);
    }
    expect(sent).not.toContain('same.id');
  });

  test('without tools: earlier calls are told as text', async () => {
    reply([{ text: 'Two goals.' }]);
    await ask(provider, {
      tools: [],
      turns: [
        { role: 'user', text: 'How am I doing?' },
        { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'ListGoals', arguments: '{}' }] },
        { role: 'tools', results: [{ id: 'a', name: 'ListGoals', content: '{"data":1}', isError: false }] },
      ],
    });
    expect(server.requests[0]!.body.tools).toBeUndefined();
    const sent = JSON.stringify(server.requests[0]!.body.messages);
    expect(sent).toContain('Result of the tool ListGoals with {}:');
    expect(sent).not.toContain('tool_call');
  });

  test('to a talk that begins with the assistant', async () => {
    reply([{ text: 'Yes.' }]);
    const events = await all(
      provider.stream(
        request({
          turns: [
            { role: 'assistant', text: 'I am here.', toolCalls: [] },
            { role: 'user', text: 'Good.' },
          ],
          tools: [tool],
        }),
        new AbortController().signal,
      ),
    );
    expect(textOf(events)).toBe('Yes.');
  });
});
