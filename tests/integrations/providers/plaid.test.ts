import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { plaid as provider } from '../../../subgraphs/integrations/providers/plaid/plaid.ts';
import type { Credentials, ProviderCall } from '../../../subgraphs/integrations/providers/provider.ts';
import type { Config } from '../../../subgraphs/shared/config.ts';
import type { Fault } from '../../support/providers/oauth.ts';
import { loginRequired, type Plaid, plaidFailure, startPlaid } from '../../support/providers/plaid.ts';
import { callsOf, clock, configOf, outsideOf, Synced, signIn } from './calls.ts';

let plaid: Plaid;
let config: Config;
let credentials: Credentials;
let call: ProviderCall;
let money: Synced;

beforeAll(async () => {
  plaid = await startPlaid();
  plaid.now = () => clock.at;
});
beforeEach(async () => {
  clock.at = new Date('2026-03-10T12:00:00.000Z');
  // Each has keys of its own that it remembers.
  config = configOf(plaid.env());
  Object.assign(plaid, { grants: true, faults: [], onCall: null });
  ({ credentials } = await (await signIn(provider, plaid, config)).complete());
  call = callsOf(config, credentials);
  money = new Synced();
  plaid.calls = [];
});
afterAll(() => plaid.stop());

const sync = () => money.sync(provider, call);
const row = (id: string, amount = '12.10', more = {}) => ({ transaction_id: id, amount, ...more });

describe('connecting a bank', () => {
  test('is done on pages of Plaid; what came of it is asked for by a token that stays here', async () => {
    const { url, kept, location, complete } = await signIn(provider, plaid, config);
    expect(url.href).not.toContain('planted');
    expect(location).toBe('https://jarvis.example/connections/callback?state=state-1');
    const begun = JSON.parse(plaid.calls.find(({ path }) => path === '/link/token/create')!.body);
    expect(begun).toMatchObject({ products: ['transactions'], webhook: 'https://jarvis.example/hooks/plaid' });
    expect(Object.keys(kept)).toEqual(['linkToken']);
    const { account, credentials: given } = await complete();
    expect(account).toEqual({ id: plaid.item.id, label: 'First Bank' });
    expect(given).toMatchObject({ refreshToken: null, expiresAt: null });
  });

  test('that the person broke off comes to nothing', async () => {
    plaid.grants = false;
    const { complete } = await signIn(provider, plaid, config);
    await expect(complete()).rejects.toMatchObject({ kind: 'REFUSED', message: 'No bank was connected at Plaid.' });
  });

  test('again, it stays the same bank; and nothing is connected while the bank still wants a sign-in', async () => {
    const again = { credentials, account: { id: plaid.item.id, label: 'First Bank' } };
    plaid.item.seesLogin = true;
    plaid.grants = false;
    const left = await signIn(provider, plaid, config, again);
    await expect(left.complete()).rejects.toMatchObject({ kind: 'REFUSED' });
    plaid.grants = true;
    const { complete } = await signIn(provider, plaid, config, again);
    expect(await complete()).toEqual(again);
  });

  test('access is given back; what is gone there counts as given back', async () => {
    await provider.connect!.revoke!(outsideOf(config), credentials);
    await provider.connect!.revoke!(outsideOf(config), credentials);
    expect(plaid.removed).toContain(credentials.accessToken);
    plaid.faults.push({ path: '/item/remove', fault: { status: 500 } });
    await expect(provider.connect!.revoke!(outsideOf(config), credentials)).rejects.toMatchObject({
      kind: 'UNAVAILABLE',
    });
  });
});

