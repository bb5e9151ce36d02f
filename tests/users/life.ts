import { subgraphs } from '../../subgraphs/index.ts';
import { sha256 } from '../../subgraphs/shared/crypto.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import type { DemoAccount } from '../../subgraphs/shared/subgraph.ts';
import type { Person, TestGraph } from '../support/graph.ts';

/** Every table that holds rows of people, from the database's own catalogue. */
export async function personalTables(graph: TestGraph): Promise<string[]> {
  const rows = await graph.db.$queryRaw<{ table_name: string }[]>`
    SELECT table_name FROM information_schema.columns
    WHERE column_name = 'user_id' AND table_schema = 'public' ORDER BY table_name`;
  return rows.map((row) => row.table_name);
}

/** Rows of one person in each of these tables. */
export async function countRows(graph: TestGraph, { userId }: Person): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of await personalTables(graph)) {
    const [row] = await graph.db.$queryRawUnsafe<{ count: bigint }[]>(
      `SELECT count(*) AS count FROM ${table} WHERE user_id = $1`,
      userId,
    );
    counts.set(table, Number(row!.count));
  }
  return counts;
}

/** Everything that the database holds of one person, as one text for each table. */
export async function everythingOf(graph: TestGraph, { userId }: Person): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const table of [...(await personalTables(graph)), 'users']) {
    const key = table === 'users' ? 'id' : 'user_id';
    const [row] = await graph.db.$queryRawUnsafe<{ text: string }[]>(
      `SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') AS text FROM ${table} t WHERE ${key} = $1`,
      userId,
    );
    all[table] = row!.text;
  }
  return all;
}

/** What must never leave the database, marked with the person it belongs to. */
export const canaries = ({ userId }: Person) => {
  const mark = (name: string) => `canary-${name}-${sha256(userId).slice(0, 12)}`;
  return {
    appleGrant: mark('apple-grant'),
    refreshToken: mark('refresh-token'),
    apiKeyHash: mark('api-key-hash'),
    pushToken: mark('push-token'),
    idempotent: mark('idempotent'),
    webhookSecret: mark('webhook-secret'),
    taskToken: mark('task-token'),
  };
};

