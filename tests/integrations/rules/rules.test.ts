import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';
import { makeGoal } from '../goals.ts';

let graph: TestGraph;
let ana: Person;
let goalId: string;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
beforeEach(async () => {
  ana = await graph.person();
  goalId = await makeGoal(graph, ana);
});
afterAll(() => graph.stop());

const fields = `id name description mode maxRuns active version
  triggers { __typename
    ... on ScheduleTrigger { cron rrule timeZone }
    ... on EventTrigger { event filters { field oneOf } }
    ... on ConditionTrigger { goalId goal { id title } metric comparison value forMinutes } }
  conditions { __typename
    ... on GoalCondition { goalId metric comparison value }
    ... on TimeCondition { from to weekdays } }
  actions { __typename
    ... on NotificationAction { kind title body subjectId }
    ... on DataUpdateAction { document variables }
    ... on ApiCallAction { method url headers { name value } body }
    ... on AiTaskAction { prompt subjectIds } }`;
const create = `mutation ($input: CreateAutomationRuleInput!) { createAutomationRule(input: $input) {
  automationRule { ${fields} } errors { code path }
} }`;
const update = `mutation ($input: UpdateAutomationRuleInput!) { updateAutomationRule(input: $input) {
  automationRule { ${fields} } errors { code path }
} }`;
const remove =
  'mutation ($id: ID!) { deleteAutomationRule(input: { id: $id }) { automationRuleId errors { code path } } }';
const trigger = { event: { event: 'goal.completed' } };
const action = { notification: { title: 'Well done' } };
const make = async (input: object = {}) =>
  (await ana.data(create, { input: { name: 'Rule', triggers: [trigger], actions: [action], ...input } }))
    .createAutomationRule;
const change = async (input: object) => (await ana.data(update, { input })).updateAutomationRule;

