import { type Kind, kinds } from '../../subgraphs/shared/ids.ts';

/** Kinds of ids: those of nodes, and those that clients name besides. */
export type IdKind = Kind | 'event' | 'delivery';

/** Whose ids the members of inputs are that are not called `id`. `any`: objects of several kinds. */
const members: Record<string, IdKind | 'any'> = {
  after: 'event',
  eventId: 'event',
  deliveryIds: 'delivery',
  conversationId: 'conversation',
  messageId: 'message',
  parentId: 'message',
  currentMessageId: 'message',
  sourceMessageId: 'message',
  contextId: 'any',
  contextIds: 'any',
  subjectId: 'any',
  subjectIds: 'any',
  goalId: 'goal',
  goalIds: 'goal',
  lifeAreaId: 'area',
  moveGoalsTo: 'area',
  connectionId: 'connection',
  deviceId: 'device',
  ruleId: 'rule',
  runId: 'run',
  categoryId: 'category',
  categoryIds: 'category',
  'device.id': 'device',
  'milestones.id': 'milestone',
};

/** What the `id` of an operation is, where its name does not say so; and a member that means something else there. */
const operations: Record<string, IdKind | 'any'> = {
  'node id': 'any',
  'nodes ids': 'any',
  'logProgress input.id': 'entry',
  'logProgressBatch input.entries.id': 'entry',
  'skipDay input.id': 'entry',
  'addNote input.id': 'message',
  'connectDeviceProvider input.id': 'connection',
  'connectWebhookProvider input.id': 'connection',
  'rotateIncomingSecret input.id': 'connection',
  'disconnect input.id': 'connection',
  'triggerResearch input.id': 'run',
  'webhookDryRun input.id': 'webhook',
  'runAutomationRule input.runId': 'rulerun',
  'retryAutomationRun input.runId': 'rulerun',
};

const types = Object.entries(kinds)
  .map(([kind, { type }]) => [kind as Kind, type] as const)
  .sort(([, a], [, b]) => b.length - a.length);

/**
 * Of what kind the ids at a place are, e.g. at `updateGoal input.lifeAreaId`.
 * @throws Error for a place that is not known: a new field says here what it takes.
 */
export function expectedKind(place: string): IdKind | 'any' {
  const [operation = '', path = ''] = place.split(' ');
  const names = path.split('.');
  const name = names.at(-1)!;
  const known = operations[place] ?? members[names.slice(-2).join('.')] ?? members[name];
  if (known) return known;
  // `updateLifeAreaNote` is about a LifeAreaNote.
  const named = ['id', 'ids'].includes(name)
    ? types.find(([, type]) => operation.toLowerCase().includes(type.toLowerCase()))
    : undefined;
  if (!named)
    throw new Error(
      `The tenant matrix does not know whose id "${place}" takes: say so in tests/support/tenantInputs.ts.`,
    );
  return named[0];
}

const rule = (place: string) => ({
  ...(!place.includes('triggers') && { triggers: [{ event: { event: 'goal.completed' } }] }),
  ...(!place.includes('conditions') && { conditions: [] }),
  ...(!place.includes('actions') && { actions: [{ notification: { title: 'Done' } }] }),
});
const notice = { document: 'subscription { goalCompleted { event { id } } }' };
const csv = { format: 'CSV', content: 'd\n2026-01-01', mapping: { date: 'd' } };

/**
 * What operations want beyond what the schema says, so that an answer is about the id and nothing before it.
 * @param place where the id stands: some members exclude each other
 */
export const inputs: Record<string, (place: string) => Record<string, unknown>> = {
  importConversation: () => ({ messages: [{ status: 'COMPLETE' }] }),
  createGoal: () => ({ kind: 'CUSTOM' }),
  importProgress: () => csv,
  connectDeviceProvider: () => ({ provider: 'APPLE_CALENDAR' }),
  beginConnection: () => ({ provider: 'GMAIL' }),
  connectWebhookProvider: () => ({ provider: 'INCOMING_WEBHOOK' }),
  createReminder: () => ({ timeOfDay: '07:00', message: 'Run', weekdays: ['MONDAY'] }),
  updateReminder: () => ({ timeOfDay: '07:00' }),
  createAutomationRule: rule,
  updateAutomationRule: (place) => ({ ...(place.includes('actions') && rule(place)) }),
  simulateAutomationRule: (place) => (place.includes('rule.') ? { rule: rule(place) } : {}),
  dryRunAutomationRule: (place) => (place.includes('rule.') ? { rule: rule(place) } : {}),
  createWebhook: () => notice,
  webhookDryRun: (place) => (place.includes('eventId') ? notice : {}),
  redeliverWebhook: (place) => (place.includes('deliveryIds') ? {} : { from: '2026-03-01T00:00:00Z' }),
  createProgressMapping: () => ({ metric: 'stepCount' }),
  integrateResearchResult: (place) => (place.includes('lifeAreaId') ? {} : { goal: { title: 'Run' } }),
  createApiKey: () => ({ scopes: ['goals:read'] }),
};

/** Places that want something from outside first, and where the test of their ids is instead. */
export const elsewhere: Record<string, string> = {
  'Mutation.signInWithApple input.device.id': 'tests/users/devices.test.ts',
};

/** Operations after which what they were about is in another state. */
export const usesUp = new Set([
  'connectDeviceProvider',
  'editMessage',
  'integrateResearchResult',
  'redeliverWebhook',
  'retryAutomationRun',
  'retryResearchRun',
  'triggerResearch',
]);