/** Gives somebody at least one row in every table that holds rows of people: the demo's year, and what the demo leaves out. */
export async function live(graph: TestGraph, person: Person): Promise<void> {
  const { userId } = person;
  const { db } = graph;
  const now = graph.clock.now();
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
      const { secrets } = graph.platform;
      const demo: DemoAccount = { db: tx, userId, timeZone: 'Europe/Berlin', now, secrets, random, ids: new Map() };
      for (const { demo: generate } of Object.values(subgraphs)) await generate?.(demo);
    },
    { timeout: 60_000 },
  );
  const secret = canaries(person);
  const at = { createdAt: now, updatedAt: now };
  const later = new Date(now.getTime() + 30 * 24 * 3600_000);
  await db.appleAccount.create({
    data: { sub: `sub-${userId}`, userId, clientId: 'app', refreshToken: secret.appleGrant, ...at },
  });
  const session = { userId, id: newId('session', now), method: 'apple', lastUsedAt: now, expiresAt: later };
  await db.session.create({ data: { ...session, createdAt: now } });
  await db.refreshToken.create({
    data: { hash: secret.refreshToken, userId, sessionId: session.id, createdAt: now, expiresAt: later },
  });
  await db.device.create({
    data: {
      userId,
      id: newId('device', now),
      name: 'x',
      platform: 'IOS',
      pushToken: secret.pushToken,
      lastSeenAt: now,
      ...at,
    },
  });
  await db.apiKey.create({
    data: { userId, id: newId('apikey', now), name: 'x', prefix: 'jrv_x', hash: secret.apiKeyHash, createdAt: now },
  });
  await db.idempotencyKey.create({
    data: { userId, key: secret.idempotent, fingerprint: 'x', result: null, createdAt: now },
  });
  const webhookId = newId('webhook', now);
  await db.webhook.create({
    data: {
      userId,
      id: webhookId,
      url: 'https://example.com/hook',
      host: 'example.com',
      scopes: [],
      document: '{ __typename }',
      variables: {},
      filters: {},
      active: false,
      sealedSecret: secret.webhookSecret,
      rotatedAt: now,
      inputHash: 'x',
      version: 1,
      ...at,
    },
  });
  const { id: connectionId } = await db.connection.findFirstOrThrow({ where: { userId } });
  const sealed = { userId, sealed: 'x', createdAt: now };
  await db.connectionCredentials.create({ data: { userId, connectionId, sealed: 'x', scopes: [], updatedAt: now } });
  await db.connectionSync.create({ data: { userId, connectionId, position: { page: 1 } } });
  await db.connectionRevocation.create({ data: { ...sealed, id: newId('job', now), provider: 'GMAIL', dueAt: later } });
  const signIn = { provider: 'GMAIL', behalfKind: 'session', behalfId: 'x', expiresAt: later };
  await db.connectionSignIn.create({ data: { ...sealed, ...signIn, id: newId('job', now) } });
  const item = () => ({ userId, id: newId('item', now), connectionId, externalId: 'x', localDate: now, ...at });
  await db.calendarEvent.create({
    data: { ...item(), calendarId: 'x', title: 'x', startDate: now, endDate: now, status: 'CONFIRMED' },
  });
  const mail = { sender: 'x', subject: 'x', snippet: 'x', receivedAt: now, unread: true, labels: [] };
  await db.mailMessage.create({ data: { ...item(), ...mail } });
  await db.bankTransaction.create({
    data: { ...item(), accountId: 'x', amount: 1, currency: 'EUR', description: 'x', pending: false },
  });
  await db.externalTask.create({ data: { ...item(), listId: 'x', title: 'x', localDate: null } });
  await db.receivedEvent.create({ data: { ...item(), name: 'x', at: now } });
  const sample = {
    type: 'stepCount',
    sampleKey: 'x',
    uuid: 'x',
    sampleVersion: 0,
    source: 'x',
    value: 1,
    unit: 'count',
  };
  await db.healthSample.create({
    data: {
      ...{ userId, id: newId('item', now), connectionId, ...sample, startedAt: now, endedAt: now },
      ...{ localDate: now, deleted: false, ...at },
    },
  });
  await db.healthDeletion.create({ data: { userId, connectionId, type: 'stepCount', uuid: 'y', at: now } });
  await db.itemDeletion.create({
    data: { userId, connectionId, itemType: 'task', externalId: 'y', sourceVersion: 1 },
  });
  await db.deviceAnchor.create({ data: { userId, connectionId, type: 'stepCount', anchor: 'x', at: now } });
  await db.metricSource.create({ data: { userId, type: 'x', connectionId, source: 'x', updatedAt: now } });
  const { id: mappedGoal } = await db.goal.findFirstOrThrow({ where: { userId } });
  await db.progressMapping.create({
    data: {
      ...{ userId, id: newId('mapping', now), goalId: mappedGoal, source: 'TASKS', aggregation: 'COUNT', factor: 1 },
      ...{ since: now, active: false, inputHash: 'x', version: 1, ...at },
      days: { create: { localDate: now, changeCount: 0 } },
    },
  });
  await db.incomingHook.create({ data: { userId, connectionId, address: `x-${userId}` } });
  await db.incomingCall.create({ data: { userId, connectionId, id: 'x', at: now } });
  const deliveryId = newId('delivery', now);
  await db.webhookDelivery.create({
    data: {
      userId,
      id: deliveryId,
      webhookId,
      messageId: 'msg_x',
      eventType: 'webhook.ping',
      eventAt: now,
      round: 1,
      state: 'SUCCEEDED',
      scopes: [],
      createdAt: now,
      endedAt: now,
      log: { create: { number: 1, status: 200, milliseconds: 5, at: now } },
    },
  });
  await db.reactionFailure.create({ data: { consumer: 'x', userId, eventId: 'x', error: 'x', at: now } });
  await db.dataExport.create({
    data: { userId, id: newId('export', 0), status: 'EXPIRED', createdAt: new Date(0), finishedAt: new Date(0) },
  });
  const brought = { status: 'DONE', uploadHash: 'x', createdAt: new Date(0), finishedAt: new Date(0) };
  await db.dataImport.create({ data: { userId, id: newId('import', 0), ...brought } });
  await db.insightRun.create({ data: { userId, dueAt: later } });
  await converse(graph, person);
  await db.notificationPreference.create({ data: { userId, kind: 'ALERT', inApp: true } });
  await person.data('mutation { updateProfile(input: { name: "Somebody" }) { errors { code } } }');
  await graph.settle();
}

