import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpClient } from '../../../subgraphs/shared/http.ts';
import { ana, beginGraph, bob, graph } from '../../support/begin.ts';
import { type Internet, startInternet } from '../../support/internet.ts';
import { happens, makeGoal } from '../goals.ts';
import {
  logProgress,
  makeRealGoal,
  makeRule,
  notificationsOf,
  runFields,
  runsOf,
  tellMe,
  whenCompleted,
  work,
} from './support.ts';

let internet: Internet;
let answers: number[] = [];
const bodies: string[] = [];
const options: NonNullable<Parameters<typeof beginGraph>[0]>['start'] & object = {};
beforeAll(async () => {
  internet = await startInternet({
    'hooks.example': (request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(answers.shift() ?? 200, { 'content-type': 'text/plain' }).end('thank you');
      });
    },
  });
  options.http = createHttpClient({}, internet);
}, 60_000);
beginGraph({ people: 'EACH_TEST', start: options });
afterAll(() => internet.stop());

const complete = (goalId: string) => happens(graph, ana, 'goal.completed', goalId, {});

describe('a run that an event sets off', () => {
  test('takes the actions and tells of each in its trace', async () => {
    const goalId = await makeGoal(graph, ana);
    const ruleId = await makeRule(ana, {
      actions: [
        { notification: { title: 'Done: {{goal.id}}', body: '{{event.type}} {{today}}', subjectId: '{{goal.id}}' } },
      ],
    });
    await complete(goalId);
    await work(graph);
    const [run, ...others] = await runsOf(ana, ruleId);
    expect(others).toEqual([]);
    expect(run).toMatchObject({
      state: 'DONE',
      trigger: 'EVENT',
      event: 'goal.completed',
      subjectId: goalId,
      depth: 0,
      reason: null,
      steps: [{ index: 0, kind: 'NOTIFICATION', state: 'DONE', attempts: 1, error: null }],
    });
    expect(JSON.parse(run.steps[0].output).notificationId).toMatch(/^notification_/);
    expect(await notificationsOf(ana)).toContainEqual({
      kind: 'ALERT',
      title: `Done: ${goalId}`,
      body: 'goal.completed 2026-03-10',
      subjectId: goalId,
    });
    expect(await notificationsOf(bob)).toEqual([]);
    expect(await graph.db.taskToken.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('is none for an event that the filters do not name, for a rule that is off, and for other people', async () => {
    const goalId = await makeGoal(graph, ana);
    const other = await makeGoal(graph, ana);
    const filtered = await makeRule(ana, {
      triggers: [{ event: { event: 'goal.completed', filters: [{ field: 'subjectId', oneOf: [goalId] }] } }],
    });
    const off = await makeRule(ana, { active: false });
    const bobs = await makeRule(bob);
    await complete(other);
    await work(graph);
    expect(await runsOf(ana, filtered)).toEqual([]);
    await complete(goalId);
    await work(graph);
    expect(await runsOf(ana, filtered)).toHaveLength(1);
    expect(await runsOf(ana, off)).toEqual([]);
    expect(await runsOf(bob, bobs)).toEqual([]);
  });

  test('changes data by a mutation, with what the event says filled in, and names itself as the cause', async () => {
    const goalId = await makeRealGoal(ana);
    const ruleId = await makeRule(ana, {
      triggers: [{ event: { event: 'reminder.created' } }],
      actions: [
        {
          dataUpdate: {
            document:
              'mutation ($input: LogProgressInput!) { logProgress(input: $input) { entry { id } errors { code } } }',
            variables: { input: { goalId, value: '3', note: 'For {{event.subjectId}} by "{{rule.name}}"' } },
          },
        },
      ],
    });
    await ana.data('mutation { createReminder(input: { message: "x", timeOfDay: "07:00" }) { errors { code } } }');
    await work(graph);
    const [run] = await runsOf(ana, ruleId);
    expect(run).toMatchObject({ state: 'DONE', steps: [{ kind: 'DATA_UPDATE', state: 'DONE' }] });
    const entries = await graph.db.progressEntry.findMany({ where: { userId: ana.userId } });
    expect(entries.map(({ note }) => note)).toEqual([`For ${run.subjectId} by "Rule"`]);
    const events = await graph.db.event.findMany({ where: { userId: ana.userId, type: 'progress.logged' } });
    expect(events).toMatchObject([{ actorKind: 'automation', actorId: run.id, causationId: run.id }]);
  });

  test('calls an address with a key, and tries again what may pass', async () => {
    answers = [503, 200];
    const ruleId = await makeRule(ana, {
      actions: [
        {
          apiCall: {
            url: 'https://hooks.example/x',
            body: '{"what":"{{event.type}}","text":"say \\"{{rule.name}}\\""}',
          },
        },
        ...tellMe,
      ],
    });
    await complete(await makeGoal(graph, ana));
    await work(graph);
    const [waiting] = await runsOf(ana, ruleId);
    expect(waiting).toMatchObject({
      state: 'QUEUED',
      retryAt: '2026-03-10T12:00:10.000Z',
      steps: [{ state: 'WAITING', error: 'The address answered with status 503.', attempts: 1 }],
    });
    graph.clock.advance(11_000);
    await work(graph);
    const [run] = await runsOf(ana, ruleId);
    expect(run).toMatchObject({
      state: 'DONE',
      steps: [
        { kind: 'API_CALL', state: 'DONE', attempts: 2, error: null },
        { kind: 'NOTIFICATION', state: 'DONE' },
      ],
    });
    const visits = internet.visits.slice(-2);
    expect(visits.map(({ method, headers }) => [method, headers['idempotency-key'], headers['content-type']])).toEqual([
      ['POST', `${run.id}.0`, 'application/json'],
      ['POST', `${run.id}.0`, 'application/json'],
    ]);
    expect(bodies.slice(-2)).toEqual(Array(2).fill('{"what":"goal.completed","text":"say \\"Rule\\""}'));
  });

  test('does not reach what the guard keeps it from, nor try that again', async () => {
    internet.names.set('inside.example', [{ address: '127.0.0.1', family: 4 }]);
    const ruleId = await makeRule(ana, { actions: [{ apiCall: { url: 'https://inside.example/x' } }, ...tellMe] });
    await complete(await makeGoal(graph, ana));
    await work(graph);
    expect((await runsOf(ana, ruleId))[0]).toMatchObject({
      state: 'FAILED',
      reason: 'ACTION',
      steps: [{ kind: 'API_CALL', state: 'FAILED', attempts: 1 }],
    });
    expect(internet.trespasses()).toBe(0);
  });

  test('does not try again what is wrong: the error stands in the trace, and the actions after it are not taken', async () => {
    const goalId = await makeRealGoal(ana);
    const ruleId = await makeRule(ana, {
      actions: [
        {
          dataUpdate: {
            document: 'mutation ($id: ID!) { deleteGoal(input: { id: $id }) { errors { code message } } }',
            variables: { id: '{{event.subjectId}}' },
          },
        },
        ...tellMe,
      ],
    });
    await complete('goal_01956b2d5d2a7000800000000000dead');
    await work(graph);
    const [run] = await runsOf(ana, ruleId);
    expect(run).toMatchObject({ state: 'FAILED', reason: 'ACTION', message: 'There is no such goal.' });
    expect(run.steps).toHaveLength(1);
    expect((await ana.data('query ($id: ID!) { goal(id: $id) { id } }', { id: goalId })).goal).toEqual({ id: goalId });
  });

  test('asks the assistant, which answers on its own; what it would change is proposed', async () => {
    const goalId = await makeRealGoal(ana, { title: 'Running', unit: 'km' });
    // Allowed where the person is there; here nobody looks on.
    await graph.db.assistantSettings.create({
      data: { userId: ana.userId, allowedTools: ['LogProgress'], updatedAt: graph.clock.now() },
    });
    const ruleId = await makeRule(ana, {
      name: 'Ask',
      actions: [{ aiTask: { prompt: 'log 5 km run today', subjectIds: ['{{goal.id}}'] } }],
    });
    await complete(goalId);
    await work(graph);
    const [run] = await runsOf(ana, ruleId);
    expect(run).toMatchObject({ state: 'DONE', steps: [{ kind: 'AI_TASK', state: 'DONE' }] });
    const { conversationId, replyId } = JSON.parse(run.steps[0].output);
    const { conversation, reply } = await ana.data(
      `query ($c: ID!, $r: ID!) {
        conversation: node(id: $c) { ... on Conversation { title } }
        reply: node(id: $r) { ... on Message { status toolCalls { kind state } } }
      }`,
      { c: conversationId, r: replyId },
    );
    expect(conversation).toEqual({ title: 'Ask' });
    expect(reply.toolCalls.filter((call: any) => call.kind === 'WRITE')).toEqual([
      { kind: 'WRITE', state: 'PROPOSED' },
    ]);
  });

  test('does nothing when a condition does not hold, and says why', async () => {
    const goalId = await makeRealGoal(ana);
    const line = { goalId, metric: 'VALUE', comparison: 'ABOVE', value: '50' };
    const ruleId = await makeRule(ana, {
      conditions: [{ time: { from: '08:00', to: '20:00' } }, { goal: line }],
    });
    await complete(goalId);
    await work(graph);
    await logProgress(ana, { goalId, value: '60' });
    await complete(goalId);
    await work(graph);
    const [first, second] = await runsOf(ana, ruleId);
    expect(first).toMatchObject({
      state: 'SKIPPED',
      reason: 'CONDITION',
      message: 'The value is 0, which is not above 50.',
    });
    expect(first.steps.map(({ kind, state }: any) => [kind, state])).toEqual([
      ['TIME_CONDITION', 'DONE'],
      ['GOAL_CONDITION', 'NOT_MET'],
    ]);
    expect(second.steps.map(({ state }: any) => state)).toEqual(['DONE', 'DONE', 'DONE']);
  });
});

describe('by hand', () => {
  const run = `mutation ($input: RunAutomationRuleInput!) { runAutomationRule(input: $input) { run { ${runFields} } errors { code path } } }`;
  const retry = `mutation ($input: RetryAutomationRunInput!) { retryAutomationRun(input: $input) { run { ${runFields} } errors { code path } } }`;
  const cancel = `mutation ($input: CancelAutomationRunInput!) { cancelAutomationRun(input: $input) { run { ${runFields} } errors { code path } } }`;

  test('a rule is set off now, once for the same id', async () => {
    const id = await makeRule(ana, { active: false });
    const runId = 'rulerun_01956b2d5d2a70008000000000000001';
    const both = [await ana.data(run, { input: { id, runId } }), await ana.data(run, { input: { id, runId } })];
    expect(both.map(({ runAutomationRule }) => runAutomationRule.run.id)).toEqual([runId, runId]);
    await work(graph);
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'DONE', trigger: 'MANUAL' }]);
    expect((await bob.data(run, { input: { id } })).runAutomationRule.errors).toEqual([
      { code: 'NOT_FOUND', path: ['id'] },
    ]);
  });

  test('a run is about the goal whose numbers the rule waits for, when that is one', async () => {
    const [read, swim] = [await makeRealGoal(ana, { title: 'Read' }), await makeRealGoal(ana, { title: 'Swim' })];
    const waitFor = (...goals: string[]) =>
      goals.map((goalId) => ({ condition: { goalId, metric: 'VALUE', comparison: 'ABOVE', value: '5' } }));
    const actions = [{ notification: { title: 'Now {{goal.title}}', subjectId: '{{goal.id}}' } }];
    const one = await makeRule(ana, { triggers: [...waitFor(read), ...whenCompleted], actions });
    const two = await makeRule(ana, { triggers: waitFor(read, swim), actions });
    for (const id of [one, two]) await ana.data(run, { input: { id } });
    await work(graph);
    expect(await runsOf(ana, one)).toMatchObject([{ state: 'DONE', subjectId: read }]);
    expect(await runsOf(ana, two)).toMatchObject([{ state: 'DONE', subjectId: null }]);
    expect((await notificationsOf(ana)).map(({ title }) => title).sort()).toEqual(['Now', 'Now Read']);
  });

  test('a run that failed goes on from the step that failed', async () => {
    answers = [404];
    const id = await makeRule(ana, {
      triggers: whenCompleted,
      actions: [...tellMe, { apiCall: { url: 'https://hooks.example/y' } }],
    });
    await complete(await makeGoal(graph, ana));
    await work(graph);
    const [failed] = await runsOf(ana, id);
    expect(failed).toMatchObject({ state: 'FAILED', message: 'The address answered with status 404.' });
    expect((await ana.data(retry, { input: { id: failed.id } })).retryAutomationRun.errors).toEqual([]);
    await work(graph);
    const again = (await runsOf(ana, id))[1];
    expect(again).toMatchObject({
      state: 'DONE',
      trigger: 'RETRY',
      event: 'goal.completed',
      retryOf: { id: failed.id },
    });
    expect(again.steps.map(({ state }: any) => state)).toEqual(['DONE', 'DONE']);
    expect((await notificationsOf(ana)).filter(({ title }) => title === 'Done')).toHaveLength(1);
    const { retryAutomationRun } = await ana.data(retry, { input: { id: again.id } });
    expect(retryAutomationRun.errors).toEqual([{ code: 'CONFLICT', path: ['id'] }]);
  });

  test('what may have been done all the same goes out again under the same key', async () => {
    answers = [503, 200];
    const id = await makeRule(ana, { actions: [{ apiCall: { url: 'https://hooks.example/z', body: '{{now}}' } }] });
    await complete(await makeGoal(graph, ana));
    await work(graph);
    const [first] = await runsOf(ana, id);
    await ana.data(cancel, { input: { id: first.id } });
    expect((await runsOf(ana, id))[0].steps).toMatchObject([{ state: 'CANCELLED' }]);
    graph.clock.advance(60_000);
    await ana.data(retry, { input: { id: first.id } });
    await work(graph);
    expect((await runsOf(ana, id))[1]).toMatchObject({ state: 'DONE', steps: [{ state: 'DONE' }] });
    expect(internet.visits.slice(-2).map(({ headers }) => headers['idempotency-key'])).toEqual(
      Array(2).fill(`${first.id}.0`),
    );
    expect(bodies.slice(-2)).toEqual(Array(2).fill('2026-03-10T12:00:00.000Z'));
  });

  test('a run that waits is ended; what is ended is not worked on', async () => {
    const id = await makeRule(ana);
    const { runAutomationRule } = await ana.data(run, { input: { id } });
    const runId = runAutomationRule.run.id;
    expect((await bob.data(cancel, { input: { id: runId } })).cancelAutomationRun.errors).toHaveLength(1);
    const { cancelAutomationRun } = await ana.data(cancel, { input: { id: runId } });
    expect(cancelAutomationRun.run).toMatchObject({ state: 'CANCELLED', reason: 'ENDED' });
    await work(graph);
    expect(await runsOf(ana, id)).toMatchObject([{ state: 'CANCELLED', steps: [] }]);
  });
});
