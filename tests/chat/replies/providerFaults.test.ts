import { describe, expect, test } from '@jest/globals';
import type { Reply } from '../../support/models/modelServer.ts';
import { until } from '../../support/server.ts';
import {
  ana,
  answered,
  beginTalks,
  callTool,
  consent,
  entriesOf,
  makeGoal,
  read,
  regenerate,
  send,
  talks,
  told,
  toolResultsOf,
  withdraw,
} from './talk.ts';

beginTalks();

const overloaded = (status: number, headers = {}): Reply => ({ status, headers, body: { error: { message: 'busy' } } });
const outcomes = ({ aiCalls }: any) => aiCalls.map(({ provider, outcome }: any) => `${provider} ${outcome}`);

describe('a provider that fails before it has said anything', () => {
  test.each([
    ['is limited', () => overloaded(429, { 'retry-after': '60' }), 'RATE_LIMITED'],
    ['is overloaded', () => overloaded(529), 'OVERLOADED'],
    ['breaks', () => overloaded(500), 'UNAVAILABLE'],
    ['refuses the key', () => overloaded(401), 'REJECTED'],
    ['says nothing', (): Reply => 'hang', 'TIMEOUT'],
    ['cuts the line', (): Reply => [{ cut: true }], 'UNAVAILABLE'],
    ['talks nonsense', (): Reply => [{ raw: 'data: {"choices": 7}\n\n' }], 'PROTOCOL'],
    ['ends half-way', (): Reply => [{ end: true }], 'UNAVAILABLE'],
  ])('%s: the next one that has consent answers, and the ledger has both', async (_, script, outcome) => {
    await consent(ana, 'anthropic', ['MESSAGES', 'GOALS']);
    talks.openai.script = script;
    const reply = await answered(talks, ana, 'Hello');
    expect(reply).toMatchObject({ status: 'COMPLETE', content: 'Hello.', provider: 'anthropic' });
    expect(outcomes(reply)).toEqual([`openai ${outcome}`, 'anthropic OK']);
    expect(reply.aiCalls[0]).toMatchObject({ cost: '0', inputTokens: 0, outputTokens: 0, estimated: true });
    expect(reply.aiCalls[1]).toMatchObject({ estimated: false, dataClasses: ['MESSAGES'] });
    expect(Number(reply.aiCalls[1].cost)).toBeGreaterThan(0);
    expect((await told(talks, reply.id)).text).toBe('Hello.');
  });

  test('is asked once more when it wants a moment only', async () => {
    talks.openai.script = (_, number) => (number === 1 ? overloaded(429, { 'retry-after': '1' }) : [{ text: 'Now.' }]);
    const reply = await answered(talks, ana, 'Hello');
    expect(reply).toMatchObject({ content: 'Now.', provider: 'openai' });
    expect(outcomes(reply)).toEqual(['openai RATE_LIMITED', 'openai OK']);
  });

  test('is not replaced by one without consent, but by the one at home', async () => {
    talks.openai.script = () => overloaded(500);
    const reply = await answered(talks, ana, 'Hello');
    expect(outcomes(reply)).toEqual(['openai UNAVAILABLE', 'local OK']);
    expect(talks.anthropic.asked).toHaveLength(0);
  });

  test('is not replaced at all when it was asked for by name: the reply fails, and can be made anew', async () => {
    talks.openai.script = () => overloaded(500);
    const reply = await answered(talks, ana, 'Hello', { provider: 'openai' });
    expect(reply).toMatchObject({ status: 'FAILED', endedBecause: 'UNAVAILABLE', content: '' });
    talks.openai.script = () => [{ text: 'Better.' }];
    const again = await regenerate(ana, reply.id, { provider: 'openai' });
    expect(again.errors).toEqual([]);
    await talks.graph.runJobs();
    expect(await read(ana, again.reply.id)).toMatchObject({ status: 'COMPLETE', content: 'Better.' });
    const { node } = await ana.data(
      'query ($id: ID!) { node(id: $id) { ... on Message { siblings { id } parent { children { id } } } } }',
      { id: reply.id },
    );
    expect(node.siblings.map(({ id }: any) => id)).toEqual([reply.id, again.reply.id]);
  });
});

