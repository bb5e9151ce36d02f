import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAnthropic } from '../../../subgraphs/shared/models/anthropic.ts';
import { createOpenAi } from '../../../subgraphs/shared/models/openai.ts';
import type { Provider, ProviderErrorCode } from '../../../subgraphs/shared/models/provider.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { startAnthropicServer } from '../../support/models/anthropicServer.ts';
import type { ModelServer, Reply, Script } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { ask, failureOf, textOf } from './support.ts';

const pages = [
  { url: 'https://one.example/a', title: 'One' },
  { url: 'https://two.example/b', title: 'Two' },
];

/** What holds for every provider that searches the web itself, with the real SDKs. */
describe.each([
  {
    name: 'anthropic',
    start: startAnthropicServer,
    create: (url: string, clock: FakeClock): Provider =>
      createAnthropic({ apiKey: 'key', baseURL: url, model: 'claude-sonnet-5-5' }, { clock, silence: 30_000 }),
    asked: {
      tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 1 }],
      max_tokens: 1_000,
    },
    failures: [
      ['unavailable', 'UNAVAILABLE'],
      ['too_many_requests', 'RATE_LIMITED'],
      ['query_too_long', 'REJECTED'],
    ],
  },
  {
    name: 'openai',
    start: startOpenAiServer as (script: Script) => Promise<ModelServer>,
    create: (url: string, clock: FakeClock): Provider =>
      createOpenAi({ apiKey: 'key', baseURL: url, model: 'gpt-5.6-terra' }, { clock, silence: 30_000 }),
    asked: {
      instructions: 'You are Jarvis.',
      tools: [{ type: 'web_search', search_context_size: 'low' }],
      max_tool_calls: 1,
      include: ['web_search_call.action.sources'],
      max_output_tokens: 1_000,
      reasoning: { effort: 'none' },
      store: false,
    },
    failures: [['failed', 'UNAVAILABLE']],
  },
])('a search of the web by $name', ({ start, create, asked, failures }) => {
  let reply: Reply = [];
  let server: ModelServer;
  let provider: Provider;
  beforeEach(async () => {
    server = await start(() => reply);
    provider = create(server.url, new FakeClock());
  });
  afterEach(() => server.stop());
  const search = () => ask(provider, { tools: [], webSearches: 1 });

  test('is asked for as it wants to be', async () => {
    reply = [{ found: pages }, { text: 'Done' }];
    expect(provider.searchesWeb).toBe(true);
    await search();
    expect(server.requests[0]!.body).toMatchObject(asked);
  });

  test('gives the pages that it found, with what it took', async () => {
    reply = [
      { text: 'I look.' },
      { found: pages },
      { text: 'Done' },
      { usage: { input: 9_000, cachedInput: 1_000, output: 7 } },
    ];
    const events = await search();
    expect(events.flatMap((event) => (event.kind === 'found' ? event.pages : []))).toEqual(pages);
    expect(textOf(events)).toBe('I look.Done');
    expect(events.filter(({ kind }) => kind === 'usage').at(-1)).toMatchObject({
      usage: { input: 9_000, cachedInput: 1_000, output: 7, webSearches: 1 },
    });
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'STOP' });
  });

  test('is no call of a tool of ours, and none where the model does not search', async () => {
    reply = [{ found: [] }];
    expect((await search()).map(({ kind }) => kind)).not.toContain('toolCall');
    reply = [{ text: 'No.' }];
    const events = await search();
    expect(events.map(({ kind }) => kind)).not.toContain('found');
    expect(events.filter(({ kind }) => kind === 'usage').at(-1)).not.toHaveProperty('usage.webSearches');
  });

  test.each(failures)('fails as it says: %s', async (word, code) => {
    reply = [{ found: word }, { text: 'Sorry.' }];
    expect((await failureOf(search())).code).toBe(code as ProviderErrorCode);
  });

  test('that is cut off is a failure', async () => {
    reply = [{ text: 'I' }, { cut: true }];
    expect((await failureOf(search())).code).toBe('UNAVAILABLE');
    reply = [{ text: 'I' }, { end: true }];
    expect((await failureOf(search())).code).toBe('UNAVAILABLE');
  });
});

describe('responses of OpenAI', () => {
  let reply: Reply = [];
  let server: ModelServer;
  beforeEach(async () => {
    server = await startOpenAiServer(() => reply);
  });
  afterEach(() => server.stop());
  const search = (model = 'gpt-5') =>
    ask(createOpenAi({ apiKey: 'key', baseURL: server.url, model }, { clock: new FakeClock(), silence: 30_000 }), {
      tools: [],
      webSearches: 1,
    });

  test.each([
    ['max_output_tokens', 'LENGTH'],
    ['content_filter', 'REFUSAL'],
  ])('may end early: %s', async (finish, reason) => {
    reply = [{ found: pages }, { text: 'D' }, { finish }];
    const events = await search();
    expect(events.at(-1)).toEqual({ kind: 'end', reason });
    expect(events.filter(({ kind }) => kind === 'found')).toHaveLength(1);
    expect(server.requests[0]!.body).not.toHaveProperty('reasoning');
  });

  test('say what broke, in the stream and at its end', async () => {
    reply = [{ error: { type: 'rate_limit_exceeded', message: 'Slowly.' } }];
    expect((await failureOf(search())).code).toBe('RATE_LIMITED');
    reply = [{ text: 'I' }, { finish: 'failed' }];
    expect((await failureOf(search())).code).toBe('UNAVAILABLE');
    reply = { status: 404, body: { error: { message: 'Unknown request URL', type: 'invalid_request_error' } } };
    expect((await failureOf(search())).code).toBe('REJECTED');
  });
});
