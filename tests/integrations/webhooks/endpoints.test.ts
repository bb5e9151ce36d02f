import { describe, expect, test } from '@jest/globals';
import { claimDue } from '../../../subgraphs/integrations/webhooks/claims.ts';
import { send } from '../../../subgraphs/integrations/webhooks/sending.ts';
import { GraphUnreachable } from '../../../subgraphs/shared/graph.ts';
import { ana, bob, graph } from '../../support/begin.ts';
import { until } from '../../support/until.ts';
import {
  beginWorld,
  completeGoals,
  document,
  look,
  pass,
  passMoments,
  refusedRegistration,
  register,
  world,
} from './world.ts';

beginWorld(1_500);

const update = `mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) {
  webhook { version } errors { code path message }
} }`;

describe('endpoints', () => {
  test('that are dead keep nobody else waiting', async () => {
    await register();
    const healthy = await register({}, 'two');
    world.one.always = 'HANG';
    await completeGoals(12);
    const all = graph.runJobs();
    await until('the healthy one has everything', () => world.two.received.length === 12);
    expect((await look(healthy)).deliveryCounts.waiting).toBeLessThanOrEqual(2);
    // Two were begun before anybody knew.
    expect(world.one.received.length).toBeLessThanOrEqual(2);
    await all;
    // Then one is tried at a time, after a rest.
    await pass(10_000);
    expect(world.one.received).toHaveLength(3);
    world.one.always = null;
    await passMoments();
    expect(new Set(world.one.taken).size).toBe(12);
  });

  test('whose process was killed between sending and recording get the same id again, and late records count nothing', async () => {
    const id = await register();
    await completeGoals(1);
    await graph.runJobs();
    const [{ id: deliveryId }] = (await look(id)).deliveries;
    const lost = { state: 'SENDING', lease: 'of the dead', dueAt: new Date(graph.clock.now().getTime() + 20_000) };
    await graph.db.webhookAttempt.deleteMany({ where: { deliveryId } });
    await graph.db.webhookDelivery.updateMany({ where: { id: deliveryId }, data: { ...lost, endedAt: null } });
    await pass(19_999);
    expect(world.one.received).toHaveLength(1);
    await pass(1);
    expect(world.one.received).toHaveLength(2);
    expect(new Set(world.one.taken).size).toBe(1);
    expect((await look(id)).deliveries[0]).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
  });

  test('are not asked later for what was broken off on our side', async () => {
    const id = await register();
    await completeGoals(1);
    for (let i = 0; i < 4; i++) {
      expect(await claimDue(graph.platform, 1)).toHaveLength(1);
      graph.clock.advance(20_000);
    }
    world.one.faults.push('ERROR');
    await graph.runJobs();
    const [{ nextAttemptAt, attemptLog }] = (await look(id)).deliveries;
    expect(attemptLog).toMatchObject([{ number: 5, status: 500 }]);
    expect(Date.parse(nextAttemptAt) - graph.clock.now().getTime()).toBeLessThanOrEqual(8_000);
  });

  test('wait while the graph is away, for whose absence no attempt counts, for a day at most', async () => {
    const id = await register();
    await completeGoals(2);
    const away = { ...graph.platform, graph: { ask: () => Promise.reject(new GraphUnreachable('away')) } };
    const sendOne = async () => {
      const [claim] = await claimDue(graph.platform, 1);
      await send(away, claim!, { random: () => 0.5, closing: new AbortController().signal });
      return claim!.delivery.id;
    };
    const first = await sendOne();
    const delivery = async (one: string) => (await look(id)).deliveries.find((other: any) => other.id === one);
    const waiting = { state: 'PENDING', attempts: 0, outcome: 'The graph did not answer.', attemptLog: [] };
    expect(await delivery(first)).toMatchObject(waiting);
    for (let i = 0; i < 30; i++) {
      const { nextAttemptAt } = await delivery(first);
      const wait = Date.parse(nextAttemptAt) - graph.clock.now().getTime();
      expect(wait).toBeGreaterThanOrEqual(5_000);
      expect(wait).toBeLessThanOrEqual(300_000);
      graph.clock.set(nextAttemptAt);
      while ((await sendOne()) !== first);
    }
    expect(await delivery(first)).toMatchObject(waiting);
    graph.clock.set((await delivery(first)).nextAttemptAt);
    await graph.runJobs();
    expect((await delivery(first)).state).toBe('SUCCEEDED');
    expect(new Set(world.one.taken).size).toBe(2);

    await completeGoals(1);
    graph.clock.advance(86_400_000);
    expect(await delivery(await sendOne())).toMatchObject({ state: 'FAILED', outcome: 'The graph did not answer.' });
  });

  test('that resolve to a private address when it is dialled get nothing', async () => {
    const id = await register();
    await completeGoals(1);
    const { names } = world.internet;
    const before = names.get('one.example')!;
    names.set('one.example', [{ address: '127.0.0.1', family: 4 }]);
    world.internet.hangUp();
    await graph.runJobs();
    names.set('one.example', before);
    expect(world.internet.trespasses()).toBe(0);
    const [{ state, lastStatus, attemptLog }] = (await look(id)).deliveries;
    expect([state, lastStatus, attemptLog[0].problem]).toEqual([
      'PENDING',
      null,
      'This address leads into a network that Jarvis does not enter.',
    ]);
  });

  test('verify both signatures while the secret is being replaced, and one after', async () => {
    const id = await register();
    const rotate = 'mutation ($id: ID!) { rotateWebhookSecret(input: { id: $id, keepPreviousHours: 1 }) { secret } }';
    const { secret } = (await ana.data(rotate, { id })).rotateWebhookSecret;
    world.one.secrets.push(secret);
    await completeGoals(1);
    await graph.runJobs();
    expect(world.one.received[0]!.verified).toBe(2);
    graph.clock.advance(3_600_000);
    await completeGoals(1);
    await graph.runJobs();
    expect(world.one.received[1]!.verified).toBe(1);
    world.one.secrets.shift();
    await completeGoals(1);
    await graph.runJobs();
    expect(world.one.received[2]!.verified).toBe(1);
  });
});

