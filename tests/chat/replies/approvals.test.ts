import { describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import {
  ana,
  answered,
  approve,
  beginTalks,
  callTool,
  entriesOf,
  goalId,
  read,
  reject,
  send,
  settings,
  talks,
  told,
  toolResultsOf,
} from './talk.ts';

beginTalks({ goal: true });

/** A model that makes these calls in its first answers, and then says what it has seen. */
const calling = (...rounds: ReturnType<typeof callTool>[][]) => {
  let round = 0;
  talks.openai.script = () => rounds[round++] ?? [{ text: 'Done.' }];
};
const log = (value: string) => callTool('LogProgress', { goalId, value });
const lastResults = () => toolResultsOf(talks.openai.asked.at(-1)!);

describe('a tool that reads', () => {
  test('runs at once, and the model is given what it found', async () => {
    calling([callTool('ListGoals', {})]);
    const reply = await answered(talks, ana, 'What are my goals?');
    expect(reply).toMatchObject({ status: 'COMPLETE', content: 'Done.' });
    expect(reply.toolCalls).toMatchObject([{ tool: 'ListGoals', kind: 'READ', state: 'DONE', tainted: false }]);
    expect(JSON.parse(lastResults()[0]!).data.viewer.goals.nodes).toMatchObject([{ id: goalId, title: 'Running' }]);
    const { deltas } = await told(talks, reply.id);
    const states = deltas.filter(({ kind }) => kind === 'TOOL_CALL').map(({ state }) => state);
    expect(states).toEqual(['APPROVED', 'RUNNING', 'DONE']);
  });
});

describe('a tool that writes', () => {
  test('is proposed with everything that it would do, and waits', async () => {
    calling([log('5')]);
    const reply = await answered(talks, ana, 'log 5 km');
    expect(reply).toMatchObject({ status: 'WAITING', endedBecause: null });
    expect(reply.toolCalls).toMatchObject([
      {
        tool: 'LogProgress',
        kind: 'WRITE',
        state: 'PROPOSED',
        details: [
          { name: 'Goal', value: 'Running', objectId: goalId },
          { name: 'Value', value: '5', objectId: null },
        ],
        variables: JSON.stringify({ goalId, value: '5' }),
        result: null,
      },
    ]);
    expect(await entriesOf(talks, ana)).toBe(0);
  });

  test('runs once approved, once however often; then the reply goes on', async () => {
    calling([log('5')]);
    const { id, toolCalls } = await answered(talks, ana, 'log 5 km');
    const [call] = toolCalls;
    const both = await Promise.all([
      approve(ana, call.id, call.confirmation),
      approve(ana, call.id, call.confirmation),
    ]);
    expect(both).toMatchObject([{ errors: [], toolCall: { state: 'APPROVED' } }, { errors: [] }]);
    await talks.graph.runJobs();
    expect(await approve(ana, call.id, call.confirmation)).toMatchObject({ errors: [], toolCall: { state: 'DONE' } });
    await talks.graph.runJobs();
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE', content: 'Done.' });
    expect(await entriesOf(talks, ana)).toBe(1);
    expect(JSON.parse(lastResults()[0]!).data.logProgress.entry.value).toBe('5');
    expect(talks.openai.asked).toHaveLength(2);
    await told(talks, id);
    expect((await reject(ana, call.id)).errors).toMatchObject([{ code: 'INVALID', path: ['id'] }]);
  });

  test('is approved with its very confirmation only, and only by its person', async () => {
    calling([log('5')]);
    const { toolCalls } = await answered(talks, ana, 'log 5 km');
    const { id, confirmation } = toolCalls[0];
    for (const other of ['', `${confirmation}x`, confirmation.slice(1), confirmation.toUpperCase()]) {
      expect((await approve(ana, id, other)).errors).toMatchObject([{ code: 'CONFLICT', path: ['confirmation'] }]);
    }
    const ben = await talks.graph.person();
    for (const [person, absent] of [
      [ben, id],
      [ana, newId('toolcall')],
    ] as const) {
      expect((await approve(person, absent, confirmation)).errors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
      expect((await reject(person, absent)).errors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
    }
    await talks.graph.runJobs();
    expect(await entriesOf(talks, ana)).toBe(0);
  });

  test('does not run when rejected; the model hears why', async () => {
    calling([log('5')]);
    const { id, toolCalls } = await answered(talks, ana, 'log 5 km');
    const [call] = toolCalls;
    expect(await reject(ana, call.id, 'It was 6')).toMatchObject({ errors: [], toolCall: { state: 'REJECTED' } });
    expect(await reject(ana, call.id)).toMatchObject({ errors: [], toolCall: { state: 'REJECTED' } });
    expect((await approve(ana, call.id, call.confirmation)).errors).toMatchObject([{ code: 'INVALID', path: ['id'] }]);
    await talks.graph.runJobs();
    expect(lastResults()).toEqual([JSON.stringify({ rejected: 'The person did not want this: It was 6' })]);
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE' });
    expect(await entriesOf(talks, ana)).toBe(0);
  });

  test('waits for all that was proposed at the same time', async () => {
    calling([log('1'), log('2'), callTool('ListGoals', {}), log('3')]);
    const { id, toolCalls } = await answered(talks, ana, 'log');
    expect(toolCalls.map(({ state }: any) => state)).toEqual(['PROPOSED', 'PROPOSED', 'DONE', 'PROPOSED']);
    await approve(ana, toolCalls[3].id, toolCalls[3].confirmation);
    await reject(ana, toolCalls[1].id);
    await talks.graph.runJobs();
    expect(await read(ana, id)).toMatchObject({ status: 'WAITING' });
    expect(await entriesOf(talks, ana)).toBe(0);
    await approve(ana, toolCalls[0].id, toolCalls[0].confirmation);
    await talks.graph.runJobs();
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE' });
    expect(await entriesOf(talks, ana)).toBe(2);
    expect(lastResults()).toHaveLength(4);
  });

  test('is void when the person goes on to say something else', async () => {
    calling([log('5')]);
    const first = await answered(talks, ana, 'log 5 km');
    const next = await answered(talks, ana, 'Never mind', { conversationId: first.conversationId });
    expect(next).toMatchObject({ status: 'COMPLETE', content: 'Done.' });
    const before = await read(ana, first.id);
    expect(before).toMatchObject({ status: 'COMPLETE', endedBecause: 'FINISHED' });
    expect(before.toolCalls).toMatchObject([{ state: 'SUPERSEDED' }]);
    const [call] = first.toolCalls;
    expect((await approve(ana, call.id, call.confirmation)).errors).toMatchObject([{ code: 'INVALID' }]);
    expect(lastResults()[0]).toContain('was not run');
    expect(await entriesOf(talks, ana)).toBe(0);
  });

  test('may be approved before the reply has been laid down: it goes on all the same', async () => {
    calling([log('5')]);
    const { reply } = await send(ana, 'log 5 km');
    // As if the person were faster than the worker: approved at the moment at which the proposal is told.
    const deaf = talks.graph.platform.bus.listen('events', async () => {
      const call = await talks.graph.db.toolCall.findFirst({ where: { messageId: reply.id, state: 'PROPOSED' } });
      if (call) approvals.push(approve(ana, call.id, call.confirmation));
    });
    const approvals: Promise<unknown>[] = [];
    await talks.graph.runJobs();
    deaf();
    await Promise.all(approvals);
    await talks.graph.runJobs();
    expect(await read(ana, reply.id)).toMatchObject({ status: 'COMPLETE', content: 'Done.' });
    expect(await entriesOf(talks, ana)).toBe(1);
  });

  test('can be proposed and approved in as many rounds as a reply has', async () => {
    calling(...['1', '2', '3', '4', '5', '6', '7'].map((value) => [log(value)]));
    const { id } = await answered(talks, ana, 'log');
    for (let round = 0; round < 7; round++) {
      const { toolCalls } = await read(ana, id);
      await approve(ana, toolCalls[round].id, toolCalls[round].confirmation);
      await talks.graph.runJobs();
    }
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE', endedBecause: 'FINISHED', content: 'Done.' });
    expect(await entriesOf(talks, ana)).toBe(7);
  });
});

describe('a tool that is allowed from now on', () => {
  test('runs without asking in this and later conversations', async () => {
    calling([log('1')], [log('2')]);
    const { id, toolCalls } = await answered(talks, ana, 'log');
    await approve(ana, toolCalls[0].id, toolCalls[0].confirmation, { always: true });
    await talks.graph.runJobs();
    expect(await read(ana, id)).toMatchObject({ status: 'COMPLETE' });
    expect(await entriesOf(talks, ana)).toBe(2);
    calling([log('3'), callTool('CompleteGoal', { goalId })]);
    const next = await answered(talks, ana, 'log');
    expect(next.toolCalls).toMatchObject([{ state: 'DONE' }, { tool: 'CompleteGoal', state: 'PROPOSED' }]);
  });

  test('is named in the settings; what is no tool that writes is refused', async () => {
    expect((await settings(ana, { allowedTools: ['LogProgress', 'query', 'nothing'] })).errors).toMatchObject([
      { code: 'INVALID', path: ['allowedTools', '1'] },
      { code: 'INVALID', path: ['allowedTools', '2'] },
    ]);
    const { settings: now } = await settings(ana, { allowedTools: ['LogProgress', 'LogProgress'] });
    expect(now).toMatchObject({ allowedTools: ['LogProgress'], version: 1 });
    expect((await settings(ana, { allowedTools: [], expectedVersion: 0 })).errors).toMatchObject([
      { code: 'CONFLICT' },
    ]);
    calling([log('3')]);
    expect((await answered(talks, ana, 'log')).toolCalls).toMatchObject([{ state: 'DONE' }]);
    await settings(ana, { allowedTools: [] });
    calling([log('3')]);
    expect((await answered(talks, ana, 'log')).toolCalls).toMatchObject([{ state: 'PROPOSED' }]);
  });

  test('is never one that only reads, or that the model made up', async () => {
    calling([callTool('ListGoals', {}), callTool('EraseEverything', {})]);
    const { toolCalls } = await answered(talks, ana, 'x');
    for (const call of toolCalls) await approve(ana, call.id, call.confirmation, { always: true });
    expect(await talks.graph.db.assistantSettings.count({ where: { userId: ana.userId } })).toBe(0);
  });
});