/** A reply of the assistant with all that belongs to it. */
export async function converse({ db, clock }: TestGraph, person: Person): Promise<void> {
  const { userId, viewer } = person;
  const now = clock.now();
  const [conversationId, messageId] = [newId('conversation', now), newId('message', now)];
  const at = { createdAt: now, updatedAt: now };
  const conversation = { id: conversationId, title: 'x', messageCount: 1, activeAt: now };
  await db.conversation.create({ data: { userId, ...conversation, contextIds: [], inputHash: '', ...at } });
  const message = { id: messageId, conversationId, ordinal: 1, depth: 0, role: 'ASSISTANT', content: 'x' };
  await db.message.create({ data: { userId, ...message, status: 'COMPLETE', origin: 'GENERATED', ...at } });
  await db.generation.create({
    data: {
      userId,
      messageId,
      conversationId,
      state: 'ENDED',
      behalfKind: 'session',
      behalfId: viewer.credentialId,
      scopes: ['chat:read'],
      dataClasses: ['MESSAGES'],
      lastSequence: 1,
      endedBecause: 'FINISHED',
      createdAt: now,
      endedAt: now,
    },
  });
  await db.messageDelta.create({ data: { userId, messageId, sequence: 1, kind: 'END', state: 'COMPLETE', at: now } });
  await db.toolCall.create({
    data: {
      userId,
      id: newId('toolcall', now),
      messageId,
      round: 1,
      ordinal: 0,
      providerCallId: 'x',
      tool: 'ListGoals',
      kind: 'READ',
      arguments: '{}',
      document: '{ viewer { id } }',
      variables: '{}',
      scopes: ['goals:read'],
      dataClasses: ['GOALS'],
      title: 'List goals',
      details: [],
      confirmation: 'x',
      textOffset: 0,
      state: 'DONE',
      result: '{"data":{}}',
      ...at,
    },
  });
  const item = { kind: 'MESSAGE', objectId: messageId, label: 'x', tokens: 1 };
  await db.contextItem.create({ data: { userId, messageId, ordinal: 0, ...item } });
  await db.conversationSummary.create({
    data: { userId, conversationId, messageId, text: 'x', tokens: 1, dataClasses: ['MESSAGES'], createdAt: now },
  });
  await db.aiCall.create({
    data: {
      userId,
      id: newId('aicall', now),
      purpose: 'REPLY',
      subjectId: messageId,
      provider: 'openai',
      model: 'x',
      dataClasses: ['MESSAGES'],
      outcome: 'OK',
      inputTokens: 1,
      cost: '0.00000001',
      startedAt: now,
      endedAt: now,
    },
  });
  const settings = { allowedTools: ['LogProgress'], updatedAt: now };
  await db.assistantSettings.upsert({ where: { userId }, create: { userId, ...settings }, update: settings });
  const behalf = { behalfKind: 'session', behalfId: viewer.credentialId };
  const expiresAt = new Date(now.getTime() + 60_000);
  const hash = canaries(person).taskToken;
  const task = { kind: 'assistant', taskId: messageId, scopes: [], ...behalf };
  await db.taskToken.create({ data: { hash, userId, ...task, expiresAt, createdAt: now } });
}
