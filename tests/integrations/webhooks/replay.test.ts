import { describe, expect, test } from '@jest/globals';
import { ana, graph } from '../../support/begin.ts';
import { beginWorld, completeGoals, document, look, passMoments, register, world } from './world.ts';

beginWorld();

const redeliver = async (input: object) =>
  (
    await ana.data(
      `mutation ($input: RedeliverWebhookInput!) { redeliverWebhook(input: $input) {
        count continueFrom deliveries { round state messageId } errors { code path }
      } }`,
      { input },
    )
  ).redeliverWebhook;
const dryRun = async (input: object) =>
  (
    await ana.data(
      `mutation ($input: WebhookDryRunInput!) { webhookDryRun(input: $input) {
        payloads { eventId eventType payload problem } errors { code path }
      } }`,
      { input },
    )
  ).webhookDryRun;
const activate = (id: string, active: boolean) =>
  ana.data(
    'mutation ($id: ID!, $active: Boolean) { updateWebhook(input: { id: $id, active: $active }) { errors { code } } }',
    {
      id,
      active,
    },
  );

describe('a replay', () => {
  test('by ids is another round of the same message, which a receiver knows by its id', async () => {
    const id = await register();
    const [goalId] = await completeGoals(1);
    await graph.runJobs();
    // The payload is the one that was sent, whatever has become of the goal.
    await graph.db.goal.update({ where: { userId_id: { userId: ana.userId, id: goalId! } }, data: { title: 'Other' } });
    const [{ id: deliveryId, messageId }] = (await look(id)).deliveries;
    expect(await redeliver({ id, deliveryIds: [deliveryId] })).toEqual({
      count: 1,
      continueFrom: null,
      deliveries: [{ round: 2, state: 'PENDING', messageId }],
      errors: [],
    });
    // A round that waits is not doubled.
    expect((await redeliver({ id, deliveryIds: [deliveryId] })).deliveries).toEqual([
      { round: 2, state: 'PENDING', messageId },
    ]);
    await graph.runJobs();
    expect(world.one.received.map((one) => [one.id, one.text])).toEqual(
      Array(2).fill([messageId, world.one.received[0]!.text]),
    );
    expect((await redeliver({ id, deliveryIds: ['delivery_no'] })).errors).toEqual([
      { code: 'NOT_FOUND', path: ['deliveryIds', '0'] },
    ]);
  });

  test('by time brings what happened while the webhook was off or not there, and what was not taken', async () => {
    const from = graph.clock.now().toISOString();
    await completeGoals(2);
    graph.clock.advance(1_000);
    const id = await register();
    await completeGoals(1);
    await graph.runJobs();
    await activate(id, false);
    await completeGoals(3);
    await graph.runJobs();
    expect(world.one.received).toHaveLength(1);
    expect((await redeliver({ id, from })).errors).toEqual([{ code: 'INVALID', path: ['id'] }]);
    await activate(id, true);
    expect((await redeliver({ id, from })).count).toBe(5);
    await graph.runJobs();
    expect(world.one.received).toHaveLength(6);
    expect(new Set(world.one.taken).size).toBe(6);
    expect((await redeliver({ id, from })).count).toBe(0);
    expect((await redeliver({ id, from, states: ['SUCCEEDED'] })).count).toBe(6);
    await graph.runJobs();
    expect([world.one.received.length, new Set(world.one.taken).size]).toEqual([12, 6]);
  });

  test('brings in time what was given up', async () => {
    const from = graph.clock.now().toISOString();
    const id = await register();
    await completeGoals(2);
    world.one.always = 'ERROR';
    await passMoments();
    expect((await look(id)).deliveryCounts.failed).toBe(2);
    world.one.always = null;
    expect((await redeliver({ id, from, states: ['FAILED'] })).count).toBe(2);
    await passMoments();
    expect((await look(id)).deliveryCounts).toMatchObject({ waiting: 0, succeeded: 2, failed: 2 });
  });

  test('needs either ids or a time', async () => {
    const id = await register();
    const now = graph.clock.now();
    expect((await redeliver({ id })).errors).toEqual([{ code: 'INVALID', path: [] }]);
    const backwards = { id, from: now.toISOString(), to: new Date(now.getTime() - 1).toISOString() };
    expect((await redeliver(backwards)).errors).toEqual([{ code: 'INVALID', path: ['to'] }]);
  });
});

describe('a dry run', () => {
  test('shows the payloads of past events, for a draft and for a webhook, and sends nothing', async () => {
    const [first, second] = await completeGoals(2);
    const draft = await dryRun({ document });
    expect(draft.errors).toEqual([]);
    expect(draft.payloads.map(({ payload }: any) => JSON.parse(payload).data.goalCompleted.goal.id)).toEqual([
      second,
      first,
    ]);
    const one = await dryRun({ document, filters: [{ field: 'subjectId', oneOf: [first] }] });
    expect(one.payloads.map((shown: any) => shown.eventId)).toEqual([draft.payloads[1].eventId]);
    expect(await dryRun({ document, eventId: draft.payloads[0].eventId })).toEqual({
      payloads: [draft.payloads[0]],
      errors: [],
    });
    const id = await register();
    expect((await dryRun({ id, first: 1 })).payloads).toEqual([draft.payloads[0]]);
    await graph.runJobs();
    expect(world.one.received).toEqual([]);
    expect(await graph.db.webhookDelivery.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('says what is wrong with a draft', async () => {
    expect((await dryRun({})).errors).toEqual([{ code: 'REQUIRED', path: ['document'] }]);
    expect((await dryRun({ document, first: 21 })).errors).toEqual([{ code: 'INVALID', path: ['first'] }]);
    expect((await dryRun({ document: 'subscription { goalCompleted { no } }' })).errors).toEqual([
      { code: 'INVALID', path: ['document'] },
    ]);
  });
});

describe('a test', () => {
  test('is sent once, also to a webhook that is off, and says what came of it', async () => {
    const id = await register({ active: false });
    const ping =
      'mutation ($id: ID!) { pingWebhook(input: { id: $id }) { delivery { state eventId } errors { code } } }';
    expect((await ana.data(ping, { id })).pingWebhook).toEqual({
      delivery: { state: 'PENDING', eventId: null },
      errors: [],
    });
    await graph.runJobs();
    expect(world.one.received[0]!.body).toEqual({
      type: 'webhook.ping',
      timestamp: graph.clock.now().toISOString(),
      event: null,
      data: { webhookId: id },
    });
    world.one.always = 'ERROR';
    await ana.data(ping, { id });
    await graph.runJobs();
    const states = (await look(id)).deliveries.map((one: any) => [one.state, one.lastStatus]);
    expect(states).toEqual([
      ['SUCCEEDED', 200],
      ['FAILED', 500],
    ]);
  });
});
