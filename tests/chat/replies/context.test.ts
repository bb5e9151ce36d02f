import { expect, test } from '@jest/globals';
import { ana, answered, beginTalks, callTool, consent, makeGoal, read, send, settings, talks } from './talk.ts';

beginTalks({ consent: false });

const sentTo = (model: 'openai' | 'anthropic') => JSON.stringify(talks[model].asked.map(({ body }) => body));
const remember = (text: string) =>
  ana.data('mutation ($text: String!) { createMemory(input: { text: $text, kind: FACT }) { memory { id } } }', {
    text,
  });

test('what the record says was sent is what was sent, and no more', async () => {
  await consent(ana, 'openai');
  const goalId = await makeGoal(ana, { title: 'Reading novels', description: 'Novels by candlelight' });
  await remember('Likes candlelight');
  const { createConversation } = await ana.data(
    'mutation ($id: ID!) { createConversation(input: { title: "x", contextIds: [$id] }) { conversation { id } } }',
    { id: goalId },
  );
  await answered(talks, ana, 'An earlier talk of novels and candlelight');
  const reply = await answered(talks, ana, 'What of novels by candlelight?', {
    conversationId: createConversation.conversation.id,
  });
  const { system, rest } = (({ body }) => {
    const [first, ...others] = body.messages;
    return { system: first.content as string, rest: JSON.stringify(others) };
  })(talks.openai.asked.at(-1)!);
  const kinds = reply.context.map(({ kind }: any) => kind);
  expect(kinds.slice(0, 5)).toEqual(['INSTRUCTIONS', 'TOOLS', 'MEMORY', 'MESSAGE', 'OBJECT']);
  expect(kinds.slice(5).every((kind: string) => kind === 'RETRIEVED')).toBe(true);
  expect(kinds.length).toBeGreaterThan(5);
  for (const { kind, label, objectId, omitted } of reply.context) {
    expect(omitted).toBeNull();
    if (kind === 'MEMORY') expect(system).toContain(label);
    if (kind === 'MESSAGE') expect(rest).toContain(label);
    if (kind === 'OBJECT' || kind === 'RETRIEVED') expect(system).toContain(objectId);
  }
  const tools = talks.openai.asked.at(-1)!.body.tools.map((tool: any) => tool.function.name);
  expect(reply.context[1].label).toBe(tools.join(', '));
  expect(reply.aiCalls[0].dataClasses).toEqual(['GOALS', 'MESSAGES']);
});

test('nothing is looked for where the person does not want it, or remembered where they switched that off', async () => {
  await consent(ana, 'openai');
  await makeGoal(ana, { title: 'Reading novels', description: 'Novels by candlelight' });
  await remember('Likes candlelight');
  await settings(ana, { retrieval: false });
  const { updateSettings } = await ana.data(
    'mutation { updateSettings(input: { assistantMemory: false }) { errors { code } } }',
  );
  expect(updateSettings.errors).toEqual([]);
  const reply = await answered(talks, ana, 'What of novels by candlelight?');
  expect(reply.context.map(({ kind }: any) => kind)).toEqual(['INSTRUCTIONS', 'TOOLS', 'MESSAGE']);
  expect(sentTo('openai')).not.toContain('Likes candlelight');
});

test('what the person takes back while a reply is written counts at once', async () => {
  await consent(ana, 'openai');
  const goalId = await makeGoal(ana);
  await remember('Likes candlelight');
  await settings(ana, { allowedTools: ['LogProgress'] });
  const takeBack = async () => {
    await talks.graph.db.memory.deleteMany({ where: { userId: ana.userId } });
    await settings(ana, { allowedTools: [] });
  };
  talks.openai.script = async (_, number) => {
    if (number > 1) return [callTool('LogProgress', { goalId, value: '5' })];
    await takeBack();
    return [callTool('ListLifeAreas', {})];
  };
  const reply = await answered(talks, ana, 'Log 5 km by candlelight');
  expect(reply).toMatchObject({ status: 'WAITING', toolCalls: [{ state: 'DONE' }, { state: 'PROPOSED' }] });
  const [first, second] = talks.openai.asked.map(({ body }) => body.messages[0].content);
  expect(first).toContain('Likes candlelight');
  expect(second).not.toContain('Likes candlelight');
  expect(reply.context.map(({ kind }: any) => kind)).not.toContain('MEMORY');
});

