import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { systemClock } from '../../../subgraphs/shared/clock.ts';
import { createHttpClient, type HttpClient } from '../../../subgraphs/shared/http.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import type { Person } from '../../support/graph.ts';
import { type Internet, startInternet } from '../../support/internet.ts';
import { createWebhookReceiver, type WebhookReceiver } from '../../support/webhookReceiver.ts';
import { happens, makeGoal } from '../goals.ts';

/** An internet with two receivers, `one.example` and `two.example`, and a graph that delivers to them. */
export const world = {} as { internet: Internet; one: WebhookReceiver; two: WebhookReceiver };

export const document = 'subscription Progress { goalCompleted { event { id at } goal { id title } } }';

/** @param timeout of the guarded client, in milliseconds of real time. */
export function beginWorld(timeout = 400): void {
  let http: HttpClient | undefined;
  const later: HttpClient = {
    get: (...args) => http!.get(...args),
    send: (...args) => http!.send(...args),
    close: async () => {},
  };
  beforeAll(async () => {
    const site =
      (name: 'one' | 'two') =>
      (...args: Parameters<WebhookReceiver['site']>) =>
        world[name].site(...args);
    world.internet = await startInternet({ 'one.example': site('one'), 'two.example': site('two') });
    // What receivers say of time is meant in the graph's.
    const clock = { ...systemClock, now: () => graph.clock.now().getTime() };
    http = createHttpClient({ timeout }, { ...world.internet, clock });
  });
  beginGraph({ people: 'EACH_TEST', start: { http: later } });
  beforeEach(async () => {
    world.one = createWebhookReceiver(graph.clock.now);
    world.two = createWebhookReceiver(graph.clock.now);
    await graph.db.webhook.deleteMany();
  });
  afterAll(async () => {
    await http?.close();
    await world.internet.stop();
  });
}

const create = `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
  webhook { id active } secret errors { code path message }
} }`;

/** Registers a webhook at one of the receivers, which is told the secret. @returns its id */
export async function register(input: object = {}, at: 'one' | 'two' = 'one', person: Person = ana): Promise<string> {
  const whole = { url: `https://${at}.example/hook`, document, ...input };
  const { webhook, secret, errors } = (await person.data(create, { input: whole })).createWebhook;
  if (!webhook) throw new Error(JSON.stringify(errors));
  world[at].secrets.push(secret);
  return webhook.id;
}

export const refusedRegistration = async (input: object, person: Person) =>
  (await person.data(create, { input: { url: 'https://one.example/hook', document, ...input } })).createWebhook.errors;

/** Goals are completed. @returns their ids */
export async function completeGoals(count: number, person: Person = ana): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const id = await makeGoal(graph, person, { title: `Goal ${i + 1}` });
    await happens(graph, person, 'goal.completed', id, {});
    ids.push(id);
  }
  await graph.settle();
  return ids;
}

/** Lets so many milliseconds pass in steps, and everything that is due happen. */
export async function pass(milliseconds: number, steps = 1): Promise<void> {
  for (let i = 0; i < steps; i++) {
    graph.clock.advance(milliseconds / steps);
    await graph.runJobs();
  }
}

/** Goes from one moment at which something is due to the next, until nothing waits, or for so many moments. */
export async function passMoments(most = 100): Promise<void> {
  for (let i = 0; i < most; i++) {
    const [next] = await graph.db.$queryRaw<{ at: Date | null }[]>`
      SELECT min(greatest(due_at, resting_until)) AS at FROM webhook_deliveries delivery
      JOIN webhooks webhook ON webhook.user_id = delivery.user_id AND webhook.id = webhook_id
      WHERE due_at IS NOT NULL`;
    if (!next?.at) return;
    if (next.at > graph.clock.now()) graph.clock.set(next.at);
    await graph.runJobs();
  }
}

export const deliveryFields = `id messageId eventId eventType round state attempts nextAttemptAt payload lastStatus outcome endedAt
  attemptLog { number status response problem }`;

/** A webhook as its owner sees it, with its deliveries, the oldest first. */
export async function look(id: string, person: Person = ana) {
  const query = `query ($id: ID!) { node(id: $id) { ... on Webhook {
    active version disabledReason failingSince deliveryCounts { waiting succeeded failed discarded }
    deliveries(first: 100) { nodes { ${deliveryFields} } }
  } } }`;
  const { node } = await person.data(query, { id });
  return { ...node, deliveries: node.deliveries.nodes.reverse() as any[] };
}
