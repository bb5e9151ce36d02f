import { describe, expect, test } from '@jest/globals';
import type { Scope, Viewer } from '../../../subgraphs/shared/context.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { happens, makeGoal } from '../goals.ts';
import { makeRealGoal, makeRule, refusalsOf, runsOf, tellMe, whenCompleted, work } from './support.ts';

beginGraph({ people: 'EACH_TEST' });

const logs = (goalId: string) => ({
  dataUpdate: {
    document: 'mutation ($input: LogProgressInput!) { logProgress(input: $input) { errors { code } } }',
    variables: { input: { goalId, value: '1' } },
  },
});

/** A key of Ana's with these scopes. */
async function withKey(scopes: Scope[]) {
  const now = graph.clock.now();
  const credentialId = newId('apikey', now);
  await graph.db.apiKey.create({
    data: {
      userId: ana.userId,
      id: credentialId,
      name: 'Key',
      prefix: 'jrv_x',
      hash: credentialId,
      scopes,
      createdAt: now,
    },
  });
  const viewer: Viewer = { userId: ana.userId, kind: 'apiKey', credentialId, scopes, roles: ['USER'] };
  return graph.as(viewer);
}
const complete = async () => {
  await happens(graph, ana, 'goal.completed', await makeGoal(graph, ana), {});
  await work(graph);
};

describe('what a rule may do', () => {
  test('is no more than whoever writes it may', async () => {
    const goalId = await makeRealGoal(ana);
    const key = await withKey(['integrations:read', 'integrations:write']);
    expect(await refusalsOf(key, { actions: [logs(goalId)] })).toEqual(['FORBIDDEN actions.0.dataUpdate']);
    expect(await refusalsOf(key, { actions: [{ aiTask: { prompt: 'x' } }] })).toEqual(['FORBIDDEN actions.0.aiTask']);
    const line = { goalId, metric: 'VALUE', comparison: 'ABOVE', value: '1' };
    expect(await refusalsOf(key, { triggers: [{ condition: line }], conditions: [{ goal: line }] })).toEqual([
      'FORBIDDEN triggers.0.condition',
      'FORBIDDEN conditions.0.goal',
    ]);
    expect(await refusalsOf(key, { actions: tellMe })).toEqual([]);
    const manage = { document: 'mutation { revokeOtherSessions { errors { code } } }' };
    expect((await refusalsOf(ana, { actions: [{ dataUpdate: manage }] }))[0]).toMatch(/^(FORBIDDEN|INVALID) actions/);
  });

  test('shrinks when somebody with less changes when it acts, and is theirs when they write its actions', async () => {
    const goalId = await makeRealGoal(ana);
    const id = await makeRule(ana, { actions: [logs(goalId)] });
    const key = await withKey(['integrations:read', 'integrations:write']);
    const change = `mutation ($input: UpdateAutomationRuleInput!) { updateAutomationRule(input: $input) { errors { code path } } }`;
    const triggers = [{ event: { event: 'goal.created' } }];
    expect((await key.data(change, { input: { id, triggers } })).updateAutomationRule.errors).toEqual([
      { code: 'FORBIDDEN', path: ['actions', '0', 'dataUpdate'] },
    ]);
    expect((await key.data(change, { input: { id, name: 'Other' } })).updateAutomationRule.errors).toEqual([]);
    expect((await key.data(change, { input: { id, actions: tellMe } })).updateAutomationRule.errors).toEqual([]);
    const { scopes } = await graph.db.automationRule.findFirstOrThrow({ where: { id } });
    expect(scopes).toEqual(['integrations:read', 'integrations:write']);
  });

  test('ends with the key that wrote it', async () => {
    const goalId = await makeRealGoal(ana);
    const key = await withKey(['integrations:read', 'integrations:write', 'goals:read', 'goals:write']);
    const id = await makeRule(key, { actions: [logs(goalId)] });
    await complete();
    await graph.db.apiKey.updateMany({ where: { userId: ana.userId }, data: { revokedAt: graph.clock.now() } });
    await complete();
    expect((await runsOf(ana, id)).map(({ state }) => state)).toEqual(['DONE', 'FAILED']);
    expect(await graph.db.progressEntry.count({ where: { userId: ana.userId } })).toBe(1);
  });

  test('does not include writing rules', async () => {
    const document = `mutation ($input: CreateAutomationRuleInput!) { createAutomationRule(input: $input) { errors { code } } }`;
    const input = { name: 'Child', triggers: whenCompleted, actions: tellMe };
    const id = await makeRule(ana, { actions: [{ dataUpdate: { document, variables: { input } } }] });
    await complete();
    expect(await runsOf(ana, id)).toMatchObject([
      { state: 'FAILED', message: 'A rule cannot write rules. (FORBIDDEN)' },
    ]);
  });
});

describe('a document and its templates', () => {
  const update = (document: string, variables: object = {}) => ({ actions: [{ dataUpdate: { document, variables } }] });
  const log = 'mutation ($input: LogProgressInput!) { logProgress(input: $input) { errors { code } } }';
  test.each([
    [
      'a field that the graph does not have',
      () => update('mutation { noSuchThing { id } }'),
      'INVALID actions.0.dataUpdate.document',
    ],
    [
      'a variable of the wrong kind',
      () => update(log, { input: { goalId: 7, value: {} } }),
      'INVALID actions.0.dataUpdate.variables',
    ],
    [
      'a name that means nothing with this trigger',
      () => update(log, { input: { goalId: '{{event.data.localDate}}' } }),
      'INVALID actions.0.dataUpdate.variables.input.goalId',
    ],
    [
      'braces that hold no name',
      () => ({ actions: [{ notification: { title: '{{ 1 + 1 }}' } }] }),
      'INVALID actions.0.notification.title',
    ],
    [
      'a name that only an event has, at a time',
      () => ({ triggers: [{ schedule: { cron: '0 7 * * *' } }], actions: [{ aiTask: { prompt: '{{event.id}}' } }] }),
      'INVALID actions.0.aiTask.prompt',
    ],
  ])('refuses %s', async (_, input, refusal) => {
    expect(await refusalsOf(ana, input())).toContain(refusal);
  });

  test('what is filled in is never looked through again, nor breaks out of its text', async () => {
    const name = '"}}{{run.id}}{{';
    const id = await makeRule(ana, { name, actions: [{ notification: { title: 'T', body: '{{rule.name}}' } }] });
    await complete();
    const [run] = await runsOf(ana, id);
    expect(JSON.parse(run.steps[0].input).body).toBe(name);
  });
});
