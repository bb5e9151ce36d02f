import { describe, expect, test } from '@jest/globals';
import { createLocalProvider } from '../../../subgraphs/chat/local/local.ts';
import { eventsOf, talk, textOf, tools, written } from './world.ts';

describe('the built-in assistant as a provider', () => {
  test('is local, takes tools, and needs nobody', async () => {
    const provider = createLocalProvider();
    expect(provider).toMatchObject({ name: 'local', model: 'jarvis-local', isLocal: true });
    expect(await provider.supportsTools(new AbortController().signal)).toBe(true);
  });

  test('writes in words, counts no tokens, and ends', async () => {
    const events = await eventsOf({ turns: [{ role: 'user', text: 'hello' }] });
    expect(events.filter(({ kind }) => kind === 'text').length).toBeGreaterThan(5);
    expect(events.slice(-2)).toEqual([
      { kind: 'usage', usage: { input: 0, cachedInput: 0, output: 0 } },
      { kind: 'end', reason: 'STOP' },
    ]);
  });

  test('ends with TOOL_CALLS when it waits for tools', async () => {
    const events = await eventsOf({ turns: [{ role: 'user', text: 'log 5 km run' }] });
    expect(events.map(({ kind }) => kind)).toEqual(['toolCall', 'usage', 'end']);
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'TOOL_CALLS' });
  });

  test('stops at the most tokens', async () => {
    const events = await eventsOf({ turns: [{ role: 'user', text: 'help' }], maxOutputTokens: 5 });
    expect(textOf(events).trim().split(' ')).toHaveLength(5);
    expect(events.at(-1)).toEqual({ kind: 'end', reason: 'LENGTH' });
  });

  test('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(eventsOf({ turns: [{ role: 'user', text: 'help' }] }, controller.signal)).rejects.toThrow(/abort/i);
  });

  test('says the same to the same talk', async () => {
    const [one, other] = [talk(), talk()];
    for (const text of ['log 5 km run and 3 km potatoes', 'yes', 'how am I doing?']) {
      expect(await one.say(text)).toBe(await other.say(text));
    }
  });

  test('asks for at most four tools a round', async () => {
    const { say, turns, calls } = talk();
    await say('log 1 km run, 2 pages, 3 glasses of water, 4 min yoga, 5 steps and 6 h of guitar');
    expect(written(calls)).toHaveLength(6);
    for (const turn of turns) if (turn.role === 'assistant') expect(turn.toolCalls.length).toBeLessThanOrEqual(4);
  });

  test('says that it is no language model once, and again only when asked', async () => {
    const { say } = talk();
    expect(await say('colourless green ideas')).toMatch(/not a language model/);
    expect(await say('sleep furiously, ideas')).not.toMatch(/not a language model/);
    expect(await say('are you an AI?')).toMatch(/not a language model/);
  });

  test('uses only the tools that it is offered', async () => {
    const { say, calls } = talk({ tools: tools.filter(({ name }) => name !== 'LogProgress') });
    expect(await say('log 5 km run')).toBe('I cannot do that in this conversation.');
    expect(written(calls)).toEqual([]);
    expect(await talk({ tools: [] }).say('log 5 km run')).toMatch(/more than I can do in one answer/);
  });

  test.each([
    ['list my goals', 'FindMessages', 'the API key that you use does not let me see your goals. It lacks goals:read.'],
    ['log 5 km run', 'ListGoals', 'the API key that you use does not let me change your goals. It lacks goals:write.'],
    ['zeige meine Ziele', 'FindMessages', 'darf ich nicht deine Ziele sehen. Ihm fehlt goals:read.'],
  ])('tells a key that has no access what it lacks: %s', async (text, offered, said) => {
    const { say } = talk({ tools: tools.filter(({ name }) => name === offered) });
    expect(await say(text)).toContain(said);
  });

  test('gives a tool no argument that it does not take', async () => {
    const narrow = tools.map((tool) =>
      tool.name === 'LogProgress'
        ? { ...tool, parameters: { type: 'object', properties: { goalId: {}, value: {} } } }
        : tool,
    );
    const { say, calls } = talk({ tools: narrow });
    await say('log 5 km run yesterday');
    expect(written(calls)).toEqual(['LogProgress goalId=run value=5']);
  });
});
