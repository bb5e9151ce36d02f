import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../../subgraphs/users/audit.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { runProcess } from '../../support/process.ts';
import { type LocalS3, startS3 } from '../../support/s3.ts';

let house: Awaited<ReturnType<typeof startTestPlatform>>;
let s3: LocalS3;
beforeAll(async () => {
  [house, s3] = await Promise.all([startTestPlatform(), startS3()]);
});
afterAll(async () => {
  await house?.stop();
  await s3?.stop();
});

test('npm run backup makes one and puts it on record; npm run audit:verify holds the log against it, and ends with 1 at a break', async () => {
  for (const action of ['a', 'b', 'c']) {
    await house.db.$transaction((db) =>
      audit({ db, userId: 'user_a', actor: { kind: 'user', id: 'user_a' }, now: house.platform.now }, action),
    );
  }
  const env = { ...s3.env, NODE_ENV: 'test', DATABASE_URL: house.url };
  const made = await runProcess(['deploy/backup/backup.ts'], env);
  expect(made).toEqual({
    code: 0,
    output: expect.stringMatching(
      /^Backup \d{8}T\d{6}Z-[0-9a-f]{8}: \d+ rows of \d+ tables, [\d.]+ MB sealed, in [\d.]+ s\.\n$/,
    ),
  });
  expect(await house.db.backup.findMany()).toEqual([
    expect.objectContaining({ finishedAt: expect.any(Date), failure: null, bytes: expect.any(BigInt) }),
  ]);
  await house.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL session_replication_role = 'replica'`;
    await tx.$executeRaw`DELETE FROM audit_entries WHERE seq = 3`;
  });
  const verified = await runProcess(['deploy/backup/auditVerify.ts'], env);
  expect(verified.code).toBe(1);
  expect(verified.output).toMatch(
    /^Entry 3 of user_a is missing at the end\.\n1 chain does not hold: 2 entries of 1 people/m,
  );
}, 60_000);
