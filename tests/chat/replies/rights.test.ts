import { describe, expect, test } from '@jest/globals';
import { scopes as everyScope } from '../../../subgraphs/shared/context.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { issueTaskToken } from '../../../subgraphs/shared/taskTokens.ts';
import type { Person } from '../../support/graph.ts';
import {
  ana,
  answered,
  approve,
  beginTalks,
  callTool,
  entriesOf,
  goalId,
  read,
  settings,
  talks,
  toolResultsOf,
} from './talk.ts';

beginTalks({ goal: true });

/** The same person through a key with these scopes. */
async function keyOf(person: Person, ...scopes: string[]): Promise<Person> {
  const id = newId('apikey', talks.graph.clock.now());
  const { userId } = person;
  await talks.graph.db.apiKey.create({
    data: { userId, id, name: 'x', prefix: 'jrv_x', hash: id, scopes, createdAt: talks.graph.clock.now() },
  });
  return talks.graph.as({ ...person.viewer, kind: 'apiKey', credentialId: id, scopes: scopes as never });
}

const proposed = async () => {
  talks.openai.script = (_, number) =>
    number > 1 ? [{ text: 'Done.' }] : [callTool('LogProgress', { goalId, value: '5' })];
  const { id, toolCalls } = await answered(talks, ana, 'log 5 km');
  return { id, call: toolCalls[0] };
};

