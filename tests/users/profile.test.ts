import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph?.stop());

const errorsOf = (answer: any, field: string) =>
  answer.data[field].errors.map(({ code, path }: any) => `${code} ${path.join('.')}`);

const profile = 'id name email locale timeZone dayStartMinutes weekStart version roles';
const updateProfile = `mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) { user { ${profile} } errors { code path message } }
}`;
const updateSettings = `mutation ($input: UpdateSettingsInput!) {
  updateSettings(input: $input) {
    user { version settings { appearance units assistantMemory usageStatistics } } errors { code path message }
  }
}`;
const grant = `mutation ($input: GrantAiConsentInput!) {
  grantAiConsent(input: $input) {
    consents { id provider dataClass disclosureVersion grantedAt withdrawnAt } errors { code path message }
  }
}`;
const withdraw = `mutation ($input: WithdrawAiConsentInput!) {
  withdrawAiConsent(input: $input) { consents { id dataClass withdrawnAt } errors { code path message } }
}`;
const eventTypes = async (userId: string) =>
  (await graph.db.event.findMany({ where: { userId }, orderBy: { seq: 'asc' } })).map(({ type }) => type);

describe('the viewer', () => {
  test('is null for nobody, and the server says how to sign in', async () => {
    const data = await graph.as(null).data('{ viewer { id } serverInfo { version developmentSignIn appleSignIn } }');
    expect(data).toEqual({
      viewer: null,
      serverInfo: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), developmentSignIn: true, appleSignIn: false },
    });
  });

  test('is the person who asks, with settings they never touched at their defaults', async () => {
    ana = await graph.person({ email: 'ana@example.com', timeZone: 'Europe/Vienna' });
    const { viewer } = await ana.data(`{ viewer { ${profile} emailVerified dashboard { id }
      settings { appearance units assistantMemory usageStatistics } deletion { scheduledAt } createdAt } }`);
    expect(viewer).toEqual({
      id: ana.userId,
      name: null,
      email: 'ana@example.com',
      emailVerified: false,
      locale: 'en',
      timeZone: 'Europe/Vienna',
      dayStartMinutes: 0,
      weekStart: 1,
      version: 1,
      roles: ['USER'],
      dashboard: { id: ana.userId.replace('user_', 'dashboard_') },
      settings: { appearance: 'SYSTEM', units: 'METRIC', assistantMemory: true, usageStatistics: false },
      deletion: null,
      createdAt: '2026-03-10T12:00:00.000Z',
    });
  });

  test('shows a key only what its scopes allow', async () => {
    const key = await graph.person({ scopes: ['goals:read'] });
    expect(await key.data('{ viewer { id dashboard { id } } }')).toMatchObject({ viewer: { id: key.userId } });
    for (const field of ['email', 'settings { units }', 'auditLog { nodes { id } }', 'dataExports { id }']) {
      const answer = await key.run(`{ viewer { ${field} } }`);
      expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });
});

