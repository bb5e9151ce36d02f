import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fillDemoAccount } from '../../subgraphs/demo.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { errorsOf } from './support.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  await fillDemoAccount(graph.platform, ana.userId);
}, 60_000);
afterAll(() => graph.stop());

const replies = async () => {
  const { viewer } = await ana.data(`{ viewer { conversations(first: 3) { nodes { title currentMessage {
    id status content provider endedBecause lastSequence
    toolCalls { id tool state confirmation details { name value objectId } }
    context { kind label } aiCalls { provider outcome } } } } } }`);
  return viewer.conversations.nodes.map((one: any) => one.currentMessage);
};

test('the latest conversations show what replies can be: finished, rejected, and waiting for the person', async () => {
  const [waiting, rejected, read] = await replies();
  expect([waiting.status, rejected.status, read.status]).toEqual(['WAITING', 'COMPLETE', 'COMPLETE']);
  expect(rejected.toolCalls.map((call: any) => call.state)).toEqual(['DONE', 'REJECTED']);
  expect(read).toMatchObject({ provider: 'local', endedBecause: 'FINISHED', toolCalls: [{ state: 'DONE' }] });
  for (const { context, aiCalls } of [waiting, rejected, read]) {
    expect(context.length).toBeGreaterThan(2);
    expect(aiCalls.length).toBeGreaterThan(0);
  }
});

test('what waits can be approved, and the reply goes on', async () => {
  const [{ id, toolCalls }] = await replies();
  const proposal = toolCalls.at(-1);
  const { objectId: goalId, value: title } = proposal.details[0];
  const valueNow = async () =>
    Number(
      (await ana.data('query ($id: ID!) { goal(id: $id) { title currentValue } }', { id: goalId })).goal.currentValue,
    );
  expect(title).toBe('Run 900 km in a year');
  const before = await valueNow();
  const { approveToolCall } = await ana.data(
    `mutation ($input: ApproveToolCallInput!) { approveToolCall(input: $input) { toolCall { state } ${errorsOf} } }`,
    { input: { id: proposal.id, confirmation: proposal.confirmation } },
  );
  expect(approveToolCall).toEqual({ toolCall: { state: 'APPROVED' }, errors: [] });
  await graph.runJobs();
  expect((await valueNow()) - before).toBeCloseTo(5);
  const [after] = await replies();
  expect(after).toMatchObject({
    id,
    status: 'COMPLETE',
    endedBecause: 'FINISHED',
    content: expect.stringContaining(title),
  });
});

test('what waits can be rejected, and the reply says so', async () => {
  const ben = await graph.person();
  await fillDemoAccount(graph.platform, ben.userId);
  const { viewer } = await ben.data(
    '{ viewer { conversations(first: 1) { nodes { currentMessage { id toolCalls { id state } } } } } }',
  );
  const { id, toolCalls } = viewer.conversations.nodes[0].currentMessage;
  await ben.data(`mutation ($id: ID!) { rejectToolCall(input: { id: $id }) { toolCall { state } ${errorsOf} } }`, {
    id: toolCalls.at(-1).id,
  });
  await graph.runJobs();
  const { node } = await ben.data('query ($id: ID!) { node(id: $id) { ... on Message { status content } } }', { id });
  expect(node).toEqual({ status: 'COMPLETE', content: expect.stringMatching(/not done/) });
});
