import { describe, expect, test } from '@jest/globals';
import { scopes } from '../../../subgraphs/shared/context.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { eraseDueAccounts } from '../../../subgraphs/users/erase.ts';
import { ana, bob, graph } from '../../support/begin.ts';
import { begin, beginWithGoogle, complete, connect, google, look, signIn } from './google.ts';

await beginWithGoogle();

const refused = async (person: typeof ana, input: unknown) => {
  const { completeConnection } = await person.data(complete, { input });
  expect(completeConnection.connection).toBeNull();
  return completeConnection.errors[0];
};

describe('signing in at a provider', () => {
  test('makes a connection that is named after the account, and is synced at once', async () => {
    const connection = await connect(ana);
    expect(connection).toMatchObject({
      label: `Gmail (${ana.userId}@gmail.com)`.slice(0, 100),
      accountLabel: `${ana.userId}@gmail.com`,
      status: 'ACTIVE',
      version: 1,
      syncing: false,
      scopes: ['https://www.googleapis.com/auth/gmail.readonly'],
      provider: { id: 'GMAIL' },
      log: { nodes: [{ kind: 'CONNECTED' }] },
    });
    await graph.runJobs();
    expect((await look(ana, connection.id)).lastSyncAt).toBe(graph.clock.now().toISOString());
  });

  test('asks with PKCE, for offline access, and to be sent back to one exact address', async () => {
    const { beginConnection } = await ana.data(begin, { input: { provider: 'GMAIL' } });
    const { origin, searchParams } = new URL(beginConnection.authorizationUrl);
    expect(origin).toBe(google.url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: 'http://localhost:4000/connections/callback',
      access_type: 'offline',
      state: beginConnection.state,
    });
    expect(beginConnection.authorizationUrl).not.toContain(google.clientSecret);
    const tenMinutes = new Date(graph.clock.now().getTime() + 600_000).toISOString();
    expect(beginConnection.expiresAt).toBe(tenMinutes);
  });

  test('counts once: whoever replays it gets nothing', async () => {
    const input = await signIn(ana);
    const answers = await Promise.all([ana.data(complete, { input }), ana.data(complete, { input })]);
    const results = answers.map((answer) => answer.completeConnection);
    expect(results.filter(({ connection }) => connection)).toHaveLength(1);
    expect(results.flatMap(({ errors }) => errors)).toMatchObject([{ code: 'NOT_FOUND', path: ['state'] }]);
    expect(await refused(ana, input)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is bound to the person and to the session: nobody else completes it, and it is there still', async () => {
    const input = await signIn(ana);
    const other = graph.as({ ...ana.viewer, credentialId: newId('session') });
    const key = graph.as({ ...ana.viewer, kind: 'apiKey', credentialId: newId('apikey') });
    for (const somebody of [bob, other, key]) {
      expect(await refused(somebody, input)).toMatchObject({ code: 'NOT_FOUND', path: ['state'] });
    }
    expect((await ana.data(complete, { input })).completeConnection.errors).toEqual([]);
    expect(await graph.db.connection.count({ where: { userId: bob.userId } })).toBe(0);
  });

  test('takes ten minutes at most', async () => {
    const input = await signIn(ana);
    graph.clock.advance(600_000);
    expect(await refused(ana, input)).toMatchObject({ code: 'EXPIRED', path: ['state'] });
    await graph.runJobs();
    expect(await graph.db.connectionSignIn.count()).toBe(0);
  });

  test('comes to nothing when the person says no, when another server answers, or the code is not right', async () => {
    google.grants = false;
    const denied = await signIn(ana);
    expect(denied.parameters.error).toBe('access_denied');
    expect(await refused(ana, denied)).toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('not granted'),
    });
    google.grants = true;
    const mixed = await signIn(ana);
    mixed.parameters.iss = 'https://elsewhere.example';
    expect(await refused(ana, mixed)).toMatchObject({ message: 'The answer does not come from Google.' });
    const wrong = await signIn(ana);
    wrong.parameters.code = (await signIn(ana)).parameters.code!;
    expect(await refused(ana, wrong)).toMatchObject({ code: 'INVALID', path: ['parameters'] });
    const bad = await signIn(ana);
    expect(await refused(ana, { ...bad, parameters: { code: 1 } })).toMatchObject({ code: 'INVALID' });
    expect(await graph.db.connection.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('comes to nothing while the provider is away, and says so', async () => {
    const input = await signIn(ana);
    google.faults.push({ path: '/token', fault: { status: 503 } });
    expect(await refused(ana, input)).toMatchObject({ message: 'Google cannot be reached at the moment.' });
  });

  test('again, for the same account, keeps the connection and makes it work again', async () => {
    const first = await connect(ana, { label: 'Work' });
    await graph.db.connection.updateMany({
      where: { userId: ana.userId },
      data: { status: 'NEEDS_REAUTH', statusReason: 'It ended.' },
    });
    const second = await connect(ana);
    expect(second).toMatchObject({ id: first.id, label: 'Work', status: 'ACTIVE', statusReason: null, version: 2 });
    google.account = 'another@gmail.com';
    expect((await connect(ana)).id).not.toBe(first.id);
  });

  test.each([
    [{ provider: 'APPLE_HEALTH' }, 'provider'],
    [{ provider: 'PLAID' }, 'provider'],
    [{ provider: 'GMAIL', returnTo: 'https://evil.example/callback' }, 'returnTo'],
    [{ provider: 'GMAIL', returnTo: 'http://localhost:4000@evil.example/' }, 'returnTo'],
    [{ provider: 'GMAIL', returnTo: 'javascript:alert(1)' }, 'returnTo'],
    [{ provider: 'GMAIL', label: 'x'.repeat(101) }, 'label'],
    [{ provider: 'GMAIL', settings: { folder: 'x' } }, 'settings'],
  ])('is not begun with %j', async (input, member) => {
    const { beginConnection } = await ana.data(begin, { input });
    expect(beginConnection).toMatchObject({ authorizationUrl: null, state: null });
    expect(beginConnection.errors[0].path[0]).toBe(member);
  });

  test('is not for tasks of Jarvis, and there are only so many at once', async () => {
    const task = graph.as({ ...ana.viewer, kind: 'assistant', credentialId: newId('message'), scopes: [...scopes] });
    const input = { provider: 'GMAIL' };
    expect((await task.data(begin, { input })).beginConnection.errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    for (let i = 0; i < 20; i++) expect((await ana.data(begin, { input })).beginConnection.errors).toEqual([]);
    expect((await ana.data(begin, { input })).beginConnection.errors).toMatchObject([{ code: 'LIMIT' }]);
  });
});

describe('credentials', () => {
  test('are nowhere to be seen: in no answer of the graph, and in no row of any table', async () => {
    const { id } = await connect(ana);
    google.expireTokens();
    await graph.runJobs();
    expect(google.refreshes).toBeGreaterThan(0);
    const tables = await graph.db.$queryRaw<{ name: string }[]>`
      SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`;
    expect(tables.length).toBeGreaterThan(50);
    const seen = [JSON.stringify(await look(ana, id))];
    for (const { name } of tables) {
      const rows = await graph.db.$queryRawUnsafe<{ row: string }[]>(`SELECT t::text AS row FROM ${name} t`);
      seen.push(...rows.map(({ row }) => row));
    }
    for (const secret of google.secrets) expect(seen.filter((text) => text.includes(secret))).toEqual([]);
  });

  test('moved to the row of somebody else do not open', async () => {
    const mine = await connect(ana);
    google.account = 'bob@gmail.com';
    const his = await connect(bob);
    const { sealed } = await graph.db.connectionCredentials.findFirstOrThrow({ where: { connectionId: mine.id } });
    await graph.db.connectionCredentials.updateMany({ where: { connectionId: his.id }, data: { sealed } });
    google.calls.length = 0;
    await graph.runJobs();
    expect(
      google.calls.every(({ headers }) => google.accountOf({ headers } as never) === `${ana.userId}@gmail.com`),
    ).toBe(true);
    expect((await look(bob, his.id)).log.nodes[0]).toMatchObject({
      kind: 'FAILED',
      message: 'Something went wrong on our side.',
    });
  });
});

describe('disconnecting', () => {
  const end = 'mutation ($id: ID!) { disconnect(input: { id: $id }) { connectionId errors { code } } }';
  const left = () => graph.db.connectionRevocation.count({ where: { userId: ana.userId } });

  test('gives the access back, and deletes the credentials at once', async () => {
    const { id } = await connect(ana);
    await ana.data(end, { id });
    expect(await graph.db.connectionCredentials.count({ where: { userId: ana.userId } })).toBe(0);
    await graph.runJobs();
    expect(google.revoked).toHaveLength(1);
    expect(google.revoked[0]).toMatch(/^rt-/);
    expect(await left()).toBe(0);
  });

  test('gives it back later when the provider is away, and not for ever', async () => {
    const { id } = await connect(ana);
    google.faults.push({ path: '/revoke', fault: { status: 500 } }, { path: '/revoke', fault: 'half' });
    await ana.data(end, { id });
    for (let i = 0; i < 2; i++) {
      await graph.runJobs();
      expect(await left()).toBe(1);
      graph.clock.advance(120_000);
    }
    await graph.runJobs();
    expect(google.revoked).toHaveLength(2); // One was taken, but its answer broke off.
    expect(await left()).toBe(0);
    const again = await connect(ana);
    await ana.data(end, { id: again.id });
    google.faults.push({ path: '/revoke', fault: { status: 500 } }, { path: '/revoke', fault: { status: 500 } });
    await graph.runJobs();
    expect(await left()).toBe(1);
    graph.clock.advance(8 * 86_400_000);
    await graph.runJobs();
    expect(await left()).toBe(0);
  });

  test('leaves the access while another connection of the account stands on it', async () => {
    const mail = await connect(ana);
    const calendar = await connect(ana, { provider: 'GOOGLE_CALENDAR' });
    await ana.data(end, { id: mail.id });
    await graph.runJobs();
    expect(google.revoked).toEqual([]);
    await ana.data(end, { id: calendar.id });
    await graph.runJobs();
    expect(google.revoked).toHaveLength(1);
  });
});

test('an account that is erased gives everything back first, as soon as the provider can be reached', async () => {
  const day = 86_400_000;
  await connect(ana);
  const his = await connect(bob);
  await graph.db.user.update({ where: { id: ana.userId }, data: { deletionScheduledAt: graph.clock.now() } });
  google.faults.push({ path: '/revoke', fault: { status: 500 } });
  await expect(eraseDueAccounts(graph.platform)).rejects.toThrow('1 erasures did not finish');
  expect(await graph.db.connectionCredentials.count({ where: { userId: ana.userId } })).toBe(1);
  graph.clock.advance(day);
  await eraseDueAccounts(graph.platform);
  expect(google.revoked).toHaveLength(1);
  for (const table of ['connections', 'connection_credentials', 'connection_syncs', 'connection_revocations']) {
    const rows = await graph.db.$queryRawUnsafe<unknown[]>(`SELECT 1 FROM ${table} WHERE user_id = $1`, ana.userId);
    expect([table, rows.length]).toEqual([table, 0]);
  }
  expect((await look(bob, his.id)).status).toBe('ACTIVE');
});