describe('a key', () => {
  test('gives the assistant no more than it has itself', async () => {
    const key = await keyOf(ana, 'chat:read', 'chat:write');
    const query = '{ viewer { goals { nodes { title } } } }';
    talks.openai.script = (_, number) =>
      number > 1 ? [{ text: 'I cannot see.' }] : [callTool('ListGoals', {}), callTool('query', { query })];
    const reply = await answered(talks, key, 'What are my goals?');
    expect(reply.content).toBe('I cannot see.');
    expect(reply.toolCalls).toMatchObject([{ state: 'FAILED' }, { state: 'FAILED' }]);
    const [first, second] = talks.openai.asked as [any, any];
    expect(first.body.tools.map((tool: any) => tool.function.name)).not.toContain('ListGoals');
    expect(toolResultsOf(second).join()).not.toContain('Running');
    const lacking = expect.stringContaining('goals:read');
    expect(toolResultsOf(second)).toEqual([lacking, lacking]);
  });

  test('is told by the built-in assistant what it lacks', async () => {
    const key = await keyOf(ana, 'chat:read', 'chat:write');
    const reply = await answered(talks, key, 'list my goals', { provider: 'local' });
    expect(reply.content).toBe(
      'I cannot do that here: the API key that you use does not let me see your goals. It lacks goals:read.',
    );
  });

  test('approves nothing that it could not do itself, neither once nor for ever', async () => {
    const { id, call } = await proposed();
    const key = await keyOf(ana, 'chat:read', 'chat:write', 'goals:read');
    const attempt = async (more = {}) => {
      const input = { id: call.id, confirmation: call.confirmation, ...more };
      return key.run(
        'mutation ($input: ApproveToolCallInput!) { approveToolCall(input: $input) { toolCall { state } errors { code } } }',
        { input },
      );
    };
    for (const more of [{}, { always: true }]) {
      expect((await attempt(more)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await settings(key, { allowedTools: ['LogProgress'] })).errors).toMatchObject([
      { code: 'FORBIDDEN', path: ['allowedTools', '0'] },
    ]);
    await talks.graph.runJobs();
    expect(await entriesOf(talks, ana)).toBe(0);
    await approve(ana, call.id, call.confirmation);
    await talks.graph.runJobs();
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE' });
    // Approved already; still not for ever by this key.
    expect((await attempt({ always: true })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await talks.graph.db.assistantSettings.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('keeps what its person has allowed', async () => {
    await settings(ana, { allowedTools: ['LogProgress'] });
    const key = await keyOf(ana, 'chat:read', 'chat:write');
    expect(await settings(key, { allowedTools: ['LogProgress'], retrieval: false })).toMatchObject({
      errors: [],
      settings: { allowedTools: ['LogProgress'], retrieval: false },
    });
  });
});

describe('a task token', () => {
  const documents: Record<string, { document: string; variables: Record<string, unknown> }> = {
    sendMessage: {
      document: 'mutation { sendMessage(input: { content: "x" }) { errors { code } } }',
      variables: {},
    },
    regenerateMessage: {
      document: 'mutation ($id: ID!) { regenerateMessage(input: { messageId: $id }) { errors { code } } }',
      variables: { id: newId('message') },
    },
    editMessage: {
      document:
        'mutation ($id: ID!) { editMessage(input: { messageId: $id, content: "x", reply: true }) { errors { code } } }',
      variables: { id: 'mine' },
    },
    approveToolCall: {
      document: 'mutation ($id: ID!) { approveToolCall(input: { id: $id, confirmation: "x" }) { errors { code } } }',
      variables: { id: newId('toolcall') },
    },
    rejectToolCall: {
      document: 'mutation ($id: ID!) { rejectToolCall(input: { id: $id }) { errors { code } } }',
      variables: { id: newId('toolcall') },
    },
    updateAssistantSettings: {
      document: 'mutation { updateAssistantSettings(input: { allowedTools: ["LogProgress"] }) { errors { code } } }',
      variables: {},
    },
    grantAiConsent: {
      document:
        'mutation { grantAiConsent(input: { provider: "openai", dataClasses: [HEALTH], disclosureVersion: "1" }) { errors { code } } }',
      variables: {},
    },
    createApiKey: {
      document: 'mutation { createApiKey(input: { name: "x", scopes: ["chat:read"] }) { errors { code } } }',
      variables: {},
    },
    requestDataExport: { document: 'mutation { requestDataExport { errors { code } } }', variables: {} },
  };

  const tokenFor = (person: Person) => {
    const behalf = { kind: 'session', id: person.viewer.credentialId } as const;
    const task = {
      userId: person.userId,
      kind: 'assistant',
      taskId: newId('message'),
      scopes: everyScope,
      behalf,
    } as const;
    return issueTaskToken(talks.graph.db, task, talks.graph.clock.now(), 60);
  };
  const codesOf = (answer: any) => [
    ...(answer.errors ?? []).map(({ extensions }: any) => extensions?.code),
    ...Object.values(answer.data ?? {}).flatMap((field: any) => field?.errors.map(({ code }: any) => code) ?? []),
  ];

  test.each(Object.keys(documents))('cannot do %s, whatever scopes it was made with', async (name) => {
    const { conversation } = { conversation: await answered(talks, ana, 'Hello') };
    const own = await talks.graph.db.message.findFirstOrThrow({
      where: { userId: ana.userId, conversationId: conversation.conversationId, role: 'USER' },
    });
    const { document, variables } = documents[name]!;
    const count = () => talks.graph.db.message.count({ where: { userId: ana.userId } });
    const before = await count();
    const answer = await talks.graph.platform.graph.ask({
      token: await tokenFor(ana),
      query: document,
      variables: variables.id === 'mine' ? { id: own.id } : variables,
    });
    expect(codesOf(answer)).toEqual(['FORBIDDEN']);
    expect(await count()).toBe(before);
  });

  test('ends with its session, at once', async () => {
    const token = await tokenFor(ana);
    const ask = () =>
      talks.graph.platform.graph.ask({ token, query: '{ viewer { id } }' }).then(
        ({ data }) => data?.viewer?.id,
        (error) => error.extensions?.code,
      );
    expect(await ask()).toBe(ana.userId);
    const other = talks.graph.as({ ...ana.viewer, credentialId: newId('session') });
    const { revokeSession } = await other.data(
      'mutation ($id: ID!) { revokeSession(input: { id: $id }) { errors { code } } }',
      { id: ana.viewer.credentialId },
    );
    expect(revokeSession.errors).toEqual([]);
    expect(await ask()).toBe('UNAUTHENTICATED');
  });

  test('of a reply ends when the reply does', async () => {
    const { id } = await proposed();
    expect(await talks.graph.db.taskToken.count({ where: { userId: ana.userId } })).toBeGreaterThan(0);
    await ana.data('mutation ($id: ID!) { stopMessage(input: { messageId: $id }) { errors { code } } }', { id });
    expect(await talks.graph.db.taskToken.count({ where: { userId: ana.userId } })).toBe(0);
  });
});