test('a provider gets nothing of a class that it may not have: no tools, no objects, no earlier replies, not from forks either', async () => {
  await consent(ana, 'openai', ['MESSAGES', 'GOALS']);
  const goalId = await makeGoal(ana, { title: 'Hidden goal', description: 'Hidden words of novels' });
  talks.openai.script = (_, number) =>
    number === 1 ? [callTool('ListGoals', {})] : [{ text: 'You have a Hidden goal about novels.' }];
  const first = await answered(talks, ana, 'What are my goals?');
  expect(first.aiCalls.at(-1).dataClasses).toEqual(['GOALS', 'MESSAGES']);
  await consent(ana, 'anthropic', ['MESSAGES']);
  await ana.data(
    'mutation ($id: ID!, $goal: ID!) { updateConversation(input: { id: $id, contextIds: [$goal] }) { errors { code } } }',
    { id: first.conversationId, goal: goalId },
  );
  const { forkConversation } = await ana.data(
    `mutation ($id: ID!) { forkConversation(input: { conversationId: $id, mode: ALL_BRANCHES }) { conversation { id } } }`,
    { id: first.conversationId },
  );
  for (const conversationId of [first.conversationId, forkConversation.conversation.id]) {
    let round = 0;
    talks.anthropic.script = () => (round++ > 0 ? [{ text: 'I cannot.' }] : [callTool('ListGoals', {})]);
    const reply = await answered(talks, ana, 'Tell me of hidden novels', { conversationId, provider: 'anthropic' });
    const omitted = reply.context.filter((item: any) => item.omitted === 'NO_CONSENT').map(({ kind }: any) => kind);
    expect(omitted).toContain('OBJECT');
    expect(omitted).toContain('MESSAGE');
    expect(reply.toolCalls).toMatchObject([{ state: 'FAILED', result: expect.stringContaining('GOALS') }]);
    for (const { dataClasses } of reply.aiCalls) expect(dataClasses).toEqual(['MESSAGES']);
  }
  expect(sentTo('anthropic')).not.toContain('Hidden');
  const tools = talks.anthropic.asked[0]!.body.tools.map(({ name }: any) => name);
  expect(tools).toEqual(['FindMessages', 'Remember', 'query']);
});

test('what a reply tells of other classes is not found for a provider without them', async () => {
  await consent(ana, 'openai', ['MESSAGES', 'GOALS']);
  await makeGoal(ana, { title: 'Novels' });
  talks.openai.script = (_, number) =>
    number === 1 ? [callTool('ListGoals', {})] : [{ text: 'Secretly you read novels by candlelight.' }];
  await answered(talks, ana, 'What are my goals?');
  await consent(ana, 'anthropic', ['MESSAGES']);
  let round = 0;
  talks.anthropic.script = () =>
    round++ === 0
      ? [
          callTool('FindMessages', { query: 'candlelight' }),
          callTool('query', {
            query: '{ viewer { conversations { nodes { messages(first: 10) { nodes { text: content } } } } } }',
          }),
        ]
      : [{ text: 'Nothing.' }];
  const reply = await answered(talks, ana, 'Which novels by candlelight?', { provider: 'anthropic' });
  expect(reply.content).toBe('Nothing.');
  expect(sentTo('anthropic')).not.toContain('Secretly');
  // Who has the consent finds it.
  round = 0;
  talks.openai.script = talks.anthropic.script;
  await answered(talks, ana, 'Which novels by candlelight?', { provider: 'openai' });
  expect(sentTo('openai')).toContain('Secretly');
});

test('the ledger tells every call by its provider, its purpose and its reply', async () => {
  await consent(ana, 'openai');
  const first = await answered(talks, ana, 'Hello');
  await answered(talks, ana, 'Hello again', { provider: 'local' });
  const calls = async (filter: object) =>
    (
      await ana.data(
        `query ($filter: AiCallFilter) { viewer { aiCalls(first: 10, filter: $filter) { nodes { provider purpose subjectId dataClasses } } } }`,
        { filter },
      )
    ).viewer.aiCalls.nodes;
  expect((await calls({})).map(({ provider }: any) => provider)).toEqual(['local', 'openai']);
  expect(await calls({ providers: ['openai'] })).toMatchObject([{ subjectId: first.id, purpose: 'REPLY' }]);
  expect(await calls({ subjectId: first.id })).toHaveLength(1);
  expect(await calls({ purposes: ['SUMMARY'] })).toEqual([]);
  const { reply } = await send(ana, 'x');
  expect((await read(ana, reply.id)).aiCalls).toEqual([]);
});
