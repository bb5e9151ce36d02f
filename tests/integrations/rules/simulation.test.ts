import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, bob, graph } from '../../support/begin.ts';
import { happens, makeGoal } from '../goals.ts';
import { logProgress, makeRealGoal, makeRule, runsOf, tellMe, whenCompleted, work } from './support.ts';

beginGraph({ people: 'EACH_TEST' });

const fields = `trigger at eventId event subjectId localOccurrence value wouldRun reason
  conditions { kind holds note } actions { kind input problem }`;
const simulate = async (input: object, person = ana) =>
  (
    await person.data(
      `query ($input: SimulateAutomationRuleInput!) { simulateAutomationRule(input: $input) {
        events truncated notes errors { code path } runs { ${fields} } } }`,
      { input },
    )
  ).simulateAutomationRule;
const dryRun = async (input: object) =>
  (
    await ana.data(
      `query ($input: DryRunAutomationRuleInput!) { dryRunAutomationRule(input: $input) { errors { code path } run { ${fields} } } }`,
      { input },
    )
  ).dryRunAutomationRule;
const day = 86_400_000;

describe('the simulation of a rule', () => {
  test('says which runs events of the past would have made, with conditions and filled-in texts, and does nothing', async () => {
    const goalId = await makeGoal(graph, ana);
    await happens(graph, ana, 'goal.completed', goalId, {});
    graph.clock.advance(10 * 3_600_000);
    await happens(graph, ana, 'goal.completed', goalId, {});
    graph.clock.advance(day);
    const rule = {
      triggers: whenCompleted,
      conditions: [{ time: { from: '08:00', to: '20:00' } }],
      actions: [{ notification: { title: 'Done {{event.subjectId}} on {{today}}' } }],
    };
    const { runs, events, truncated, errors } = await simulate({ rule });
    expect({ events, truncated, errors }).toEqual({ events: 2, truncated: false, errors: [] });
    expect(runs).toMatchObject([
      { trigger: 'EVENT', event: 'goal.completed', subjectId: goalId, wouldRun: true, reason: null },
      { wouldRun: false, reason: 'CONDITION', conditions: [{ kind: 'TIME_CONDITION', holds: false }] },
    ]);
    expect(JSON.parse(runs[0].actions[0].input)).toMatchObject({ title: `Done ${goalId} on 2026-03-10` });
    expect(await graph.db.ruleRun.count({ where: { userId: ana.userId } })).toBe(0);
    expect(await graph.db.notification.count({ where: { userId: ana.userId, title: { startsWith: 'Done' } } })).toBe(0);
    expect(await simulate({ rule: { ...rule, conditions: [] } }, bob)).toMatchObject({ runs: [], events: 0 });
  });

  test('knows the occurrences of schedules, each local time once', async () => {
    graph.clock.set('2026-04-01T12:00:00Z');
    const rule = { triggers: [{ schedule: { cron: '30 2 * * *' } }], actions: tellMe };
    const { runs } = await simulate({ rule, from: '2026-03-28T00:00:00Z', to: '2026-03-31T00:00:00Z' });
    expect(runs.map(({ at, localOccurrence }: any) => [at, localOccurrence])).toEqual([
      ['2026-03-28T01:30:00.000Z', '2026-03-28T02:30'],
      ['2026-03-29T01:30:00.000Z', '2026-03-29T03:30'],
      ['2026-03-30T00:30:00.000Z', '2026-03-30T02:30'],
    ]);
  });

  test('finds the day on which a goal fell behind; of numbers without a past it says so', async () => {
    const plan = { targetValue: '300', startDate: '2026-03-10', deadline: '2026-04-09' };
    const goalId = await makeRealGoal(ana, { title: 'Read a book', ...plan });
    await logProgress(ana, { goalId, value: '25' });
    graph.clock.advance(10 * day);
    const crossing = (metric: string) => [{ condition: { goalId, metric, comparison: 'BELOW', value: '1' } }];
    const rule = { triggers: crossing('SAFE_DAYS'), actions: [{ aiTask: { prompt: 'Catch up with {{goal.title}}' } }] };
    const { runs, notes } = await simulate({ rule, from: '2026-03-10T20:00:00Z' });
    expect(runs).toMatchObject([{ trigger: 'CONDITION', value: '0', subjectId: goalId, wouldRun: true }]);
    expect(JSON.parse(runs[0].actions[0].input).prompt).toBe('Catch up with Read a book');
    expect(notes[0]).toMatch(/along the line/);
    const unknown = await simulate({ rule: { ...rule, triggers: crossing('STRENGTH') } });
    expect(unknown).toMatchObject({ runs: [], notes: [expect.stringMatching(/no past can be told/)] });
  });

  test('is of a rule that is written down, or of one that is not, and of a month at most', async () => {
    const ruleId = await makeRule(ana);
    expect((await simulate({ ruleId })).errors).toEqual([]);
    expect((await simulate({ ruleId }, bob)).errors).toEqual([{ code: 'NOT_FOUND', path: ['ruleId'] }]);
    expect((await simulate({})).errors).toEqual([{ code: 'INVALID', path: [] }]);
    expect((await simulate({ ruleId, from: '2026-01-01T00:00:00Z' })).errors).toEqual([
      { code: 'LIMIT', path: ['from'] },
    ]);
    const rule = { triggers: [], actions: tellMe };
    expect((await simulate({ rule })).errors).toEqual([{ code: 'REQUIRED', path: ['rule', 'triggers'] }]);
  });
});

describe('a dry run', () => {
  test('tries a rule on one event, or as if it were set off by hand', async () => {
    const goalId = await makeRealGoal(ana);
    await logProgress(ana, { goalId, value: '7' });
    await work(graph);
    const { id: eventId } = await graph.db.event.findFirstOrThrow({
      where: { userId: ana.userId, type: 'progress.logged' },
    });
    const rule = {
      triggers: [{ event: { event: 'progress.logged' } }],
      conditions: [{ goal: { goalId, metric: 'VALUE', comparison: 'ABOVE', value: '5' } }],
      actions: [{ notification: { title: '{{goal.title}}: {{goal.value}} on {{event.data.localDate}}' } }],
    };
    const { run } = await dryRun({ rule, eventId });
    expect(run).toMatchObject({ trigger: 'EVENT', eventId, wouldRun: true, conditions: [{ holds: true }] });
    expect(JSON.parse(run.actions[0].input).title).toBe('Read: 7 on 2026-03-10');
    expect((await dryRun({ rule })).run).toMatchObject({ trigger: 'MANUAL', wouldRun: true });
    expect(await dryRun({ rule: { ...rule, triggers: whenCompleted, actions: tellMe }, eventId })).toEqual({
      run: null,
      errors: [],
    });
    expect((await dryRun({ rule, eventId: 'event_x' })).errors).toEqual([{ code: 'NOT_FOUND', path: ['eventId'] }]);
    const ruleId = await makeRule(ana, rule);
    await dryRun({ ruleId, eventId });
    expect(await runsOf(ana, ruleId)).toEqual([]);
  });
});
