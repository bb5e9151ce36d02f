import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scopes } from '../../../subgraphs/shared/context.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';

// As in production: the gateway's door, the real queue, and a key.
let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startServer('embedded');
  const { db } = server.platform;
  const at = new Date();
  const userId = newId('user');
  await db.user.create({ data: { id: userId, timeZone: 'Europe/Berlin', createdAt: at, updatedAt: at } });
  const key = `jrv_${randomBytes(16).toString('hex')}`;
  const hash = createHash('sha256').update(key).digest('hex');
  await db.apiKey.create({
    data: {
      userId,
      id: newId('apikey'),
      name: 'key',
      prefix: key.slice(0, 12),
      hash,
      scopes: [...scopes],
      createdAt: at,
    },
  });
  authorization = `Bearer ${key}`;
}, 60_000);
afterAll(() => server.stop(), 30_000);

async function ask(query: string, variables: object = {}): Promise<any> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', authorization },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as any;
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

test('an event sets a rule off, which logs, tells and asks the assistant through the gateway, once each', async () => {
  const { createGoal } = await ask(
    `mutation { createGoal(input: { title: "Read", kind: NUMERIC, targetValue: "100", cumulative: true }) { goal { id } errors { message } } }`,
  );
  const goalId = createGoal.goal.id;
  const { createAutomationRule } = await ask(
    `mutation ($input: CreateAutomationRuleInput!) { createAutomationRule(input: $input) { automationRule { id } errors { message path } } }`,
    {
      input: {
        name: 'Over HTTP',
        triggers: [{ event: { event: 'reminder.created' } }],
        conditions: [{ goal: { goalId, metric: 'VALUE', comparison: 'BELOW', value: '50' } }],
        actions: [
          { notification: { title: 'Told' } },
          {
            dataUpdate: {
              document: 'mutation ($i: LogProgressInput!) { logProgress(input: $i) { entry { id } errors { code } } }',
              variables: { i: { goalId, value: '3' } },
            },
          },
          { aiTask: { prompt: 'How am I doing?', subjectIds: [goalId] } },
        ],
      },
    },
  );
  expect(createAutomationRule.errors).toEqual([]);
  await ask('mutation { createReminder(input: { message: "x", timeOfDay: "07:00" }) { errors { code } } }');
  const runs = async () =>
    (
      await ask(
        `query ($id: ID!) { node(id: $id) { ... on AutomationRule { runs { nodes { state message steps { state error } } } } } }`,
        { id: createAutomationRule.automationRule.id },
      )
    ).node.runs.nodes;
  await until('the run has ended', async () => ['DONE', 'FAILED', 'SKIPPED'].includes((await runs())[0]?.state), 30);
  expect(await runs()).toEqual([
    { state: 'DONE', message: null, steps: Array(4).fill({ state: 'DONE', error: null }) },
  ]);
  const { goal } = await ask('query ($id: ID!) { goal(id: $id) { currentValue } }', { id: goalId });
  expect(goal).toEqual({ currentValue: '3' });
}, 60_000);
