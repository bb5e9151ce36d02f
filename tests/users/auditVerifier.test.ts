import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sha256 } from '../../subgraphs/shared/crypto.ts';
import { audit } from '../../subgraphs/users/audit.ts';
import { type Head, verifyAudit } from '../../subgraphs/users/auditVerifier.ts';
import { startTestPlatform } from '../support/platform.ts';

let house: Awaited<ReturnType<typeof startTestPlatform>>;
beforeAll(async () => {
  house = await startTestPlatform();
});
afterAll(() => house?.stop());

async function entries(userId: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await house.db.$transaction((db) =>
      audit({ db, userId, actor: { kind: 'user', id: userId }, now: house.platform.now }, `action ${n}`, null, {
        n: 'ü',
      }),
    );
  }
}
/** As somebody with the database in their hands: past the trigger that keeps the log from changing. */
const tamper = (sql: string) =>
  house.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL session_replication_role = 'replica'`;
    for (const statement of sql.split(';')) await tx.$executeRawUnsafe(statement);
  });
async function headsNow(): Promise<Map<string, Head>> {
  const rows = await house.db.$queryRaw<{ id: string; seq: bigint; hash: string }[]>`
    SELECT DISTINCT ON (user_id) user_id AS id, seq, hash FROM audit_entries ORDER BY user_id, seq DESC`;
  return new Map(rows.map(({ id, seq, hash }) => [sha256(id), { seq, hash }]));
}

describe('the verifier of the audit log', () => {
  const mine = `user_id = 'user_b'`;
  test.each<[string, string, string[], boolean]>([
    [
      'an entry that was changed',
      `UPDATE audit_entries SET action = 'x' WHERE ${mine} AND seq = 3`,
      ['3 was changed, moved or put in'],
      false,
    ],
    ['an entry that was deleted', `DELETE FROM audit_entries WHERE ${mine} AND seq = 3`, ['3 is missing'], false],
    [
      'entries in another order',
      `UPDATE audit_entries SET seq = 0 WHERE ${mine} AND seq = 2; UPDATE audit_entries SET seq = 2 WHERE ${mine} AND seq = 3;
       UPDATE audit_entries SET seq = 3 WHERE ${mine} AND seq = 0`,
      ['2 was changed, moved or put in'],
      false,
    ],
    [
      'an entry that was put in at the end',
      `INSERT INTO audit_entries (user_id, seq, id, action, actor_kind, actor_id, detail, at, hash)
       VALUES ('user_b', 6, 'audit_x', 'x', 'user', 'x', '{}', now(), repeat('0', 64))`,
      ['6 was changed, moved or put in'],
      false,
    ],
    [
      'an entry before the first',
      `UPDATE audit_entries SET seq = -1 WHERE ${mine} AND seq = 5`,
      ['-1 was put in from outside'],
      false,
    ],
    [
      'entries that were cut off at the end',
      `DELETE FROM audit_entries WHERE ${mine} AND seq > 3`,
      ['4 and those up to 5 are missing at the end'],
      true,
    ],
    [
      'a chain that is gone',
      `DELETE FROM audit_entries WHERE ${mine}`,
      ['1 and those up to 5 are missing at the end'],
      true,
    ],
  ])('names %s, and whose it is', async (_, sql, expected, needsHeads) => {
    await house.db.user.create({
      data: {
        id: 'user_b',
        email: 'b@example.com',
        timeZone: 'UTC',
        createdAt: house.platform.now(),
        updatedAt: house.platform.now(),
      },
    });
    for (const id of ['user_a', 'user_b', 'user_c']) await entries(id, 5);
    const heads = await headsNow();
    expect(await verifyAudit(house.db, heads)).toEqual({ rows: 15, people: 3, breaks: [] });
    await tamper(sql);
    const broken = (await verifyAudit(house.db, heads)).breaks;
    expect(broken.map(({ seq, what }) => `${seq} ${what}`)).toEqual(expected);
    expect(broken.map(({ userId }) => userId)).toEqual(['user_b']);
    // Only what lies outside the database shows what is missing at its end.
    expect((await verifyAudit(house.db)).breaks.length).toBe(needsHeads ? 0 : 1);
    await tamper('DELETE FROM audit_entries; DELETE FROM users');
  });

  test('names a chain that was written anew as a whole', async () => {
    await entries('user_a', 4);
    const heads = await headsNow();
    await tamper('DELETE FROM audit_entries');
    await house.db.$transaction((db) =>
      audit({ db, userId: 'user_a', actor: { kind: 'user', id: 'x' }, now: house.platform.now }, 'other'),
    );
    await entries('user_a', 4);
    expect((await verifyAudit(house.db)).breaks).toEqual([]);
    expect((await verifyAudit(house.db, heads)).breaks).toEqual([
      { userId: 'user_a', seq: 4n, what: 'is another than when the head was kept: the chain was written anew' },
    ]);
    await tamper('DELETE FROM audit_entries');
  });

  test('misses nobody who was erased', async () => {
    await entries('user_a', 2);
    const heads = await headsNow();
    await tamper('DELETE FROM audit_entries');
    expect((await verifyAudit(house.db, heads)).breaks.length).toBe(1);
    const now = house.platform.now();
    await house.db.erasure.create({ data: { userHash: sha256('user_a'), startedAt: now, finishedAt: now } });
    expect((await verifyAudit(house.db, heads)).breaks).toEqual([]);
  });

  test('reads chains that are longer than a batch', async () => {
    await entries('user_l', 2);
    const [row] = await house.db.$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM audit_entries`;
    expect(row!.count).toBe(2n);
    const { nextHash, start } = await import('../../subgraphs/users/audit.ts');
    const rows = [];
    let hash = start;
    for (let seq = 1n; seq <= 4_500n; seq++) {
      const entry = {
        userId: 'user_m',
        seq,
        id: `audit_${seq}`,
        action: 'a',
        actorKind: 'user',
        actorId: 'u',
        subjectId: null,
        detail: {},
        ip: null,
        requestId: null,
        causationId: null,
        at: house.platform.now(),
      };
      hash = nextHash(hash, entry);
      rows.push({ ...entry, hash });
    }
    await house.db.auditEntry.createMany({ data: rows });
    expect(await verifyAudit(house.db)).toEqual({ rows: 4_502, people: 2, breaks: [] });
    await tamper(`UPDATE audit_entries SET ip = '::1' WHERE user_id = 'user_m' AND seq = 4001`);
    expect((await verifyAudit(house.db)).breaks.map(({ seq }) => seq)).toEqual([4_001n]);
  });
});
