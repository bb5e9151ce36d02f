import { afterEach, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../../subgraphs/shared/config.ts';
import type { Provider } from '../../../subgraphs/shared/models/provider.ts';
import { createProviders } from '../../../subgraphs/shared/models/registry.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { startAnthropicServer } from '../../support/models/anthropicServer.ts';
import type { ModelServer } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { ask, textOf } from './support.ts';

const local: Provider = {
  name: 'local',
  model: 'built-in',
  contextWindow: 1_000,
  maxOutput: 1_000,
  isLocal: true,
  supportsTools: async () => true,
  async *stream() {
    yield { kind: 'end', reason: 'STOP' };
  },
};
const providers = (env: Record<string, string>) => createProviders(readConfig(env), local, new FakeClock());
const everything = {
  OPENAI_API_KEY: 'o',
  ANTHROPIC_API_KEY: 'a',
  COMPATIBLE_AI_URL: 'http://127.0.0.1:1/v1',
  COMPATIBLE_AI_MODEL: 'llama3.2',
};

describe('the providers of a configuration', () => {
  const servers: ModelServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

  test('are the built-in one alone without any', () => {
    const { all, order, get } = providers({});
    expect(order).toEqual(['local']);
    expect(all).toEqual([local]);
    expect(get('local')).toBe(local);
    expect(get('openai')).toBeUndefined();
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['all', everything, ['anthropic', 'openai', 'compatible', 'local']],
    ['one', { OPENAI_API_KEY: 'o' }, ['openai', 'local']],
    ['an order', { ...everything, AI_PROVIDERS: 'compatible, anthropic' }, ['compatible', 'anthropic', 'local']],
    ['none but the built-in', { ...everything, AI_PROVIDERS: 'local' }, ['local']],
    ['the built-in, which is last anyhow', { ...everything, AI_PROVIDERS: 'local,openai' }, ['openai', 'local']],
    [
      'a name',
      { ...everything, COMPATIBLE_AI_NAME: 'my-ollama', AI_PROVIDERS: 'my-ollama,openai' },
      ['my-ollama', 'openai', 'local'],
    ],
  ])('are in the order that is wanted: %s', (_, env, order) => {
    expect(providers(env).order).toEqual(order);
  });

  test('have their models, windows, prices and breakers', () => {
    const { get, prices, breaker } = providers({
      ...everything,
      OPENAI_MODEL: 'gpt-4.1-mini',
      COMPATIBLE_AI_CONTEXT: '32768',
      COMPATIBLE_AI_INPUT_PRICE: '0.25',
      COMPATIBLE_AI_OUTPUT_PRICE: '1.5',
    });
    expect(get('anthropic')?.model).toBe('claude-sonnet-5-5');
    expect(get('openai')).toMatchObject({ model: 'gpt-4.1-mini', contextWindow: 1_047_576 });
    expect(get('compatible')).toMatchObject({ model: 'llama3.2', contextWindow: 32_768, isLocal: false });
    expect(prices.compatible).toEqual({ input: '0.25', cachedInput: '0.25', output: '1.5' });
    expect(prices.local).toEqual({ input: 0, cachedInput: 0, output: 0 });
    expect(breaker(get('openai')!)).toBe(breaker(get('openai')!));
    expect(breaker(get('openai')!)).not.toBe(breaker(get('anthropic')!));
    expect(breaker(local)).toBeNull();
  });

  test('are asked where they are configured to be, with their keys', async () => {
    const openai = await startOpenAiServer(() => [{ text: 'I am OpenAI.' }]);
    const anthropic = await startAnthropicServer(() => [{ text: 'I am Anthropic.' }]);
    servers.push(openai, anthropic);
    const { get } = providers({
      ...everything,
      OPENAI_BASE_URL: openai.url,
      ANTHROPIC_BASE_URL: anthropic.url,
      COMPATIBLE_AI_URL: openai.url,
    });
    expect(textOf(await ask(get('anthropic')!))).toBe('I am Anthropic.');
    expect(textOf(await ask(get('openai')!))).toBe('I am OpenAI.');
    expect(textOf(await ask(get('compatible')!))).toBe('I am OpenAI.');
    expect(anthropic.requests[0]!.headers.authorization).toBe('Bearer a');
    expect(openai.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer o', undefined]);
  });
});
