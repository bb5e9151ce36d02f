import { checkErasure, listedErasures } from '../../subgraphs/shared/backup/erasures.ts';
import type { BackupSettings } from '../../subgraphs/shared/backup/settings.ts';
import { sha256 } from '../../subgraphs/shared/crypto.ts';
import type { Db } from '../../subgraphs/shared/db.ts';
import type { Domain } from '../../subgraphs/shared/platform.ts';
import { eraseRows } from '../../subgraphs/users/erase.ts';

/**
 * Erases from a restored database whoever was erased since the backup, by the list beside the backups, before anybody uses it: every
 * domain's rows and the account, one person a transaction. Nothing is asked of Apple or other services: that was done the first time.
 * @returns how many there were
 * @throws BackupError when an entry that concerns somebody here is not genuine
 */
export async function reapplyErasures(
  db: Db,
  domains: readonly Domain[],
  { storage, keys }: Pick<BackupSettings, 'storage' | 'keys'>,
  now: () => Date,
): Promise<number> {
  const listed = await listedErasures(storage);
  let count = 0;
  for await (const id of everybody(db)) {
    const userHash = sha256(id);
    if (!listed.has(userHash)) continue;
    await checkErasure(storage, keys, userHash);
    await db.$transaction(
      async (tx) => {
        await eraseRows(tx, domains, id);
        const done = { userId: null, finishedAt: now(), listedAt: now() };
        await tx.erasure.upsert({ where: { userHash }, create: { userHash, startedAt: now(), ...done }, update: done });
      },
      { timeout: 120_000 },
    );
    count++;
  }
  return count;
}

/** Whoever has an account, or rows of one that is half erased. */
async function* everybody(db: Db): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT id FROM (SELECT id FROM users UNION SELECT user_id FROM event_counters) people
      WHERE id > ${after} ORDER BY id LIMIT 1000`;
    for (const { id } of rows) yield id;
    if (rows.length < 1000) return;
    after = rows.at(-1)!.id;
  }
}
