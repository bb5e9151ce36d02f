import { Prisma, type Tx } from '../../shared/db.ts';
import { newId } from '../../shared/ids.ts';
import type { Platform } from '../../shared/platform.ts';
import type { Credentials, Outside } from '../providers/provider.ts';
import { ProviderFault } from '../providers/provider.ts';
import { providers } from '../providers/providers.ts';
import { openCredentials, placeOf, sealCredentials } from './credentials.ts';
import { counted } from './metrics.ts';

/**
 * Giving access back at the provider. It may take days until one can be reached: meanwhile the credentials lie sealed in a row of their own,
 * though the connection is gone.
 */

const second = 1_000;
const day = 86_400 * second;
/** For so long it is tried; whoever cannot be reached until then keeps a grant that nobody has. */
const longestTrying = 7 * day;
const longestPause = 6 * 3_600 * second;

const revocationPlace = (userId: string, id: string) => `connection_revocations|${id}|${userId}`;

type Sealing = Pick<Platform, 'secrets' | 'now'>;

/** Puts credentials aside to be given back, in the transaction in which they end. Null when the provider takes nothing back. */
export async function putAside(
  tx: Tx,
  { secrets, now }: Sealing,
  userId: string,
  providerId: string,
  credentials: Credentials,
): Promise<string | null> {
  if (!providers.get(providerId)?.connect?.revoke) return null;
  const at = now();
  const id = newId('job', at);
  const sealed = sealCredentials(secrets, credentials, revocationPlace(userId, id));
  await tx.connectionRevocation.create({
    data: { userId, id, provider: providerId, sealed, dueAt: at, createdAt: at },
  });
  return id;
}

/** Gives back what is due. Any number of processes may do so: what one has in hand is due again only later. */
export async function giveBackDue(platform: Platform, outside: Outside): Promise<void> {
  const { db, log, now } = platform;
  for (let count = 0; count < 100; count++) {
    const at = now();
    const [row] = await db.$queryRaw<RevocationRow[]>`
      UPDATE connection_revocations SET attempts = attempts + 1,
        due_at = ${at}::timestamptz + least(30 * power(2, attempts), ${longestPause / second}) * interval '1 second'
      WHERE (user_id, id) = (
        SELECT user_id, id FROM connection_revocations WHERE due_at <= ${at}::timestamptz
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING user_id AS "userId", id, provider, sealed, created_at AS "createdAt"`;
    if (!row) return;
    try {
      await giveBack(platform, outside, row);
    } catch (error) {
      const isLate = at.getTime() - row.createdAt.getTime() > longestTrying;
      log.warn({ provider: row.provider, error: (error as Error).message, isLate }, 'access was not given back');
      if (!isLate) continue;
    }
    await db.connectionRevocation.deleteMany({ where: { userId: row.userId, id: row.id } });
  }
}

interface RevocationRow {
  userId: string;
  id: string;
  provider: string;
  sealed: string;
  createdAt: Date;
}

async function giveBack(
  { secrets }: Platform,
  outside: Outside,
  { userId, id, provider, sealed }: RevocationRow,
): Promise<void> {
  const credentials = openCredentials(secrets, sealed, revocationPlace(userId, id));
  await providers.get(provider)?.connect?.revoke?.(counted(outside, provider), credentials);
}

/**
 * Gives back everything that a person's connections were given, before the person is erased. What is given back is deleted at once, so that it
 * can be taken up where it stopped.
 * @throws ProviderFault when a provider cannot be reached: to be tried again.
 */
export async function giveBackAll(platform: Platform, outside: Outside, userId: string): Promise<void> {
  const { db, secrets, log } = platform;
  const faults: ProviderFault[] = [];
  const attempt = async (work: () => Promise<void>, done: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (error instanceof ProviderFault && error.kind !== 'REFUSED') return void faults.push(error);
      log.warn({ error: (error as Error).message }, 'access was not given back');
    }
    await done();
  };
  const rows = await db.$queryRaw<{ connectionId: string; provider: string; sealed: string }[]>(Prisma.sql`
    SELECT held.connection_id AS "connectionId", connection.provider, held.sealed FROM connection_credentials held
    JOIN connections connection ON connection.user_id = held.user_id AND connection.id = held.connection_id
    WHERE held.user_id = ${userId}`);
  for (const { connectionId, provider, sealed } of rows) {
    const open = () => openCredentials(secrets, sealed, placeOf({ userId, connectionId }));
    await attempt(
      async () => providers.get(provider)?.connect?.revoke?.(counted(outside, provider), open()),
      () => db.connectionCredentials.deleteMany({ where: { userId, connectionId } }),
    );
  }
  for (const row of await db.connectionRevocation.findMany({ where: { userId } })) {
    await attempt(
      () => giveBack(platform, outside, row),
      () => db.connectionRevocation.deleteMany({ where: { userId, id: row.id } }),
    );
  }
  if (faults.length > 0) throw faults[0];
}
