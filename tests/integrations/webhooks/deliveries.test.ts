import { describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { ana, bob, graph } from '../../support/begin.ts';
import { testTime } from '../../support/graph.ts';
import type { Fault } from '../../support/webhookReceiver.ts';
import { beginWorld, completeGoals, look, pass, passMoments, register, world } from './world.ts';

beginWorld();

const hour = 3_600_000;

describe('a delivery', () => {
  test('is what the subscription says of the event, signed, once', async () => {
    const id = await register();
    const [goalId] = await completeGoals(1);
    await graph.runJobs();
    await graph.runJobs();
    const [{ body, headers, id: messageId }] = world.one.received as [any];
    expect(world.one.received).toHaveLength(1);
    expect(world.one.forged).toBe(0);
    expect(body).toEqual({
      type: 'goal.completed',
      timestamp: graph.clock.now().toISOString(),
      event: expect.stringMatching(/^event_/),
      data: {
        goalCompleted: {
          event: { id: body.event, at: graph.clock.now().toISOString() },
          goal: { id: goalId, title: 'Goal 1' },
        },
      },
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' });
    const { deliveries, deliveryCounts } = await look(id);
    expect(deliveryCounts).toEqual({ waiting: 0, succeeded: 1, failed: 0, discarded: 0 });
    expect(deliveries).toEqual([
      expect.objectContaining({
        messageId,
        eventId: body.event,
        state: 'SUCCEEDED',
        attempts: 1,
        lastStatus: 200,
        payload: world.one.received[0]!.text,
        attemptLog: [{ number: 1, status: 200, response: 'thank you', problem: null }],
      }),
    ]);
  });

  test('says null of what is gone, and is no error', async () => {
    await register();
    const [goalId] = await completeGoals(1);
    await graph.db.goal.deleteMany({ where: { userId: ana.userId, id: goalId! } });
    await graph.runJobs();
    expect(world.one.received[0]!.body.data.goalCompleted.goal).toBeNull();
  });

  test('is made only of events that pass the filters, and of the person', async () => {
    const [first] = await completeGoals(1);
    await register({ filters: [{ field: 'subjectId', oneOf: [first, newId('goal')] }] });
    await register({}, 'two', bob);
    await completeGoals(2);
    await graph.runJobs();
    expect([world.one.received.length, world.two.received.length]).toEqual([0, 0]);
    const goal = { userId: ana.userId, actor: { kind: 'user', id: ana.userId }, now: graph.clock.now } as const;
    const { publish } = await import('../../../subgraphs/shared/events.ts');
    await graph.db.$transaction((db) =>
      publish({ db, ...goal }, { type: 'goal.completed', subjectId: first!, data: {} }),
    );
    await graph.settle();
    await graph.runJobs();
    expect(world.one.received.map(({ body }) => body.data.goalCompleted.goal.id)).toEqual([first]);
  });

  test.each<[Fault, number | null]>([
    ['ERROR', 500],
    ['REFUSE', 400],
    ['BUSY', 429],
    ['REDIRECT', 302],
    ['HANG', null],
    ['DRIP', null],
    ['TAKE_THEN_RESET', null],
  ])('is sent again, the same, after %s', async (fault, status) => {
    const id = await register();
    await completeGoals(1);
    world.one.faults.push(fault);
    await graph.runJobs();
    const [failed] = (await look(id)).deliveries;
    expect(failed).toMatchObject({ state: 'PENDING', attempts: 1, nextAttemptAt: expect.any(String) });
    expect(failed.attemptLog[0].status).toBe(status);
    expect(failed.attemptLog[0].problem).toEqual(expect.any(String));
    if (fault === 'ERROR') expect(failed.attemptLog[0].response).toBe('it broke');
    const wait = Date.parse(failed.nextAttemptAt) - graph.clock.now().getTime();
    expect(wait).toBe(fault === 'BUSY' ? 600_000 : wait);
    await pass(wait - 1);
    expect(world.one.received).toHaveLength(1);
    await pass(1);
    const texts = world.one.received.map(({ text, id: messageId }) => [messageId, text]);
    expect(texts).toEqual([texts[0], texts[0]]);
    expect((await look(id)).deliveries[0]).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
    expect(new Set(world.one.taken).size).toBe(1);
  });

  test('has one effect for a receiver that heeds ids, whatever happens on the way', async () => {
    const id = await register();
    await completeGoals(8);
    world.one.faults.push(
      'ERROR',
      'TAKE_THEN_RESET',
      'REDIRECT',
      'HANG',
      'HUGE',
      'TAKE_THEN_RESET',
      'BUSY',
      'DRIP',
      'ERROR',
    );
    await passMoments();
    expect((await look(id)).deliveryCounts).toEqual({ waiting: 0, succeeded: 8, failed: 0, discarded: 0 });
    expect(new Set(world.one.taken).size).toBe(8);
    expect(world.one.forged).toBe(0);
  });

  test('is given up after ten attempts within 24 hours, and the webhook after three days', async () => {
    const id = await register();
    await completeGoals(1);
    world.one.always = 'ERROR';
    await passMoments();
    expect(graph.clock.now().getTime() - Date.parse(testTime)).toBeLessThanOrEqual(24 * hour);
    const { deliveries, active, failingSince } = await look(id);
    expect(deliveries).toEqual([expect.objectContaining({ state: 'FAILED', attempts: 10, lastStatus: 500 })]);
    expect([active, failingSince]).toEqual([true, expect.any(String)]);
    graph.clock.advance(72 * hour);
    await completeGoals(1);
    await graph.runJobs();
    const after = await look(id);
    expect(after).toMatchObject({ active: false, disabledReason: expect.stringContaining('three days') });
    const query = '{ viewer { notifications { nodes { kind title body subject { id } } } } }';
    const { nodes } = (await ana.data(query)).viewer.notifications;
    expect(nodes).toContainEqual({
      kind: 'ALERT',
      title: 'The webhook to one.example was switched off',
      body: after.disabledReason,
      subject: { id },
    });
  });

  test('is discarded once the address says 410, which switches the webhook off', async () => {
    const id = await register();
    await completeGoals(4);
    world.one.always = 'GONE';
    await graph.runJobs();
    expect(await look(id)).toMatchObject({ active: false, disabledReason: expect.stringContaining('410') });
    const states = (await look(id)).deliveries.map((one: any) => one.state).sort();
    expect(states.filter((state: string) => state === 'DISCARDED').length).toBeGreaterThanOrEqual(2);
    expect(states).not.toContain('PENDING');
    const on =
      'mutation ($id: ID!) { updateWebhook(input: { id: $id, active: true }) { webhook { active disabledReason } } }';
    expect((await ana.data(on, { id })).updateWebhook.webhook).toEqual({ active: true, disabledReason: null });
  });

  test('goes with its webhook', async () => {
    const id = await register();
    await completeGoals(1);
    await ana.data('mutation ($id: ID!) { deleteWebhook(input: { id: $id }) { webhookId } }', { id });
    await graph.runJobs();
    expect(world.one.received).toEqual([]);
    expect(await graph.db.webhookDelivery.count({ where: { userId: ana.userId } })).toBe(0);
  });
});