describe('movements', () => {
  test('are read to the end; the cursor counts after the last page only', async () => {
    plaid.add(row('t1'), row('t2'), row('t3', '-0.5', { pending: true }));
    await sync();
    expect(money.ids).toEqual(['t1', 't2', 't3']);
    expect(money.pages.map(({ durable, more }) => [durable, more])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(money.items.get('t1')).toEqual({
      type: 'transaction',
      externalId: 't1',
      accountId: 'acc-1',
      accountName: 'Current account',
      amount: '12.1',
      currency: 'USD',
      localDate: '2026-03-09',
      description: 'Shop t1',
      merchant: null,
      category: 'FOOD_AND_DRINK',
      pending: false,
    });
    plaid.modify(row('t1', '13'));
    plaid.drop('t2');
    await sync();
    expect(money.ids).toEqual(['t1', 't3']);
    expect(money.items.get('t1')).toMatchObject({ amount: '13' });
  });

  test.each([
    ['0.1', '0.1'],
    ['1234567890123456789.05', '1234567890123456789.05'],
    ['-9007199254740993', '-9007199254740993'],
    ['1e2', '100'],
    ['5E-3', '0.005'],
  ])('an amount loses no digit: %s', async (written, amount) => {
    plaid.add(row('t1', written));
    await sync();
    expect(money.items.get('t1')).toMatchObject({ amount });
  });

  test('what was pending gives way to what is posted, also when nobody says that it is gone', async () => {
    plaid.add(row('pending', '10', { pending: true }));
    await sync();
    plaid.add(row('posted', '12', { pending_transaction_id: 'pending' }));
    await sync();
    expect(money.ids).toEqual(['posted']);
  });

  test('without a currency are marked so', async () => {
    plaid.add(row('t1', '1', { iso_currency_code: null }));
    await sync();
    expect(money.items.get('t1')).toMatchObject({ currency: 'XXX' });
  });

  test('that change while they are read are read again from the first page', async () => {
    plaid.add(row('t1'), row('t2'), row('t3'));
    let pages = 0;
    plaid.onCall = ({ path }) => {
      if (path === '/transactions/sync' && ++pages === 1) plaid.drop('t1');
    };
    await sync();
    expect(money.ids).toEqual(['t2', 't3']);
    const cursors = plaid.calls.map(({ body }) => JSON.parse(body).cursor);
    expect(cursors).toEqual([undefined, 'c-2-3', undefined, 'c-2-4']);
    expect(money.pages.every(({ durable, more }) => durable !== more)).toBe(true);
  });

  test('that never stop changing are left for later, from where it began', async () => {
    plaid.add(row('t1'), row('t2'), row('t3'));
    plaid.onCall = ({ path }) => {
      if (path === '/transactions/sync') plaid.add(row(`t${plaid.item.log.length + 1}`), row('x'));
    };
    await expect(sync()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    expect(money.position).toBeNull();
    plaid.onCall = null;
    await sync();
    expect(money.ids).toContain('t3');
  });

  test.each<[string, Fault, string]>([
    ['nothing', 'hang', 'UNAVAILABLE'],
    ['half an answer', 'half', 'UNAVAILABLE'],
    ['no JSON', 'garbage', 'UNAVAILABLE'],
    ['500', { status: 500 }, 'UNAVAILABLE'],
    ['a bank that is away', plaidFailure('INSTITUTION_ERROR', 'INSTITUTION_DOWN'), 'UNAVAILABLE'],
    ['429', { ...plaidFailure('RATE_LIMIT_EXCEEDED', 'RATE_LIMIT', 429), headers: { 'retry-after': '9' } }, 'LIMITED'],
    ['a bank that wants a sign-in', loginRequired, 'REAUTH'],
    ['another trouble with the item', plaidFailure('ITEM_ERROR', 'ITEM_LOCKED'), 'REAUTH'],
    ['an error in the call', plaidFailure('INVALID_REQUEST', 'MISSING_FIELDS'), 'REFUSED'],
    ['another form', { status: 200, body: { added: 'all' } }, 'REFUSED'],
  ])('mid-page, %s: the next sync begins where this one began', async (_, fault, kind) => {
    plaid.add(row('t1'));
    await sync();
    const before = money.position;
    plaid.add(row('t2'), row('t3'), row('t4'));
    let pages = 0;
    plaid.onCall = ({ path }) => {
      if (path === '/transactions/sync' && ++pages === 1) plaid.faults.push({ path, fault });
    };
    await expect(sync()).rejects.toMatchObject({ kind });
    expect(money.position).toEqual(before);
    plaid.onCall = null;
    await sync();
    expect(money.ids).toEqual(['t1', 't2', 't3', 't4']);
  });
});

describe('calls of Plaid', () => {
  const content = () => ({
    webhook_type: 'TRANSACTIONS',
    webhook_code: 'SYNC_UPDATES_AVAILABLE',
    item_id: plaid.item.id,
  });
  const incoming = ({ headers, body }: { headers: Record<string, string>; body: string }) => ({
    outside: outsideOf(config),
    headers,
    body: Buffer.from(body),
    secrets: [],
    connection: { userId: 'u', id: 'c', account: plaid.item.id, settings: {} },
  });
  const isGenuine = async (signed: { headers: Record<string, string>; body: string }) =>
    provider.receive!.verify(incoming(signed));
  const minutes = (count: number) => new Date(clock.at.getTime() + count * 60_000);

  test('are known by their signature; its key is fetched once', async () => {
    expect(await isGenuine(await plaid.call(content()))).toBe(true);
    expect(await isGenuine(await plaid.call(content()))).toBe(true);
    expect(plaid.calls.filter(({ path }) => path === '/webhook_verification_key/get')).toHaveLength(1);
    expect(provider.receive!.accountOf!(Buffer.from(JSON.stringify(content())))).toBe(plaid.item.id);
  });

  test('are refused when another body was signed, or it was written anew on the way', async () => {
    expect(await isGenuine(await plaid.call(content(), { hashOf: '{}' }))).toBe(false);
    const signed = await plaid.call(content());
    expect(await isGenuine({ ...signed, body: JSON.stringify(JSON.parse(signed.body)) })).toBe(false);
  });

  test('are refused when they are old, or of the future', async () => {
    expect(await isGenuine(await plaid.call(content(), { issuedAt: minutes(-4) }))).toBe(true);
    expect(await isGenuine(await plaid.call(content(), { issuedAt: minutes(-6) }))).toBe(false);
    expect(await isGenuine(await plaid.call(content(), { issuedAt: minutes(6) }))).toBe(false);
  });

  test('are refused when their key has expired, or is none of Plaid’s', async () => {
    plaid.expireKey('key-2', minutes(-1));
    expect(await isGenuine(await plaid.call(content(), { kid: 'key-2' }))).toBe(false);
    plaid.expireKey('key-2', null);
    const { headers, body } = await plaid.call(content());
    const [, claims, signature] = headers['plaid-verification']!.split('.');
    const withHeader = (header: object) =>
      isGenuine({
        body,
        headers: {
          'plaid-verification': [Buffer.from(JSON.stringify(header)).toString('base64url'), claims, signature].join(
            '.',
          ),
        },
      });
    expect(await withHeader({ alg: 'none', kid: 'key-1' })).toBe(false);
    expect(await withHeader({ alg: 'HS256', kid: 'key-1' })).toBe(false);
    expect(await withHeader({ alg: 'ES256', kid: 'nobody' })).toBe(false);
    expect(await withHeader({ alg: 'ES256', kid: 'key-2' })).toBe(false);
    expect(await isGenuine({ body, headers: {} })).toBe(false);
    expect(await isGenuine({ body, headers: { 'plaid-verification': 'a.b.c' } })).toBe(false);
  });

  test('with invented keys ask Plaid only so often', async () => {
    const { headers, body } = await plaid.call(content());
    const [, claims, signature] = headers['plaid-verification']!.split('.');
    for (let i = 0; i < 30; i++) {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: `made-up-${i}` })).toString('base64url');
      expect(await isGenuine({ body, headers: { 'plaid-verification': `${header}.${claims}.${signature}` } })).toBe(
        false,
      );
    }
    expect(plaid.calls.length).toBeLessThanOrEqual(10);
    clock.at = minutes(1);
    expect(await isGenuine(await plaid.call(content()))).toBe(true);
  });

  test('are not judged while the keys cannot be had: Plaid calls again', async () => {
    plaid.faults.push({ path: '/webhook_verification_key/get', fault: { status: 500 } });
    await expect(isGenuine(await plaid.call(content()))).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  });

  test.each<[string, string, unknown, object | null]>([
    ['TRANSACTIONS', 'SYNC_UPDATES_AVAILABLE', undefined, { sync: true }],
    ['TRANSACTIONS', 'DEFAULT_UPDATE', undefined, { sync: false }],
    ['ITEM', 'ERROR', { error_code: 'ITEM_LOGIN_REQUIRED' }, { reauth: expect.any(String) }],
    ['ITEM', 'PENDING_DISCONNECT', undefined, { reauth: expect.any(String) }],
    ['ITEM', 'ERROR', { error_code: 'OTHER' }, {}],
    ['HOLDINGS', 'DEFAULT_UPDATE', undefined, {}],
  ])('say %s %s', async (webhook_type, webhook_code, error, expected) => {
    const signed = await plaid.call({ webhook_type, webhook_code, error, item_id: plaid.item.id });
    const read = provider.receive!.read(incoming(signed));
    expect(read).toEqual({ id: expect.stringMatching(/^[0-9a-f]{64}$/), ...expected });
  });
});
