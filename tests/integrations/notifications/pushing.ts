import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { type News, notify } from '../../../subgraphs/integrations/notifications/notifications.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { type FakeApns, makeApnsKey, startApns } from '../../support/apns.ts';
import { type Person, startGraph, type TestGraph, testTime } from '../../support/graph.ts';

/** The graph of the test file that is running, and the two environments of APNs that it pushes to. */
export let graph: TestGraph;
export let production: FakeApns;
export let sandbox: FakeApns;

export const topic = 'com.example.jarvis';

/** Starts all three for the tests of a file. Their clock is the graph's, and only goes forward. */
export function beginPushing(time = testTime): void {
  beforeAll(async () => {
    const key = makeApnsKey();
    const now = () => graph.clock.now();
    production = await startApns(key, [topic], now);
    sandbox = await startApns(key, [topic], now);
    graph = await startGraph({
      time,
      env: {
        APNS_KEY: key.pem,
        APNS_KEY_ID: key.keyId,
        APNS_TEAM_ID: key.teamId,
        APNS_TOPIC: topic,
        APNS_URL: production.url,
        APNS_SANDBOX_URL: sandbox.url,
        APNS_CA: production.ca,
        APNS_TIMEOUT_MS: '300',
      },
    });
  }, 60_000);
  afterAll(async () => {
    await graph?.stop();
    await production?.stop();
    await sandbox?.stop();
  });
}

/** Both environments work, and nothing of an earlier test is left to push. */
export async function calm(): Promise<void> {
  await graph.db.pushDelivery.deleteMany();
  for (const apns of [production, sandbox]) Object.assign(apns, { faults: [], mode: null, requests: [] });
}

export interface Phone {
  id: string;
  token: string;
}

const register = `mutation ($input: RegisterDeviceInput!) {
  registerDevice(input: $input) { device { id } errors { code path } }
}`;

/** A device of a person whose app has registered for pushes. */
export async function phoneOf(
  person: Person,
  more: { id?: string; token?: string; environment?: 'PRODUCTION' | 'SANDBOX' } = {},
): Promise<Phone> {
  const id = more.id ?? newId('device', graph.clock.now());
  const token = more.token ?? randomBytes(32).toString('hex');
  const input = {
    id,
    name: 'Phone',
    platform: 'IOS',
    pushToken: token,
    pushEnvironment: more.environment ?? 'PRODUCTION',
  };
  const { errors } = (await person.data(register, { input })).registerDevice;
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return { id, token };
}

/** A person is told something, as rooms do it. */
export async function tell(person: Person, news: Partial<News> = {}): Promise<string | null> {
  const { userId } = person;
  const actor = { kind: 'system', id: 'test' } as const;
  const full: News = { kind: 'ALERT', title: 'Weight is 83.4 kg', body: 'Up from 82.', cause: newId('event'), ...news };
  return graph.db.$transaction((db) => notify({ db, userId, actor, now: graph.clock.now }, full));
}

/** The pushes of a notification, as its person sees them. */
export async function pushesOf(person: Person, id: string): Promise<{ pushNone: string | null; pushes: any[] }> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Notification {
    pushNone pushes { device { id } round state reason attempts nextAttemptAt sentAt }
  } } }`;
  return (await person.data(query, { id })).node;
}