describe('changing the profile', () => {
  test('changes what is given, leaves the rest, and counts one version', async () => {
    ana = await graph.person();
    const input = { name: ' Ana ', locale: 'de-at', timeZone: 'America/New_York', dayStartMinutes: 180, weekStart: 7 };
    const first = await ana.data(updateProfile, { input });
    expect(first.updateProfile).toMatchObject({
      errors: [],
      user: {
        name: 'Ana',
        locale: 'de-AT',
        timeZone: 'America/New_York',
        dayStartMinutes: 180,
        weekStart: 7,
        version: 2,
      },
    });
    const second = await ana.data(updateProfile, { input: { name: null, expectedVersion: 2 } });
    expect(second.updateProfile.user).toMatchObject({ name: null, locale: 'de-AT', version: 3 });
    expect(await eventTypes(ana.userId)).toEqual(['user.updated', 'user.updated']);
  });

  test('is written down with the names of what changed, and without the values', async () => {
    const person = await graph.person();
    await person.data(updateProfile, { input: { name: 'Ana', locale: 'en', timeZone: 'Asia/Tokyo' } });
    await person.data(updateSettings, { input: { appearance: 'DARK', units: 'METRIC' } });
    const entries = await graph.db.auditEntry.findMany({ where: { userId: person.userId }, orderBy: { seq: 'asc' } });
    expect(entries.map(({ action, actorKind, detail }) => [action, actorKind, detail])).toEqual([
      ['profile.updated', 'user', { fields: 'name timeZone' }],
      ['settings.updated', 'user', { fields: 'appearance' }],
    ]);
  });

  test('does nothing when nothing is different', async () => {
    ana = await graph.person();
    const { updateProfile: answer } = await ana.data(updateProfile, { input: { weekStart: 1 } });
    expect(answer).toMatchObject({ errors: [], user: { version: 1 } });
    expect(await eventTypes(ana.userId)).toEqual([]);
  });

  test('answers another version with a conflict and the current profile', async () => {
    ana = await graph.person();
    await ana.data(updateProfile, { input: { name: 'Ana' } });
    const { updateProfile: answer } = await ana.data(updateProfile, { input: { name: 'Anna', expectedVersion: 1 } });
    expect(answer).toMatchObject({
      user: { name: 'Ana', version: 2 },
      errors: [{ code: 'CONFLICT', path: ['expectedVersion'] }],
    });
  });

  test.each<[string, object, string]>([
    ['an empty name', { name: '' }, 'INVALID name'],
    ['a long name', { name: 'x'.repeat(101) }, 'LIMIT name'],
    ['a name of 1 MB', { name: 'x'.repeat(1_000_000) }, 'LIMIT name'],
    ['NUL in a name', { name: 'a\0b' }, 'INVALID name'],
    ['what is no language', { locale: 'not a tag' }, 'INVALID locale'],
    ['a long language', { locale: 'e'.repeat(10_000) }, 'INVALID locale'],
    ['no language', { locale: null }, 'INVALID locale'],
    ['no time zone', { timeZone: null }, 'INVALID timeZone'],
    ['a day that begins too early', { dayStartMinutes: -1 }, 'INVALID dayStartMinutes'],
    ['a day that begins too late', { dayStartMinutes: 1440 }, 'INVALID dayStartMinutes'],
    ['a day before Monday', { weekStart: 0 }, 'INVALID weekStart'],
    ['a day after Sunday', { weekStart: 8 }, 'INVALID weekStart'],
  ])('refuses %s', async (_, input, error) => {
    const person = await graph.person();
    expect(errorsOf(await person.run(updateProfile, { input }), 'updateProfile')).toEqual([error]);
    expect(await graph.db.user.findUnique({ where: { id: person.userId } })).toMatchObject({ version: 1, name: null });
  });

  test('refuses an unknown time zone', async () => {
    const person = await graph.person();
    const answer = await person.run(updateProfile, { input: { timeZone: 'Mars/Olympus' } });
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('of two writers who read the same version, one wins', async () => {
    const person = await graph.person();
    const names = ['A', 'B', 'C', 'D', 'E'];
    const answers = await Promise.all(
      names.map((name) => person.data(updateProfile, { input: { name, expectedVersion: 1 } })),
    );
    expect(answers.filter((answer) => answer.updateProfile.errors.length === 0)).toHaveLength(1);
  });

  test('needs the scope to write', async () => {
    const reader = await graph.person({ scopes: ['profile:read'] });
    for (const [document, input] of [
      [updateProfile, { name: 'x' }],
      [updateSettings, { units: 'METRIC' }],
    ] as const) {
      const answer = await reader.run(document, { input });
      expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });
});

describe('changing settings', () => {
  test('changes what is given and keeps the rest', async () => {
    const person = await graph.person();
    await person.data(updateSettings, { input: { appearance: 'DARK' } });
    const { updateSettings: answer } = await person.data(updateSettings, {
      input: { units: 'IMPERIAL', usageStatistics: true, expectedVersion: 2 },
    });
    expect(answer).toEqual({
      errors: [],
      user: {
        version: 3,
        settings: { appearance: 'DARK', units: 'IMPERIAL', assistantMemory: true, usageStatistics: true },
      },
    });
  });

  test('refuses null, and another version', async () => {
    const person = await graph.person();
    expect(errorsOf(await person.run(updateSettings, { input: { units: null } }), 'updateSettings')).toEqual([
      'INVALID units',
    ]);
    expect(
      errorsOf(
        await person.run(updateSettings, { input: { units: 'IMPERIAL', expectedVersion: 9 } }),
        'updateSettings',
      ),
    ).toEqual(['CONFLICT expectedVersion']);
  });
});

describe('consent to AI providers', () => {
  const input = { provider: 'anthropic', dataClasses: ['MESSAGES', 'GOALS'], disclosureVersion: '1' };

  test('is given by class, kept when given again, and renewed under another text', async () => {
    const person = await graph.person();
    const first = (await person.data(grant, { input })).grantAiConsent;
    expect(first.errors).toEqual([]);
    expect(first.consents.map(({ dataClass }: any) => dataClass).sort()).toEqual(['GOALS', 'MESSAGES']);
    const again = (await person.data(grant, { input: { ...input, dataClasses: ['GOALS', 'GOALS'] } })).grantAiConsent;
    expect(again.consents.map(({ id }: any) => id).sort()).toEqual(first.consents.map(({ id }: any) => id).sort());
    graph.clock.advance(1_000);
    const renewed = await person.data(grant, { input: { ...input, dataClasses: ['GOALS'], disclosureVersion: '2' } });
    expect(renewed.grantAiConsent.consents.map((row: any) => `${row.dataClass} ${row.disclosureVersion}`)).toEqual([
      'GOALS 2',
      'MESSAGES 1',
    ]);
    const { viewer } = await person.data(`{ viewer {
      all: aiConsents { dataClass } active: aiConsents(active: true) { id } ended: aiConsents(active: false) { dataClass }
    } }`);
    expect(viewer.all).toHaveLength(3);
    expect(viewer.active).toHaveLength(2);
    expect(viewer.ended).toEqual([{ dataClass: 'GOALS' }]);
    expect(await eventTypes(person.userId)).toEqual([
      'consent.granted',
      'consent.granted',
      'consent.withdrawn',
      'consent.granted',
    ]);
  });

  test('is withdrawn by class or as a whole, with one provider only', async () => {
    const person = await graph.person();
    await person.data(grant, { input });
    await person.data(grant, { input: { ...input, provider: 'openai' } });
    const one = await person.data(withdraw, { input: { provider: 'anthropic', dataClasses: ['GOALS'] } });
    expect(one.withdrawAiConsent.consents).toMatchObject([{ dataClass: 'GOALS', withdrawnAt: expect.any(String) }]);
    const rest = await person.data(withdraw, { input: { provider: 'anthropic' } });
    expect(rest.withdrawAiConsent.consents).toMatchObject([{ dataClass: 'MESSAGES' }]);
    const nothing = await person.data(withdraw, { input: { provider: 'anthropic' } });
    expect(nothing.withdrawAiConsent).toEqual({ consents: [], errors: [] });
    const { viewer } = await person.data('{ viewer { aiConsents(active: true) { provider } } }');
    expect(viewer.aiConsents).toEqual([{ provider: 'openai' }, { provider: 'openai' }]);
  });

  test('has a history of every grant, its text and its end, in pages from the newest on', async () => {
    const [person, other] = [await graph.person(), await graph.person()];
    await other.data(grant, { input });
    for (let version = 1; version <= 4; version++) {
      await person.data(grant, { input: { ...input, dataClasses: ['GOALS'], disclosureVersion: `${version}` } });
      graph.clock.advance(1_000);
    }
    await person.data(withdraw, { input: { provider: 'anthropic' } });
    const history = async (args: string) =>
      (
        await person.data(`{ viewer { aiConsentHistory(${args}) {
          nodes { provider dataClass disclosureVersion grantedAt withdrawnAt } edges { cursor }
          pageInfo { hasNextPage endCursor startCursor }
        } } }`)
      ).viewer.aiConsentHistory;
    const first = await history('first: 3');
    expect(first.nodes.map((row: any) => row.disclosureVersion)).toEqual(['4', '3', '2']);
    for (const row of first.nodes) expect(Date.parse(row.withdrawnAt) - Date.parse(row.grantedAt)).toBe(1_000);
    const second = await history(`first: 3, after: "${first.pageInfo.endCursor}"`);
    expect(second.nodes).toMatchObject([{ provider: 'anthropic', dataClass: 'GOALS', disclosureVersion: '1' }]);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    const back = await history(`last: 2, before: "${second.pageInfo.startCursor}"`);
    expect(back.nodes.map((row: any) => row.disclosureVersion)).toEqual(['3', '2']);
    const bad = await person.run('{ viewer { aiConsentHistory(after: "x") { nodes { id } } } }');
    expect(bad.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('given twice at once is given once', async () => {
    const person = await graph.person();
    await Promise.all(Array.from({ length: 5 }, () => person.data(grant, { input })));
    expect(await graph.db.aiConsent.count({ where: { userId: person.userId, withdrawnAt: null } })).toBe(2);
  });

  test.each<[string, object, string]>([
    ['a provider with a space', { provider: 'Open AI' }, 'INVALID provider'],
    ['a short provider', { provider: 'x' }, 'INVALID provider'],
    ['a long provider', { provider: 'x'.repeat(41) }, 'INVALID provider'],
    ['no classes', { dataClasses: [] }, 'REQUIRED dataClasses'],
    ['10,000 classes', { dataClasses: Array(10_000).fill('GOALS') }, 'LIMIT dataClasses'],
    ['no text', { disclosureVersion: ' ' }, 'INVALID disclosureVersion'],
  ])('refuses %s', async (_, part, error) => {
    const person = await graph.person();
    expect(errorsOf(await person.run(grant, { input: { ...input, ...part } }), 'grantAiConsent')).toEqual([error]);
    expect(await graph.db.aiConsent.count({ where: { userId: person.userId } })).toBe(0);
  });

  test("is nobody else's business", async () => {
    const [bea, eve] = [await graph.person(), await graph.person()];
    const { grantAiConsent } = await bea.data(grant, { input });
    const { id } = grantAiConsent.consents[0];
    expect(await eve.data('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
    await eve.data(withdraw, { input: { provider: 'anthropic' } });
    expect(await graph.db.aiConsent.count({ where: { userId: bea.userId, withdrawnAt: null } })).toBe(2);
    const key = graph.as({ ...bea.viewer, kind: 'apiKey', credentialId: newId('apikey'), scopes: ['profile:write'] });
    expect((await key.run(grant, { input })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
