import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { outlookMail } from '../../../subgraphs/integrations/providers/outlookMail/outlookMail.ts';
import type { Credentials, ProviderCall } from '../../../subgraphs/integrations/providers/provider.ts';
import type { Config } from '../../../subgraphs/shared/config.ts';
import { type Microsoft, mailRow, refusal, startMicrosoft } from '../../support/providers/microsoft.ts';
import type { Fault } from '../../support/providers/oauth.ts';
import { callsOf, clock, configOf, outsideOf, Synced, signIn } from './calls.ts';

let microsoft: Microsoft;
let config: Config;
let credentials: Credentials;
let call: ProviderCall;
let mail: Synced;

beforeAll(async () => {
  microsoft = await startMicrosoft();
  microsoft.now = () => clock.at;
  microsoft.rotates = true;
  config = configOf(microsoft.env());
});
beforeEach(async () => {
  for (const store of [microsoft.inbox, microsoft.calendar]) {
    store.rows.clear();
    Object.assign(store, { history: [], forgotten: 0 });
  }
  Object.assign(microsoft, { faults: [], onCall: null, beginsEmpty: false });
  ({ credentials } = await (await signIn(outlookMail, microsoft, config)).complete());
  call = callsOf(config, credentials);
  mail = new Synced();
  microsoft.calls = [];
});
afterAll(() => microsoft.stop());

describe('signing in', () => {
  test('asks for a code with PKCE, and for no more than it needs', async () => {
    const { url, complete } = await signIn(outlookMail, microsoft, config);
    expect(url.pathname).toBe('/common/oauth2/v2.0/authorize');
    expect(url.searchParams.get('scope')).toBe('offline_access User.Read Mail.ReadBasic');
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect((await complete()).account).toEqual({ id: 'id-ana@example.com', label: 'ana@example.com' });
  });

  test('each refresh token is good for one use', async () => {
    const { connect } = outlookMail;
    const next = await connect!.refresh!(outsideOf(config), credentials);
    expect(next.refreshToken).not.toBe(credentials.refreshToken);
    await expect(connect!.refresh!(outsideOf(config), credentials)).rejects.toMatchObject({ kind: 'REAUTH' });
    await expect(connect!.refresh!(outsideOf(config), next)).resolves.toBeTruthy();
  });
});

describe('the inbox', () => {
  test('is read to the end, also past an empty page', async () => {
    microsoft.beginsEmpty = true;
    microsoft.inbox.put(mailRow('m1'), mailRow('m2'), mailRow('m3'), mailRow('draft', { isDraft: true }));
    await mail.sync(outlookMail, call);
    expect(mail.ids).toEqual(['m1', 'm2', 'm3']);
    expect(mail.pages[0]).toMatchObject({ resets: [{ type: 'mail' }], items: [], more: true });
    expect(mail.items.get('m1')).toEqual({
      type: 'mail',
      externalId: 'm1',
      threadId: 'c-m1',
      from: 'Bea <bea@example.com>',
      subject: 'Subject m1',
      snippet: '',
      receivedAt: new Date('2026-03-09T08:00:00Z'),
      unread: true,
      labels: ['INBOX'],
    });
    expect(JSON.stringify(mail.position)).not.toContain(credentials.accessToken);
  });

  test('afterwards only what has changed is read', async () => {
    microsoft.inbox.put(mailRow('m1'), mailRow('m2'));
    await mail.sync(outlookMail, call);
    mail.pages = [];
    microsoft.inbox.remove('m1');
    microsoft.inbox.patch('m2', { isRead: true });
    microsoft.inbox.put(mailRow('m3'));
    await mail.sync(outlookMail, call);
    expect(mail.pages.flatMap(({ resets }) => resets)).toEqual([]);
    expect(mail.ids).toEqual(['m2', 'm3']);
    // Of m2, Graph said no more than that it is read.
    expect(mail.items.get('m2')).toMatchObject({ unread: false, subject: 'Subject m2' });
    mail.pages = [];
    await mail.sync(outlookMail, call);
    expect(mail.pages).toMatchObject([{ items: [], removed: [], more: false }]);
  });

  test('of a message that changed and is gone meanwhile nothing stays', async () => {
    microsoft.inbox.put(mailRow('m1'));
    await mail.sync(outlookMail, call);
    microsoft.inbox.patch('m1', { isRead: true });
    microsoft.inbox.rows.delete('m1');
    await mail.sync(outlookMail, call);
    expect(mail.ids).toEqual([]);
  });

  test.each<[string, Fault | 'forgotten']>([
    ['410', refusal(410, 'Gone')],
    ['syncStateNotFound', refusal(400, 'SyncStateNotFound')],
    ['resyncRequired', refusal(410, 'resyncRequired')],
    ['a token that was forgotten', 'forgotten'],
  ])('what is too old to go on is said: %s', async (_, fault) => {
    microsoft.inbox.put(mailRow('m1'));
    await mail.sync(outlookMail, call);
    if (fault === 'forgotten') microsoft.inbox.forgotten = 10;
    else microsoft.faults.push({ path: '/delta', fault });
    await expect(mail.sync(outlookMail, call)).rejects.toMatchObject({ kind: 'EXPIRED' });
    microsoft.inbox.forgotten = 0;
    mail.position = null;
    await mail.sync(outlookMail, call);
    expect(mail.ids).toEqual(['m1']);
  });

  test.each<[string, Fault, string]>([
    ['nothing', 'hang', 'UNAVAILABLE'],
    ['half an answer', 'half', 'UNAVAILABLE'],
    ['no JSON', 'garbage', 'UNAVAILABLE'],
    ['503', { status: 503 }, 'UNAVAILABLE'],
    ['429', { status: 429, headers: { 'retry-after': '7' } }, 'LIMITED'],
    ['401', refusal(401, 'InvalidAuthenticationToken'), 'REAUTH'],
    ['403', refusal(403, 'ErrorAccessDenied'), 'REAUTH'],
    ['400', refusal(400, 'BadRequest'), 'REFUSED'],
    ['another form', { status: 200, body: { value: 'all' } }, 'REFUSED'],
    ['no link', { status: 200, body: { value: [] } }, 'REFUSED'],
  ])('mid-page, %s: the sync goes on after the last page', async (_, fault, kind) => {
    microsoft.inbox.put(mailRow('m1'), mailRow('m2'), mailRow('m3'));
    let pages = 0;
    microsoft.onCall = ({ path }) => {
      if (path.endsWith('/delta') && ++pages === 1) microsoft.faults.push({ path: '/delta', fault });
    };
    await expect(mail.sync(outlookMail, call)).rejects.toMatchObject({ kind });
    expect(mail.ids).toEqual(['m1', 'm2']);
    microsoft.onCall = null;
    mail.pages = [];
    await mail.sync(outlookMail, call);
    expect(mail.ids).toEqual(['m1', 'm2', 'm3']);
    expect(mail.pages).toHaveLength(1);
  });

  test('links that lead elsewhere are not followed: the token goes to Graph only', async () => {
    const fault = { status: 200, body: { value: [], '@odata.nextLink': 'https://elsewhere.example/v1.0/me' } };
    microsoft.faults.push({ path: '/delta', fault });
    await expect(mail.sync(outlookMail, call)).rejects.toMatchObject({ kind: 'REFUSED' });
    mail.position = { link: `${microsoft.url}.elsewhere.example/v1.0` };
    await expect(mail.sync(outlookMail, call)).rejects.toMatchObject({ kind: 'REFUSED' });
  });
});
