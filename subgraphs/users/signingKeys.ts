import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
  type JWK,
} from 'jose';
import type { SigningKey } from '../../prisma/generated/client.ts';
import type { Db, Prisma, Tx } from '../shared/db.ts';
import type { Platform } from '../shared/platform.ts';
import { transaction } from '../shared/subgraph.ts';

/** What the keys are kept with. */
export type KeyHouse = Pick<Platform, 'db' | 'secrets' | 'now'>;

const minute = 60_000;
const day = 24 * 60 * minute;
/** A key signs for so long. */
const duty = 30 * day;
/** And is published so long before, for whoever caches the JWKS. */
const notice = day;
/** After its duty it is still accepted: the last access token's 15 minutes, clock skew, and some. */
const aftermath = 60 * minute;
/** Keys made by another process are seen at the latest after this; the notice is far longer. */
const cacheTime = 10 * minute;
/** An unknown `kid` makes us look again at most this often. */
const lookAgain = 5_000;

interface KeyCache {
  rows: SigningKey[];
  loadedAt: number;
  private: Map<string, CryptoKey>;
  public: Map<string, CryptoKey>;
}
const caches = new WeakMap<Db, KeyCache>();

const algorithm = 'ES256';
const place = (kid: string) => `signing_keys|${kid}|`;

/** The key that signs now; made when there is none. */
export async function signingKey(house: KeyHouse): Promise<{ kid: string; key: CryptoKey }> {
  const cache = await load(house);
  let row = active(cache.rows, house.now());
  if (!row) row = active((await makeFirst(house)).rows, house.now());
  if (!row) throw new Error('There is no key to sign access tokens with.');
  const { kid } = row;
  const keys = caches.get(house.db)!.private;
  const key = keys.get(kid) ?? (await importPKCS8(house.secrets.open(row.privateKey, place(kid)), algorithm));
  keys.set(kid, key);
  return { kid, key };
}

/** The public key of that name, or null when there is none that still holds. */
export async function verificationKey(house: KeyHouse, kid: string): Promise<CryptoKey | null> {
  const now = house.now();
  let cache = await load(house);
  const find = () => cache.rows.find((row) => row.kid === kid && row.expiresAt > now);
  let row = find();
  if (!row && now.getTime() - cache.loadedAt >= lookAgain) {
    cache = await reload(house);
    row = find();
  }
  if (!row) return null;
  const key = cache.public.get(kid) ?? ((await importJWK(row.publicJwk as JWK, algorithm)) as CryptoKey);
  cache.public.set(kid, key);
  return key;
}

/** The public keys as a JWK Set (RFC 7517): those that sign, will sign within a day, or signed a moment ago. */
export async function jwks(platform: KeyHouse): Promise<{ keys: JWK[] }> {
  await signingKey(platform);
  const now = platform.now();
  const { rows } = await load(platform);
  return { keys: rows.filter((row) => row.expiresAt > now).map((row) => row.publicJwk as JWK) };
}

/**
 * Makes the next key a day before the current one's 30 days end, and deletes those that have ended. For a job that runs
 * at least daily; safe to run anywhere, any number of times.
 */
export async function rotateSigningKeys(platform: KeyHouse): Promise<void> {
  const now = platform.now();
  await transaction(platform.db, async (tx) => {
    await lock(tx);
    await tx.signingKey.deleteMany({ where: { expiresAt: { lt: now } } });
    const [newest] = await tx.signingKey.findMany({ orderBy: { activeAt: 'desc' }, take: 1 });
    if (!newest) return insert(tx, platform, now);
    const end = newest.activeAt.getTime() + duty;
    if (now.getTime() < end - notice) return;
    // When nobody ran this in time, the old key signs a day longer, so that the new one is still published before.
    const activeAt = new Date(Math.max(end, now.getTime() + notice));
    await insert(tx, platform, activeAt);
    await tx.signingKey.updateMany({
      where: { activeAt: { lt: activeAt } },
      data: { expiresAt: new Date(activeAt.getTime() + aftermath) },
    });
  });
  await reload(platform);
}

const active = (rows: readonly SigningKey[], now: Date) =>
  rows.findLast((row) => row.activeAt <= now && row.expiresAt.getTime() > now.getTime() + 16 * minute);

async function load(house: KeyHouse): Promise<KeyCache> {
  const cache = caches.get(house.db);
  const age = cache ? house.now().getTime() - cache.loadedAt : Number.NaN;
  return cache && age >= 0 && age < cacheTime ? cache : reload(house);
}

async function reload(house: KeyHouse): Promise<KeyCache> {
  const rows = await house.db.signingKey.findMany({ orderBy: [{ activeAt: 'asc' }, { kid: 'asc' }] });
  const old = caches.get(house.db);
  const cache: KeyCache = {
    rows,
    loadedAt: house.now().getTime(),
    private: old?.private ?? new Map(),
    public: old?.public ?? new Map(),
  };
  caches.set(house.db, cache);
  return cache;
}

async function makeFirst(house: KeyHouse): Promise<KeyCache> {
  await transaction(house.db, async (tx) => {
    await lock(tx);
    const rows = await tx.signingKey.findMany({ orderBy: { activeAt: 'asc' } });
    if (!active(rows, house.now())) await insert(tx, house, house.now());
  });
  return reload(house);
}

/** Of several processes that start at once, one makes the key. */
const lock = (tx: Tx) => tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('jarvis/signing_keys'))`;

async function insert(tx: Tx, { secrets, now }: Pick<KeyHouse, 'secrets' | 'now'>, activeAt: Date): Promise<void> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const bare = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(bare);
  await tx.signingKey.create({
    data: {
      kid,
      publicJwk: { ...bare, kid, alg: algorithm, use: 'sig' } as Prisma.InputJsonObject,
      privateKey: secrets.seal(await exportPKCS8(pair.privateKey), place(kid)),
      createdAt: now(),
      activeAt,
      // Shortened as soon as its successor is known.
      expiresAt: new Date(activeAt.getTime() + 2 * duty),
    },
  });
}
