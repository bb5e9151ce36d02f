import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import type { Person } from '../../support/graph.ts';
import { type Google, startGoogle } from '../../support/providers/google.ts';

/** The Google of the test file that is running. */
export let google: Google;

/** Starts a Google, and a graph that is set up for it; each test has other people, and a Google without faults. */
export async function beginWithGoogle(): Promise<void> {
  google = await startGoogle();
  beginGraph({ people: 'EACH_TEST', start: { env: google.env() } });
  beforeAll(() => {
    google.now = () => graph.clock.now();
  });
  beforeEach(() => {
    google.account = `${ana.userId}@gmail.com`;
    Object.assign(google, { rotates: false, grants: true, lifetime: 3_600, calls: [], faults: [], onCall: null });
    Object.assign(google, { refreshes: 0, revoked: [], pageSize: 2, calendars: [] });
    google.mailbox.mails.clear();
    Object.assign(google.mailbox, { history: [], forgotten: 0 });
  });
  afterAll(() => google.stop());
}

export const begin = `mutation ($input: BeginConnectionInput!) {
  beginConnection(input: $input) { authorizationUrl state expiresAt errors { code path message } }
}`;
export const complete = `mutation ($input: CompleteConnectionInput!) {
  completeConnection(input: $input) {
    connection { id label accountLabel status statusReason scopes settings version syncing provider { id } log { nodes { kind } } }
    errors { code path message }
  }
}`;

export interface CameBack {
  state: string;
  parameters: Record<string, string>;
}

/** Begins a sign-in and goes through it in a browser, up to coming back. */
export async function signIn(person: Person, input: Record<string, unknown> = {}): Promise<CameBack> {
  const { beginConnection } = await person.data(begin, { input: { provider: 'GMAIL', ...input } });
  if (beginConnection.errors.length > 0) throw new Error(JSON.stringify(beginConnection.errors));
  const { parameters } = await google.signIn(beginConnection.authorizationUrl);
  return { state: beginConnection.state, parameters };
}

/** Connects an account at Google, and returns the connection. */
export async function connect(person: Person, input: Record<string, unknown> = {}): Promise<Record<string, any>> {
  const { completeConnection } = await person.data(complete, { input: await signIn(person, input) });
  if (completeConnection.errors.length > 0) throw new Error(JSON.stringify(completeConnection.errors));
  return completeConnection.connection;
}

const state = `query ($id: ID!) { node(id: $id) { ... on Connection {
  status statusReason syncing nextSyncAt lastSyncAt lastFullSyncAt
  log(first: 100) { nodes { kind message received changed deleted } }
} } }`;
/** How a connection is now. */
export const look = async (person: Person, id: string): Promise<Record<string, any>> =>
  (await person.data(state, { id })).node;
