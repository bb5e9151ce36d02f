import { describe, expect, test } from '@jest/globals';
import { costOf } from '../../../subgraphs/shared/models/prices.ts';

const cost = (provider: string, model: string, usage: object, at = '2026-11-26T12:00:00Z') =>
  costOf({ provider, model, at: new Date(at) }, { input: 0, cachedInput: 0, output: 0, ...usage })?.toString();
const million = 1_000_000;

describe('the cost of an answer', () => {
  test('is exact to the last digit', () => {
    expect(cost('anthropic', 'claude-sonnet-5-5', { input: 3, output: 1 })).toBe('0.000016');
    expect(cost('openai', 'gpt-5.6-luna', { input: 1, cachedInput: 1 })).toBe('2e-8');
    expect(cost('openai', 'gpt-5.6-luna', {})).toBe('0');
  });

  test('counts what came from the cache and what went into it at their own prices', () => {
    const usage = { input: 100_000, cachedInput: 60_000, cacheWrites: 20_000, output: 10_000 };
    // 20,000 at 2, 60,000 at 0.10, 20,000 at 2.50, 10,000 at 10.
    expect(cost('anthropic', 'claude-sonnet-5-5', usage)).toBe('0.196');
    expect(cost('anthropic', 'claude-sonnet-5-5', { input: 10, cachedInput: 20 })).toBe('0.000002');
  });

  test('depends on the day', () => {
    const luna = (at: string) => cost('openai', 'gpt-5.6-luna', { output: million }, at);
    expect(luna('2026-07-01T00:00:00Z')).toBe('6');
    expect(luna('2026-07-29T23:59:59Z')).toBe('6');
    expect(luna('2026-07-30T00:00:00Z')).toBe('1.2');
    expect(cost('openai', 'gpt-5.6-sol', { output: 100_000 }, '2026-10-01T00:00:00Z')).toBe('2');
    expect(cost('openai', 'gpt-5.6-sol', { output: 100_000 })).toBe('3');
  });

  test('is a multiple for long requests', () => {
    expect(cost('anthropic', 'claude-haiku-5-5', { input: 100_000, output: 1_000 })).toBe('0.0105');
    expect(cost('anthropic', 'claude-haiku-5-5', { input: 100_001, output: 1_000 })).toBe('0.0525005');
    expect(cost('openai', 'gpt-5.6-terra', { input: million, cachedInput: million, output: million })).toBe('18.4');
  });

  test('is that of the model, whatever the version', () => {
    expect(cost('anthropic', 'claude-haiku-4-5-20251001', { input: million })).toBe('1');
    expect(cost('openai', 'gpt-5.4-mini-2026-03-17', { output: million })).toBe('4.5');
  });

  test('of a model that nobody knows is the dearest of its provider', () => {
    const usage = { input: 100_000, output: 10_000 };
    expect(cost('anthropic', 'claude-next', usage)).toBe(cost('anthropic', 'claude-opus-4-1', usage));
    expect(cost('openai', 'gpt-5-pro', usage)).toBe(cost('openai', 'gpt-6-astra', usage));
    expect(cost('openai', 'toString', usage)).toBe(cost('openai', 'gpt-6-astra', usage));
  });

  test('of a provider that nobody knows is unknown', () => {
    expect(cost('compatible', 'llama3.2', { input: million })).toBeUndefined();
    expect(cost('constructor', 'llama3.2', { input: million })).toBeUndefined();
  });

  test('is what was configured where something was', () => {
    const own = {
      compatible: { input: '0.25', cachedInput: '0.25', output: '1.5' },
      local: { input: 0, cachedInput: 0, output: 0 },
    };
    const usage = { input: million, cachedInput: 500_000, output: million };
    const at = new Date(0);
    expect(costOf({ provider: 'compatible', model: 'x', at }, usage, own)?.toString()).toBe('1.75');
    expect(costOf({ provider: 'local', model: 'x', at }, usage, own)?.toString()).toBe('0');
  });
});

test('a search of the web costs a cent, beside the tokens', () => {
  expect(cost('anthropic', 'claude-sonnet-5-5', { webSearches: 1 })).toBe('0.01');
  expect(cost('openai', 'gpt-5.6-luna', { input: million / 10, webSearches: 2 })).toBe('0.04');
});
