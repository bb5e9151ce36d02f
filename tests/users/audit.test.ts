import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { audit } from '../../subgraphs/users/audit.ts';
import { verifyAudit } from '../../subgraphs/users/auditVerifier.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph?.stop());
beforeEach(async () => {
  ana = await graph.person();
});

const write = (userId: string, action: string, detail: Record<string, string> = {}) =>
  graph.db.$transaction((db) =>
    audit(
      { db, userId, actor: { kind: 'user', id: userId }, now: graph.clock.now, ip: '::1', requestId: 'r1' },
      action,
      null,
      detail,
    ),
  );
/** As somebody with the database in their hands: past the trigger that keeps the log from changing. */
const tamper = (sql: string, ...values: unknown[]) =>
  graph.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL session_replication_role = 'replica'`;
    for (const statement of sql.split(';')) await tx.$executeRawUnsafe(statement, ...values);
  });
/** The number of Ana's first entry that does not hold. */
const bad = async () => (await verifyAudit(graph.db)).breaks.find(({ userId }) => userId === ana.userId)?.seq ?? null;
const log = `query ($first: Int, $after: String, $last: Int, $before: String) {
  viewer { auditLog(first: $first, after: $after, last: $last, before: $before) {
    nodes { action } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
  } }
}`;

describe('the chain of audit entries', () => {
  test('numbers the entries of one person and holds', async () => {
    for (const action of ['a', 'b', 'c']) await write(ana.userId, action, { why: 'ü 🎯' });
    await write((await graph.person()).userId, 'other');
    const rows = await graph.db.auditEntry.findMany({ where: { userId: ana.userId }, orderBy: { seq: 'asc' } });
    expect(rows.map(({ seq, action }) => `${seq} ${action}`)).toEqual(['1 a', '2 b', '3 c']);
    expect(new Set(rows.map(({ hash }) => hash)).size).toBe(3);
    expect(await bad()).toBeNull();
  });

  test('is not forked by writers at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => write(ana.userId, `action ${i}`)));
    expect(await graph.db.auditEntry.count({ where: { userId: ana.userId } })).toBe(20);
    expect(await bad()).toBeNull();
  });

  test.each([
    ['a changed action', `UPDATE audit_entries SET action = 'x' WHERE user_id = $1 AND seq = 3`, 3n],
    ['a changed detail', `UPDATE audit_entries SET detail = '{"x":"y"}' WHERE user_id = $1 AND seq = 3`, 3n],
    ['a changed actor', `UPDATE audit_entries SET actor_id = 'x' WHERE user_id = $1 AND seq = 3`, 3n],
    ['a changed address', `UPDATE audit_entries SET ip = NULL WHERE user_id = $1 AND seq = 3`, 3n],
    ['a changed time', `UPDATE audit_entries SET at = at + interval '1 s' WHERE user_id = $1 AND seq = 3`, 3n],
    ['a missing entry', `DELETE FROM audit_entries WHERE user_id = $1 AND seq = 3`, 3n],
    ['a missing beginning', `DELETE FROM audit_entries WHERE user_id = $1 AND seq <= 2`, 1n],
    [
      'another order',
      `UPDATE audit_entries SET seq = 0 WHERE user_id = $1 AND seq = 2;
       UPDATE audit_entries SET seq = 2 WHERE user_id = $1 AND seq = 3;
       UPDATE audit_entries SET seq = 3 WHERE user_id = $1 AND seq = 0`,
      2n,
    ],
    [
      'an added entry',
      `INSERT INTO audit_entries (user_id, seq, id, action, actor_kind, actor_id, detail, at, hash)
       VALUES ($1, 7, 'audit_x', 'x', 'user', 'x', '{}', now(), repeat('0', 64))`,
      7n,
    ],
  ])('names the first bad entry: %s', async (_, sql, badSeq) => {
    for (let i = 1; i <= 6; i++) await write(ana.userId, `action ${i}`);
    await tamper(sql, ana.userId);
    expect(await bad()).toBe(badSeq);
  });
});

describe('the audit log in the graph', () => {
  test('tells what was done, by whom, from where', async () => {
    await ana.data(`mutation {
      grantAiConsent(input: { provider: "openai", dataClasses: [GOALS], disclosureVersion: "1" }) { errors { code } }
    }`);
    const { viewer } = await ana.data(`{ viewer { auditLog { nodes {
      id action actor { kind id } subjectId detail { name value } ip at hash
    } } } }`);
    expect(viewer.auditLog.nodes).toEqual([
      {
        id: expect.stringMatching(/^audit_/),
        action: 'consent.granted',
        actor: { kind: 'USER', id: ana.userId },
        subjectId: null,
        detail: expect.arrayContaining([{ name: 'provider', value: 'openai' }]),
        ip: '127.0.0.1',
        at: '2026-03-10T12:00:00.000Z',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  test('is read in pages, newest first, forwards and backwards', async () => {
    for (let i = 1; i <= 7; i++) await write(ana.userId, `${i}`);
    const read = async (variables: object) => (await ana.data(log, { ...variables })).viewer.auditLog;
    const actions = (page: any) => page.nodes.map(({ action }: any) => action).join('');
    const first = await read({ first: 3 });
    expect([actions(first), first.pageInfo.hasNextPage]).toEqual(['765', true]);
    const second = await read({ first: 3, after: first.pageInfo.endCursor });
    const third = await read({ first: 3, after: second.pageInfo.endCursor });
    expect([actions(second), actions(third), third.pageInfo.hasNextPage]).toEqual(['432', '1', false]);
    const back = await read({ last: 2, before: second.pageInfo.startCursor });
    expect([actions(back), back.pageInfo.hasPreviousPage]).toEqual(['65', true]);
    expect(actions(await read({ last: 2 }))).toBe('21');
  });

  test.each([
    { first: -1 },
    { first: 101 },
    { first: 1, last: 1 },
    { first: 1, after: 'nonsense' },
    { first: 1, after: Buffer.from('["x"]').toString('base64url') },
    { first: 1, after: Buffer.from('[1.5]').toString('base64url') },
    { first: 1, after: Buffer.from('[null]').toString('base64url') },
  ])('refuses %j', async (variables) => {
    const answer = await ana.run(log, variables);
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('is shown to nobody else, and not to keys', async () => {
    await write(ana.userId, 'secret');
    expect((await (await graph.person()).data(log, { first: 5 })).viewer.auditLog.nodes).toEqual([]);
    const key = graph.as({ ...ana.viewer, kind: 'apiKey', credentialId: newId('apikey'), scopes: ['profile:read'] });
    expect((await key.run(log, { first: 5 })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
