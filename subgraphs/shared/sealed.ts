import { Prisma } from './db.ts';
import type { Platform } from './platform.ts';

/** A column that holds secrets under the keys of the installation. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The column whose value is the row's id in the place that the secret is bound to, and that of its owner; null for what is nobody's. */
  row: string;
  owner: string | null;
}

/**
 * Every column with sealed secrets, of all domains: what is not in this list keeps an old key in use. Answers under idempotency keys are not in
 * it, they are gone after a day, nor are sign-ins at providers, which take minutes, and tokens for pushes, which last an hour.
 */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'apple_accounts', column: 'refresh_token', row: 'sub', owner: 'user_id' },
  { table: 'signing_keys', column: 'private_key', row: 'kid', owner: null },
  { table: 'webhooks', column: 'sealed_secret', row: 'id', owner: 'user_id' },
  { table: 'webhooks', column: 'previous_secret', row: 'id', owner: 'user_id' },
  { table: 'connection_credentials', column: 'sealed', row: 'connection_id', owner: 'user_id' },
  { table: 'incoming_hooks', column: 'sealed_secret', row: 'connection_id', owner: 'user_id' },
  { table: 'incoming_hooks', column: 'previous_secret', row: 'connection_id', owner: 'user_id' },
  { table: 'connection_revocations', column: 'sealed', row: 'id', owner: 'user_id' },
];

/** Rows that are read at once. */
const batch = 200;

/**
 * Puts every secret of the installation under the current key, so that the old ones can be removed from the configuration. A secret that
 * changes meanwhile is left alone: whoever changed it used the current key.
 * @returns how many there are that still need an old key: of those that did not open, the log says where.
 */
export async function resealSecrets(platform: Platform): Promise<number> {
  let left = 0;
  let moved = 0;
  for (const column of sealedColumns) {
    const counts = await resealColumn(platform, column);
    moved += counts.moved;
    left += counts.left;
  }
  if (moved > 0 || left > 0) platform.log.info({ moved, left }, 'secrets were put under the current key');
  return left;
}

interface SealedRow {
  row: string;
  owner: string;
  sealed: string;
}

async function resealColumn({ db, secrets, log }: Platform, { table, column, row, owner }: SealedColumn) {
  const [name, key, sealed] = [Prisma.raw(table), Prisma.raw(row), Prisma.raw(column)];
  const ownerOf = owner === null ? Prisma.sql`''` : Prisma.raw(owner);
  let [moved, left] = [0, 0];
  let after = { row: '', owner: '' };
  for (;;) {
    const rows: SealedRow[] = await db.$queryRaw<SealedRow[]>`
      SELECT ${key} AS "row", ${ownerOf} AS owner, ${sealed} AS sealed FROM ${name}
      WHERE ${sealed} IS NOT NULL AND NOT starts_with(${sealed}, ${secrets.currentMark})
        AND (${ownerOf}, ${key}) > (${after.owner}, ${after.row})
      ORDER BY 2, 1 LIMIT ${batch}`;
    for (const found of rows) {
      const fresh = attempt(() => secrets.reseal(found.sealed, `${table}|${found.row}|${found.owner}`));
      if (fresh === undefined) {
        left += 1;
        log.error({ table, column }, 'a secret does not open: its key is not configured, or it was changed');
      } else if (fresh !== null) {
        moved += await db.$executeRaw`
          UPDATE ${name} SET ${sealed} = ${fresh}
          WHERE ${key} = ${found.row} AND ${ownerOf} = ${found.owner} AND ${sealed} = ${found.sealed}`;
      }
    }
    if (rows.length < batch) return { moved, left };
    after = rows.at(-1)!;
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
