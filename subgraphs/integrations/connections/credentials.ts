import { z } from 'zod';
import type { Secrets } from '../../shared/crypto.ts';
import type { Tx } from '../../shared/db.ts';
import type { Credentials } from '../providers/provider.ts';

/** What providers gave for calling them, as it lies in the database: sealed, each bound to its row. */

/** Credentials with the number of their change, by which the later of two is known. */
export interface StoredCredentials {
  credentials: Credentials;
  version: number;
}

/** Who has them: a connection of a person. */
export interface Holder {
  userId: string;
  connectionId: string;
}

const stored = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  expiresAt: z.coerce.date().nullable(),
  scopes: z.array(z.string()),
});

export const sealCredentials = (secrets: Secrets, credentials: Credentials, place: string): string =>
  secrets.seal(JSON.stringify(credentials), place);
/** @throws Error when the text is not of this place. */
export const openCredentials = (secrets: Secrets, sealed: string, place: string): Credentials =>
  stored.parse(JSON.parse(secrets.open(sealed, place)));

export const placeOf = ({ userId, connectionId }: Holder) => `connection_credentials|${connectionId}|${userId}`;

/** Null when the connection is no more, or has none. */
export async function readCredentials(db: Tx, secrets: Secrets, holder: Holder): Promise<StoredCredentials | null> {
  const row = await db.connectionCredentials.findUnique({ where: { userId_connectionId: holder } });
  return row && { credentials: openCredentials(secrets, row.sealed, placeOf(holder)), version: row.version };
}

/** Stores what a sign-in gave, in place of what was there. */
export async function writeCredentials(
  db: Tx,
  secrets: Secrets,
  holder: Holder,
  credentials: Credentials,
  now: Date,
): Promise<void> {
  const data = columnsOf(secrets, holder, credentials, now);
  await db.connectionCredentials.upsert({
    where: { userId_connectionId: holder },
    create: { ...holder, ...data },
    update: { ...data, version: { increment: 1 } },
  });
}

/** Stores what a refresh gave; false when what it was made from is no longer what is stored. */
export async function replaceCredentials(
  db: Tx,
  secrets: Secrets,
  holder: Holder,
  version: number,
  credentials: Credentials,
  now: Date,
): Promise<boolean> {
  const { count } = await db.connectionCredentials.updateMany({
    where: { ...holder, version },
    data: { ...columnsOf(secrets, holder, credentials, now), version: version + 1 },
  });
  return count > 0;
}

const columnsOf = (secrets: Secrets, holder: Holder, credentials: Credentials, now: Date) => ({
  sealed: sealCredentials(secrets, credentials, placeOf(holder)),
  scopes: [...credentials.scopes],
  expiresAt: credentials.expiresAt,
  updatedAt: now,
});