describe('rights', () => {
  const keyOf = (scopes: string[], credentialId: string) =>
    graph.as({ ...ana.viewer, kind: 'apiKey', credentialId, scopes: scopes as never });
  const makeKey = async () => {
    const id = `apikey_${'0'.repeat(31)}${Math.trunc(graph.clock.now().getTime() % 10)}`;
    const at = { createdAt: graph.clock.now() };
    await graph.db.apiKey.create({
      data: { userId: ana.userId, id, name: 'x', prefix: 'x', hash: id + ana.userId, ...at },
    });
    return id;
  };

  test('of a key decide what it may register', async () => {
    const key = keyOf(['integrations:write', 'goals:read'], await makeKey());
    const chat = 'subscription { chatMessage { event { id } } }';
    const [error] = await refusedRegistration({ document: chat }, key);
    expect(error).toMatchObject({ code: 'INVALID', path: ['document'], message: expect.stringContaining('chat:read') });
    await register({}, 'one', key);
    await completeGoals(1);
    await graph.runJobs();
    expect(world.one.received).toHaveLength(1);
  });

  test('of a document that the graph does not know are none', async () => {
    const [error] = await refusedRegistration({ document: 'subscription { goalCompleted { nothing } }' }, ana);
    expect(error).toMatchObject({ code: 'INVALID', path: ['document'], message: expect.stringContaining('nothing') });
    const wrong = 'subscription ($id: ID) { researchProgress(runId: $id, no: 1) { event { id } } }';
    expect((await refusedRegistration({ document: wrong }, ana))[0].path).toEqual(['document']);
  });

  test('end with the key, which switches the webhook off', async () => {
    const keyId = await makeKey();
    const id = await register({}, 'one', keyOf(['integrations:write', 'goals:read'], keyId));
    await completeGoals(1);
    await ana.data('mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { errors { code } } }', { id: keyId });
    await graph.settle();
    await completeGoals(1);
    await graph.runJobs();
    expect(world.one.received).toEqual([]);
    expect(await look(id)).toMatchObject({ active: false, disabledReason: expect.stringContaining('API key') });
  });

  test('of others cannot be turned to an address of one’s own', async () => {
    const chat = 'subscription { chatMessage { event { id } message { id } } }';
    const id = await register({ document: chat });
    const key = keyOf(['integrations:write', 'goals:read'], await makeKey());
    const { updateWebhook } = await key.data(update, { input: { id, url: 'https://two.example/mine' } });
    expect(updateWebhook.errors).toEqual([expect.objectContaining({ code: 'INVALID', path: ['document'] })]);
    const dry = 'mutation ($id: ID!) { webhookDryRun(input: { id: $id }) { payloads { payload } errors { path } } }';
    expect((await key.data(dry, { id })).webhookDryRun.errors[0].path).toEqual(['document']);
  });

  test('to see payloads are those that it took to make them', async () => {
    const id = await register();
    await completeGoals(1);
    await graph.runJobs();
    const few = graph.as({ ...ana.viewer, scopes: ['integrations:read'] });
    const [delivery] = (await look(id, few)).deliveries;
    expect([delivery.payload, delivery.attemptLog[0].response]).toEqual([null, null]);
  });

  test('are nobody else’s', async () => {
    const id = await register();
    await completeGoals(1);
    await graph.runJobs();
    const { deliveries } = await look(id);
    const asks = [
      ['mutation ($input: PingWebhookInput!) { pingWebhook(input: $input) { errors { code } } }', { id }],
      [
        'mutation ($input: RedeliverWebhookInput!) { redeliverWebhook(input: $input) { errors { code } } }',
        { id, deliveryIds: [deliveries[0].id] },
      ],
      ['mutation ($input: WebhookDryRunInput!) { webhookDryRun(input: $input) { errors { code } } }', { id }],
      [
        'mutation ($input: WebhookDryRunInput!) { webhookDryRun(input: $input) { errors { code } } }',
        { document, eventId: deliveries[0].eventId },
      ],
    ] as const;
    for (const [mutation, input] of asks) {
      const [payload] = Object.values(await bob.data(mutation, { input }));
      expect(payload.errors).toEqual([{ code: 'NOT_FOUND' }]);
    }
    const { node } = await bob.data('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(node).toBeNull();
  });
});