describe('automation rules', () => {
  test('keep triggers, conditions and actions of every kind as they were given', async () => {
    const line = { goalId, metric: 'SAFE_DAYS', comparison: 'BELOW', value: '1.5' };
    const { automationRule, errors } = await make({
      description: 'All of it',
      mode: 'QUEUED',
      triggers: [
        { schedule: { cron: '0 7 * * MON-FRI', timeZone: 'Europe/Berlin' } },
        { schedule: { rrule: 'FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=7;BYMINUTE=30' } },
        { event: { event: 'progress.logged', filters: [{ field: 'goalId', oneOf: [goalId] }] } },
        { condition: { ...line, forMinutes: 60 } },
      ],
      conditions: [{ goal: line }, { time: { from: '22:00', to: '06:00', weekdays: ['SUNDAY', 'MONDAY'] } }],
      actions: [
        { notification: { title: 'Look', subjectId: goalId } },
        {
          dataUpdate: {
            document: 'mutation ($i: LogProgressInput!) { logProgress(input: $i) { errors { code } } }',
            variables: { i: { goalId } },
          },
        },
        { apiCall: { url: 'https://example.com/x', headers: [{ name: 'X-Kind', value: 'a' }], body: '{}' } },
        { aiTask: { prompt: 'Make a plan', subjectIds: [goalId] } },
      ],
    });
    expect(errors).toEqual([]);
    expect(automationRule).toMatchObject({ mode: 'QUEUED', maxRuns: 10, active: true, version: 1 });
    expect(automationRule.triggers).toEqual([
      { __typename: 'ScheduleTrigger', cron: '0 7 * * MON-FRI', rrule: null, timeZone: 'Europe/Berlin' },
      {
        __typename: 'ScheduleTrigger',
        cron: null,
        rrule: 'FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=7;BYMINUTE=30',
        timeZone: null,
      },
      { __typename: 'EventTrigger', event: 'progress.logged', filters: [{ field: 'goalId', oneOf: [goalId] }] },
      { __typename: 'ConditionTrigger', ...line, goal: { id: goalId, title: 'Run a marathon' }, forMinutes: 60 },
    ]);
    expect(automationRule.conditions).toEqual([
      { __typename: 'GoalCondition', ...line },
      { __typename: 'TimeCondition', from: '22:00', to: '06:00', weekdays: ['MONDAY', 'SUNDAY'] },
    ]);
    expect(automationRule.actions.map(({ __typename }: { __typename: string }) => __typename)).toEqual([
      'NotificationAction',
      'DataUpdateAction',
      'ApiCallAction',
      'AiTaskAction',
    ]);
    expect(automationRule.actions[2]).toMatchObject({ method: 'POST', url: 'https://example.com/x', body: '{}' });
    const { viewer } = await ana.data(`{ viewer { automationRules(active: true) { nodes { ${fields} } } } }`);
    expect(viewer.automationRules.nodes).toEqual([automationRule]);
  });

  test('are changed in part, with versions, and deleted', async () => {
    const { id } = (await make()).automationRule;
    const renamed = await change({ id, name: 'Other', active: false });
    expect(renamed.automationRule).toMatchObject({ name: 'Other', active: false, version: 2, mode: 'SINGLE' });
    expect(renamed.automationRule.actions).toHaveLength(1);
    expect((await change({ id, name: 'Other' })).automationRule.version).toBe(2);
    const parallel = await change({ id, mode: 'PARALLEL', expectedVersion: 2 });
    expect(parallel.automationRule).toMatchObject({ mode: 'PARALLEL', maxRuns: 10, version: 3 });
    expect((await change({ id, mode: 'SINGLE', maxRuns: 2 })).errors).toEqual([{ code: 'INVALID', path: ['maxRuns'] }]);
    expect((await change({ id, actions: [] })).errors).toEqual([{ code: 'REQUIRED', path: ['actions'] }]);
    const stale = await change({ id, name: 'X', expectedVersion: 1 });
    expect(stale).toMatchObject({ errors: [{ code: 'CONFLICT' }], automationRule: { name: 'Other', version: 3 } });
    expect((await ana.data(remove, { id })).deleteAutomationRule).toEqual({ automationRuleId: id, errors: [] });
    expect((await ana.data(remove, { id })).deleteAutomationRule.errors).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
  });

  test('are made once for the same id and input', async () => {
    const id = newId('rule');
    const [first, second] = await Promise.all([make({ id }), make({ id })]);
    expect(second).toEqual(first);
    expect((await make({ id, name: 'Other' })).errors).toEqual([{ code: 'CONFLICT', path: ['id'] }]);
    expect(await graph.db.event.count({ where: { userId: ana.userId } })).toBe(1);
  });

  test('say everything that is wrong at once', async () => {
    const { errors } = await make({
      name: '',
      triggers: [{}, { event: { event: 'nothing' } }],
      actions: [{ apiCall: { url: 'http://example.com' } }, { aiTask: { prompt: ' ', subjectIds: [newId('area')] } }],
    });
    expect(errors.map(({ path }: { path: string[] }) => path.join('.'))).toEqual([
      'name',
      'triggers.0',
      'triggers.1.event.event',
      'actions.0.apiCall.url',
      'actions.1.aiTask.prompt',
      'actions.1.aiTask.subjectIds.0',
    ]);
  });

  const schedule = (input: object) => ({ triggers: [{ schedule: input }] });
  const call = (input: object) => ({ actions: [{ apiCall: { url: 'https://example.com', ...input } }] });
  const line = (input: object) => ({
    triggers: [{ condition: { goalId, metric: 'VALUE', comparison: 'ABOVE', value: '1', ...input } }],
  });
  const header = (name: string, value = 'x') => call({ headers: [{ name, value }] });
  test.each<[string, () => object, string, string[]]>([
    ['no name', () => ({ name: ' ' }), 'INVALID', ['name']],
    ['a name of 1 MB', () => ({ name: 'x'.repeat(1_000_000) }), 'LIMIT', ['name']],
    ['NUL', () => ({ description: '\0' }), 'INVALID', ['description']],
    ['a malformed id', () => ({ id: 'rule_1' }), 'INVALID', ['id']],
    ['no triggers', () => ({ triggers: [] }), 'REQUIRED', ['triggers']],
    ['10,000 triggers', () => ({ triggers: Array(10_000).fill(trigger) }), 'LIMIT', ['triggers']],
    ['no actions', () => ({ actions: [] }), 'REQUIRED', ['actions']],
    [
      'two kinds in one trigger',
      () => ({ triggers: [{ ...trigger, schedule: { cron: '0 0 * * *' } }] }),
      'INVALID',
      ['triggers', '0'],
    ],
    [
      'two kinds in one action',
      () => ({ actions: [{ ...action, aiTask: { prompt: 'x' } }] }),
      'INVALID',
      ['actions', '0'],
    ],
    ['a condition of no kind', () => ({ conditions: [{}] }), 'INVALID', ['conditions', '0']],
    ['an empty time', () => ({ conditions: [{ time: {} }] }), 'REQUIRED', ['conditions', '0', 'time']],
    [
      'no clock time',
      () => ({ conditions: [{ time: { from: '25:00' } }] }),
      'INVALID',
      ['conditions', '0', 'time', 'from'],
    ],
    [
      'cron and RRULE',
      () => schedule({ cron: '0 7 * * *', rrule: 'FREQ=DAILY' }),
      'INVALID',
      ['triggers', '0', 'schedule'],
    ],
    ['neither', () => schedule({}), 'INVALID', ['triggers', '0', 'schedule']],
    ['four cron fields', () => schedule({ cron: '0 7 * *' }), 'INVALID', ['triggers', '0', 'schedule', 'cron']],
    ['cron with seconds', () => schedule({ cron: '0 0 7 * * *' }), 'INVALID', ['triggers', '0', 'schedule', 'cron']],
    [
      'an impossible cron field',
      () => schedule({ cron: '61 7 * * *' }),
      'INVALID',
      ['triggers', '0', 'schedule', 'cron'],
    ],
    [
      'a day that never comes',
      () => schedule({ cron: '0 0 30 2 *' }),
      'INVALID',
      ['triggers', '0', 'schedule', 'cron'],
    ],
    ['every minute', () => schedule({ cron: '* * * * *' }), 'LIMIT', ['triggers', '0', 'schedule', 'cron']],
    ['two minutes in a row', () => schedule({ cron: '0,1 7 * * *' }), 'LIMIT', ['triggers', '0', 'schedule', 'cron']],
    ['an RRULE without FREQ', () => schedule({ rrule: 'BYDAY=MO' }), 'INVALID', ['triggers', '0', 'schedule', 'rrule']],
    ['every second', () => schedule({ rrule: 'FREQ=SECONDLY' }), 'INVALID', ['triggers', '0', 'schedule', 'rrule']],
    ['an unknown part', () => schedule({ rrule: 'FREQ=DAILY;X=1' }), 'INVALID', ['triggers', '0', 'schedule', 'rrule']],
    [
      'a part twice',
      () => schedule({ rrule: 'FREQ=DAILY;FREQ=DAILY' }),
      'INVALID',
      ['triggers', '0', 'schedule', 'rrule'],
    ],
    [
      'an impossible hour',
      () => schedule({ rrule: 'FREQ=DAILY;BYHOUR=99' }),
      'INVALID',
      ['triggers', '0', 'schedule', 'rrule'],
    ],
    [
      'a rule that never falls',
      () => schedule({ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }),
      'INVALID',
      ['triggers', '0', 'schedule', 'rrule'],
    ],
    [
      'an end in the past',
      () => schedule({ rrule: 'FREQ=DAILY;UNTIL=20200101T000000Z' }),
      'INVALID',
      ['triggers', '0', 'schedule', 'rrule'],
    ],
    [
      'an RRULE with DTSTART',
      () => schedule({ rrule: 'DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY' }),
      'INVALID',
      ['triggers', '0', 'schedule', 'rrule'],
    ],
    [
      'an unknown event',
      () => ({ triggers: [{ event: { event: 'toString' } }] }),
      'INVALID',
      ['triggers', '0', 'event', 'event'],
    ],
    [
      'a filter by nothing it has',
      () => ({ triggers: [{ event: { event: 'goal.completed', filters: [{ field: 'x', oneOf: ['y'] }] } }] }),
      'INVALID',
      ['triggers', '0', 'event', 'filters', '0', 'field'],
    ],
    ['a missing goal', () => line({ goalId: newId('goal') }), 'NOT_FOUND', ['triggers', '0', 'condition', 'goalId']],
    [
      'another kind for a goal',
      () => line({ goalId: ana.userId }),
      'NOT_FOUND',
      ['triggers', '0', 'condition', 'goalId'],
    ],
    ['a negative hold', () => line({ forMinutes: -1 }), 'INVALID', ['triggers', '0', 'condition', 'forMinutes']],
    ['a hold of a year', () => line({ forMinutes: 525_600 }), 'INVALID', ['triggers', '0', 'condition', 'forMinutes']],
    ['several runs of a single rule', () => ({ maxRuns: 2 }), 'INVALID', ['maxRuns']],
    ['no runs', () => ({ mode: 'PARALLEL', maxRuns: 0 }), 'INVALID', ['maxRuns']],
    ['100 runs', () => ({ mode: 'QUEUED', maxRuns: 100 }), 'INVALID', ['maxRuns']],
    ['http', () => call({ url: 'http://example.com' }), 'INVALID', ['actions', '0', 'apiCall', 'url']],
    ['a GET with a body', () => call({ method: 'GET', body: 'x' }), 'INVALID', ['actions', '0', 'apiCall', 'body']],
    [
      'credentials in a header',
      () => header('Authorization'),
      'FORBIDDEN',
      ['actions', '0', 'apiCall', 'headers', '0', 'name'],
    ],
    ['a cookie', () => header('cOOkie'), 'FORBIDDEN', ['actions', '0', 'apiCall', 'headers', '0', 'name']],
    ['no header name', () => header('a b'), 'INVALID', ['actions', '0', 'apiCall', 'headers', '0', 'name']],
    [
      'a header of two lines',
      () => header('X-A', 'a\r\nX-B: c'),
      'INVALID',
      ['actions', '0', 'apiCall', 'headers', '0', 'value'],
    ],
    [
      'a query for an update',
      () => ({ actions: [{ dataUpdate: { document: '{ viewer { id } }' } }] }),
      'INVALID',
      ['actions', '0', 'dataUpdate', 'document'],
    ],
    [
      'an unknown variable',
      () => ({ actions: [{ dataUpdate: { document: 'mutation { a }', variables: { x: 1 } } }] }),
      'INVALID',
      ['actions', '0', 'dataUpdate', 'variables', 'x'],
    ],
    [
      'deep variables',
      () => ({ actions: [{ dataUpdate: { document: 'mutation { a }', variables: deep(200) } }] }),
      'INVALID',
      ['actions', '0', 'dataUpdate'],
    ],
    [
      'a title of 201 characters',
      () => ({ actions: [{ notification: { title: 'x'.repeat(201) } }] }),
      'LIMIT',
      ['actions', '0', 'notification', 'title'],
    ],
    [
      'a missing subject',
      () => ({ actions: [{ notification: { title: 'x', subjectId: 'x' } }] }),
      'NOT_FOUND',
      ['actions', '0', 'notification', 'subjectId'],
    ],
  ])('%s is refused and stores nothing', async (_, input, code, path) => {
    expect(await make(input())).toEqual({ automationRule: null, errors: [{ code, path }] });
    expect(await graph.db.automationRule.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('a value that is no number is refused before anything runs', async () => {
    for (const value of ['NaN', 'Infinity', '1e400', 'x', '']) {
      const input = { name: 'Rule', actions: [action], ...line({ value }) };
      expect((await ana.run(create, { input })).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });

  test('the list of events names what filters can use', async () => {
    const { automationEventTypes } = await ana.data('{ automationEventTypes { name subjectType change fields } }');
    expect(automationEventTypes).toContainEqual({
      name: 'progress.logged',
      subjectType: 'ProgressEntry',
      change: 'CREATED',
      fields: expect.arrayContaining(['subjectId', 'goalId', 'localDate']),
    });
  });
});

const deep = (levels: number): object => (levels === 0 ? {} : { x: deep(levels - 1) });
