import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventOf, type Microsoft, mailRow, startMicrosoft } from '../../support/providers/microsoft.ts';
import { type Plaid, startPlaid } from '../../support/providers/plaid.ts';
import { type HttpPerson, startServer, type TestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';
import { begin, complete } from './google.ts';

let plaid: Plaid;
let microsoft: Microsoft;
let server: TestServer;
let ana: HttpPerson;
let bank: string;
beforeAll(async () => {
  plaid = await startPlaid();
  microsoft = await startMicrosoft();
  server = await startServer('embedded', { ...plaid.env(), ...microsoft.env() });
  ana = await server.person('ana@example.com');
}, 60_000);
afterAll(async () => {
  await server.stop();
  await plaid.stop();
  await microsoft.stop();
});

/** Signs in at a provider, as a person does. */
async function connect(at: Plaid | Microsoft, input: object) {
  const { beginConnection } = await ana.ask(begin, { input });
  expect(beginConnection.errors).toEqual([]);
  const { parameters } = await at.signIn(beginConnection.authorizationUrl);
  return (await ana.ask(complete, { input: { state: beginConnection.state, parameters } })).completeConnection;
}
const amounts = async () =>
  (await ana.ask('{ viewer { bankTransactions { nodes { amount } } } }')).viewer.bankTransactions.nodes
    .map(({ amount }: { amount: string }) => amount)
    .sort();
const statusOf = async (id: string) =>
  (await ana.ask('query ($id: ID!) { node(id: $id) { ... on Connection { status } } }', { id })).node.status;
/** Plaid calls, as it does when something has happened. */
async function told(webhook_type: string, webhook_code: string, more = {}) {
  const { body, headers } = await plaid.call({ webhook_type, webhook_code, item_id: plaid.item.id, ...more });
  return (await fetch(`${server.url}/hooks/plaid`, { method: 'POST', body, headers })).status;
}

test('a bank is connected, and its movements are there', async () => {
  const { connection, errors } = await connect(plaid, { provider: 'PLAID' });
  expect(errors).toEqual([]);
  expect(connection).toMatchObject({ label: 'Plaid (First Bank)', status: 'ACTIVE' });
  bank = connection.id;
  plaid.add({ transaction_id: 't1', amount: '12.10' });
  expect(await told('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE')).toBe(202);
  await until('it is there', async () => (await amounts()).includes('12.1'));
});

test('a call that is not Plaid’s, or about nobody’s bank, has no effect', async () => {
  const { body, headers } = await plaid.call({ webhook_type: 'ITEM', webhook_code: 'ERROR', item_id: plaid.item.id });
  const post = (sent: string) => fetch(`${server.url}/hooks/plaid`, { method: 'POST', body: sent, headers });
  expect((await post(`${body} `)).status).toBe(401);
  expect(await told('ITEM', 'ERROR', { item_id: 'item-of-nobody' })).toBe(404);
  expect(await statusOf(bank)).toBe('ACTIVE');
});

test('when the bank wants a sign-in the person is told; connected again it is the same connection', async () => {
  plaid.item.seesLogin = true;
  expect(await told('ITEM', 'ERROR', { error: { error_code: 'ITEM_LOGIN_REQUIRED' } })).toBe(202);
  expect(await statusOf(bank)).toBe('NEEDS_REAUTH');
  const { viewer } = await ana.ask('{ viewer { notifications { nodes { title subjectId } } } }');
  expect(viewer.notifications.nodes).toEqual([
    { title: 'Plaid (First Bank) has to be connected again', subjectId: bank },
  ]);
  const { connection, errors } = await connect(plaid, { provider: 'PLAID', connectionId: bank });
  expect(errors).toEqual([]);
  expect(connection).toMatchObject({ id: bank, status: 'ACTIVE' });
  plaid.add({ transaction_id: 't2', amount: '5' });
  expect(await told('TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE')).toBe(202);
  await until('it goes on', async () => (await amounts()).length === 2);
  expect(await amounts()).toEqual(['12.1', '5']);
  expect((await ana.ask('{ viewer { connections { nodes { id } } } }')).viewer.connections.nodes).toHaveLength(1);
});

test('a sign-in that the person mended at the bank itself lets it go on', async () => {
  plaid.item.seesLogin = true;
  await told('ITEM', 'ERROR', { error: { error_code: 'ITEM_LOGIN_REQUIRED' } });
  plaid.item.seesLogin = false;
  expect(await told('ITEM', 'LOGIN_REPAIRED')).toBe(202);
  expect(await statusOf(bank)).toBe('ACTIVE');
});

test('a connection of another provider, or of somebody else, is not connected again', async () => {
  const ben = await server.person('ben@example.com');
  const foreign = await ben.ask(begin, { input: { provider: 'PLAID', connectionId: bank } });
  expect(foreign.beginConnection.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['connectionId'] }]);
  const other = await ana.ask(begin, { input: { provider: 'OUTLOOK_MAIL', connectionId: bank } });
  expect(other.beginConnection.errors).toMatchObject([{ code: 'INVALID', path: ['connectionId'] }]);
});

test('mail and calendar of Outlook are there after one sign-in each', async () => {
  const soon = new Date(Date.now() + 86_400_000).toISOString().slice(0, 19);
  microsoft.inbox.put(mailRow('m1', { receivedDateTime: new Date().toISOString() }));
  microsoft.calendar.put(eventOf('e1', soon, soon));
  for (const provider of ['OUTLOOK_MAIL', 'OUTLOOK_CALENDAR']) {
    expect((await connect(microsoft, { provider })).errors).toEqual([]);
  }
  const items = '{ viewer { mailMessages { nodes { from subject } } calendarEvents { nodes { title } } } }';
  await until('both are synced', async () => {
    const { viewer } = await ana.ask(items);
    return viewer.mailMessages.nodes.length + viewer.calendarEvents.nodes.length === 2;
  });
  expect((await ana.ask(items)).viewer).toEqual({
    mailMessages: { nodes: [{ from: 'Bea <bea@example.com>', subject: 'Subject m1' }] },
    calendarEvents: { nodes: [{ title: 'Event e1' }] },
  });
});