describe('a provider that fails in the middle of its words', () => {
  test.each([
    ['cuts the line', [{ text: 'Half of ' }, { cut: true }], 'UNAVAILABLE'],
    ['ends half-way', [{ text: 'Half of ' }, { end: true }], 'UNAVAILABLE'],
    ['falls silent', [{ text: 'Half of ' }, { hang: true }], 'TIMEOUT'],
    ['tells of a fault', [{ text: 'Half of ' }, { error: { type: 'server_error', message: 'x' } }], 'UNAVAILABLE'],
  ] as const)('%s: what was said stays, nobody else goes on', async (_, steps, outcome) => {
    await consent(ana, 'anthropic');
    talks.openai.script = () => [...steps];
    const reply = await answered(talks, ana, 'Hello');
    expect(reply).toMatchObject({ status: 'FAILED', endedBecause: 'UNAVAILABLE', content: 'Half of ' });
    expect(outcomes(reply)).toEqual([`openai ${outcome}`]);
    // It was sent and partly answered: that is paid for, as far as we know.
    expect(reply.aiCalls[0].estimated).toBe(true);
    expect(reply.aiCalls[0].inputTokens).toBeGreaterThan(100);
    expect(reply.aiCalls[0].outputTokens).toBeGreaterThan(0);
    expect(talks.anthropic.asked).toHaveLength(0);
  });
});

describe('an answer beyond measure', () => {
  test('of a megabyte is cut off, and the request ended', async () => {
    let sent = 0;
    talks.openai.script = (): Reply => [
      ...Array.from({ length: 1_000 }, () => ({ text: `${++sent}`.padStart(1_000, '😀x') })),
      { hang: true },
    ];
    const reply = await answered(talks, ana, 'Go on and on');
    expect(reply).toMatchObject({ status: 'COMPLETE', endedBecause: 'LENGTH' });
    expect(reply.content.length).toBeLessThanOrEqual(200_000);
    expect(reply.content.length).toBeGreaterThan(199_990);
    expect(reply.content.isWellFormed()).toBe(true);
    expect((await told(talks, reply.id)).text).toBe(reply.content);
    expect(outcomes(reply)).toEqual(['openai STOPPED']);
    expect(reply.aiCalls[0].outputTokens).toBeGreaterThan(10_000);
    await until(() => talks.openai.asked[0]!.aborted, 'the request to be ended');
  });

  test('that the model itself had to cut says so', async () => {
    talks.openai.script = () => [{ text: 'Too lo' }, { finish: 'length' }];
    expect(await answered(talks, ana, 'x')).toMatchObject({ status: 'COMPLETE', endedBecause: 'LENGTH' });
    talks.openai.script = () => [{ text: 'I will not.' }, { finish: 'content_filter' }];
    expect(await answered(talks, ana, 'x')).toMatchObject({ status: 'COMPLETE', endedBecause: 'REFUSAL' });
  });

  test('without usage is estimated', async () => {
    talks.openai.script = () => [{ text: 'word '.repeat(400) }, { usage: null }];
    const { aiCalls } = await answered(talks, ana, 'Hello');
    expect(aiCalls).toMatchObject([{ outcome: 'OK', estimated: true }]);
    expect(aiCalls[0].outputTokens).toBeGreaterThanOrEqual(400);
    expect(aiCalls[0].inputTokens).toBeGreaterThan(1_000);
  });

  test('that holds what no database takes is cleaned', async () => {
    talks.openai.script = () => [
      { text: 'a\0b' },
      { text: '\ud83d' },
      { text: '\ude00' },
      { text: '\ud83d' },
      { text: 'c' },
    ];
    const reply = await answered(talks, ana, 'x');
    expect(reply.status).toBe('COMPLETE');
    expect((await told(talks, reply.id)).text).toBe(reply.content);
    expect(reply.content.startsWith('ab😀')).toBe(true);
  });

  test('that is empty ends all the same', async () => {
    talks.openai.script = () => [];
    expect(await answered(talks, ana, 'x')).toMatchObject({ status: 'COMPLETE', content: '' });
  });
});

