import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scopes as everyScope, type Scope } from '../../subgraphs/shared/context.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { errorsOf } from './support.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph.stop());

/** Somebody with a goal, for whom the assistant has proposed to log 5 km. */
async function withProposal() {
  const ana = await graph.person();
  const { createGoal } = await ana.data(
    `mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } ${errorsOf} } }`,
    { input: { title: 'Running', kind: 'NUMERIC', unit: 'km', targetValue: '100', cumulative: true } },
  );
  const { sendMessage } = await ana.data(
    `mutation { sendMessage(input: { content: "log 5 km run today" }) { reply { id } ${errorsOf} } }`,
  );
  await graph.runJobs();
  const messageId: string = sendMessage.reply.id;
  const [call] = (await replyOf(ana, messageId)).toolCalls.filter((one: any) => one.state === 'PROPOSED');
  return { ana, goalId: createGoal.goal.id as string, messageId, call };
}

const replyOf = async (person: Person, id: string) =>
  (
    await person.data(
      'query ($id: ID!) { node(id: $id) { ... on Message { status toolCalls { id tool state confirmation } } } }',
      { id },
    )
  ).node;

const approve = (person: Person, { id, confirmation }: { id: string; confirmation: string }) =>
  person.data(
    `mutation ($input: ApproveToolCallInput!) { approveToolCall(input: $input) { toolCall { state } ${errorsOf} } }`,
    { input: { id, confirmation } },
  );

const currentValueOf = async (person: Person, id: string) =>
  (await person.data('query ($id: ID!) { goal(id: $id) { currentValue } }', { id })).goal.currentValue;

/** Another session of the same account. */
async function elsewhere({ viewer }: Person, scopes: readonly Scope[] = everyScope): Promise<Person> {
  const now = graph.clock.now();
  const credentialId = newId('session', now);
  const expiresAt = new Date(now.getTime() + 3_600_000);
  await graph.db.session.create({
    data: {
      userId: viewer.userId,
      id: credentialId,
      method: 'development',
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
    },
  });
  return graph.as({ ...viewer, credentialId, scopes: [...scopes] });
}

test('a reply goes on on behalf of whoever approves: the session that asked may have ended', async () => {
  const { ana, goalId, messageId, call } = await withProposal();
  const phone = await elsewhere(ana);
  await graph.db.session.updateMany({
    where: { userId: ana.userId, id: ana.viewer.credentialId },
    data: { revokedAt: graph.clock.now() },
  });
  expect((await approve(phone, call)).approveToolCall).toEqual({ toolCall: { state: 'APPROVED' }, errors: [] });
  await graph.runJobs();
  expect(await currentValueOf(phone, goalId)).toBe('5');
  expect((await replyOf(phone, messageId)).status).toBe('COMPLETE');
});

test('a reply may never do more than who asked and whoever approved may both do', async () => {
  const { ana, messageId, call } = await withProposal();
  const narrow = await elsewhere(ana, ['chat:read', 'chat:write', 'goals:write', 'goals:read']);
  await approve(narrow, call);
  const where = { userId_messageId: { userId: ana.userId, messageId } };
  const generation = await graph.db.generation.findUniqueOrThrow({ where });
  expect(generation.behalfId).toBe(narrow.viewer.credentialId);
  expect([...generation.scopes].sort()).toEqual(['chat:read', 'chat:write', 'goals:read', 'goals:write']);
});

test('to reject lends nothing, nor does an approval that is refused', async () => {
  const { ana, messageId, call } = await withProposal();
  const phone = await elsewhere(ana);
  const refused = await approve(phone, { id: call.id, confirmation: 'something else' });
  expect(refused.approveToolCall.errors).toMatchObject([{ code: 'CONFLICT' }]);
  await phone.data(`mutation ($id: ID!) { rejectToolCall(input: { id: $id }) { toolCall { state } ${errorsOf} } }`, {
    id: call.id,
  });
  const where = { userId_messageId: { userId: ana.userId, messageId } };
  expect((await graph.db.generation.findUniqueOrThrow({ where })).behalfId).toBe(ana.viewer.credentialId);
});
