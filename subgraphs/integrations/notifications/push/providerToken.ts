import { importPKCS8, SignJWT } from 'jose';
import type { Platform } from '../../../shared/platform.ts';
import { transaction } from '../../../shared/subgraph.ts';

/** The key of a developer team, by which APNs knows us. */
export interface PushKey {
  pem: string;
  keyId: string;
  teamId: string;
}

export type TokenHouse = Pick<Platform, 'db' | 'secrets' | 'now'>;

export interface ProviderToken {
  text: string;
  issuedAt: Date;
}

const minute = 60_000;
/** Apple takes a token for an hour. */
const usedFor = 45 * minute;
/** And refuses those who make new ones more often than this. */
const leastAge = 20 * minute;

/**
 * The token by which every process of the installation is known to APNs, made anew when it is 45 minutes old. It lives in the database: were
 * each process to make its own, a few restarts would be enough for Apple to refuse them all.
 * @param refused a token that APNs called expired: another one is wanted, if there may be one already.
 */
export async function readProviderToken(house: TokenHouse, key: PushKey, refused?: string): Promise<ProviderToken> {
  const { db, secrets, now } = house;
  const keyId = `${key.teamId}.${key.keyId}`;
  const place = `push_provider_tokens|${keyId}`;
  const usable = (row: { sealedToken: string; issuedAt: Date } | null): ProviderToken | null => {
    if (!row) return null;
    const text = openToken(row.sealedToken);
    const age = now().getTime() - row.issuedAt.getTime();
    return text !== null && (age < leastAge || (age < usedFor && text !== refused))
      ? { text, issuedAt: row.issuedAt }
      : null;
  };
  const openToken = (sealed: string) => {
    try {
      return secrets.open(sealed, place);
    } catch {
      return null; // Sealed with a key that is no more: a new one will do.
    }
  };
  const found = usable(await db.pushProviderToken.findUnique({ where: { keyId } }));
  if (found) return found;
  return transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${place}, 0))`;
    const meanwhile = usable(await tx.pushProviderToken.findUnique({ where: { keyId } }));
    if (meanwhile) return meanwhile;
    const issuedAt = now();
    const text = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: key.keyId })
      .setIssuer(key.teamId)
      .setIssuedAt(Math.floor(issuedAt.getTime() / 1_000))
      .sign(await importPKCS8(key.pem, 'ES256'));
    const row = { sealedToken: secrets.seal(text, place), issuedAt };
    await tx.pushProviderToken.upsert({ where: { keyId }, create: { keyId, ...row }, update: row });
    return { text, issuedAt };
  });
}