describe('calls of tools', () => {
  test('that are malformed are told to the model, which puts them right', async () => {
    const goalId = await makeGoal(ana);
    const rounds: Reply[] = [
      [
        callTool('LogProgress', '{"goalId": "'),
        callTool('LogProgress', '[1]'),
        callTool('LogProgress', { goal: goalId }),
      ],
      [
        callTool('LogProgress', { goalId, value: 'five' }),
        callTool('NoSuchTool', {}),
        callTool('query', { query: '{ nothing }' }),
      ],
      [callTool('LogProgress', { goalId, value: '5' })],
    ];
    talks.openai.script = () => rounds.shift() ?? [{ text: 'Done.' }];
    const reply = await answered(talks, ana, 'log 5 km');
    expect(reply.status).toBe('WAITING');
    expect(reply.toolCalls.map(({ state }: any) => state)).toEqual([...Array(6).fill('FAILED'), 'PROPOSED']);
    const results = toolResultsOf(talks.openai.asked.at(-1)!);
    expect(results.map((result) => JSON.parse(result).errors[0].message)).toEqual([
      expect.stringContaining('not valid JSON'),
      expect.stringContaining('one JSON object'),
      expect.stringContaining('no argument "goal"'),
      expect.stringContaining('do not fit'),
      expect.stringContaining('no tool "NoSuchTool"'),
      expect.stringContaining('does not fit the schema'),
    ]);
    expect(await entriesOf(talks, ana)).toBe(0);
  });

  test('without end come to an end after eight rounds', async () => {
    talks.openai.script = () => [callTool('ListGoals', {})];
    const reply = await answered(talks, ana, 'x');
    expect(reply).toMatchObject({ status: 'COMPLETE', endedBecause: 'LIMIT' });
    expect(talks.openai.asked).toHaveLength(8);
  });

  test('forty at once: eight run, the model hears of the others and can go on', async () => {
    talks.openai.script = (_, number) =>
      number > 1 ? [{ text: 'I see.' }] : Array.from({ length: 40 }, () => callTool('ListLifeAreas', {}));
    const reply = await answered(talks, ana, 'x');
    expect(reply).toMatchObject({ status: 'COMPLETE', endedBecause: 'FINISHED', content: 'I see.' });
    const states = reply.toolCalls.map(({ state }: any) => state);
    expect(states).toEqual([...Array(8).fill('DONE'), ...Array(24).fill('FAILED')]);
  });

  test('with more to tell than a model takes are told in part', async () => {
    for (let i = 0; i < 30; i++) await makeGoal(ana, { title: `Goal ${i}`, description: 'word '.repeat(390) });
    const query = '{ viewer { goals(first: 50) { nodes { id title description } } } }';
    talks.openai.script = (_, number) =>
      number > 1 ? [{ text: 'A lot.' }] : Array.from({ length: 8 }, () => callTool('query', { query }));
    const reply = await answered(talks, ana, 'x');
    expect(reply.content).toBe('A lot.');
    const results = toolResultsOf(talks.openai.asked[1]!);
    for (const result of results) expect(JSON.parse(result)).toMatchObject({ truncated: true });
    // Never more than a request may have, in about four characters a token.
    expect(results.join('').length).toBeLessThan(32_000 * 4);
    expect(reply.aiCalls[1].inputTokens).toBeGreaterThan(0);
  });
});

describe('consent that is withdrawn while a reply is written', () => {
  const withdrawnAfter = (steps: Reply) => {
    talks.openai.script = async () => {
      await withdraw(talks.graph, ana, 'openai');
      return steps;
    };
  };

  test('sends it to the next one when nothing had been said', async () => {
    withdrawnAfter([callTool('ListLifeAreas', {})]);
    const reply = await answered(talks, ana, 'Hello');
    expect(outcomes(reply)).toEqual(['openai OK', 'local OK']);
    expect(talks.openai.asked).toHaveLength(1);
  });

  test('ends it when it had begun to speak, or was the one that was asked for', async () => {
    withdrawnAfter([{ text: 'Let me see. ' }, callTool('ListLifeAreas', {})]);
    const reply = await answered(talks, ana, 'Hello');
    expect(reply).toMatchObject({ status: 'FAILED', endedBecause: 'NO_CONSENT', content: 'Let me see. ' });
    await consent(ana, 'openai');
    const { reply: named } = await send(ana, 'Hello', { provider: 'openai' });
    await withdraw(talks.graph, ana, 'openai');
    await talks.graph.runJobs();
    expect(await read(ana, named.id)).toMatchObject({ status: 'FAILED', endedBecause: 'NO_CONSENT' });
    expect(talks.openai.asked).toHaveLength(1);
  });
});
