import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from './config.ts';

/** Encrypts what must be read again (access to other services, Apple refresh tokens, signing keys, webhook secrets). */
export interface Secrets {
  /** `place` is bound as additional data (`table|row id|user id`): a ciphertext moved to another row does not open. */
  seal(plaintext: string, place: string): string;
  /** @throws Error when the text was changed, belongs to another place, or its key is unknown. */
  open(sealed: string, place: string): string;
  /**
   * The same secret under the current key, so that an old one can be removed; null when it is already.
   * @throws Error like `open`.
   */
  reseal(sealed: string, place: string): string | null;
  /** How texts begin that need no `reseal`. */
  readonly currentMark: string;
}

/**
 * Envelopes of AES-256-GCM: each secret has a random key of its own, and that lies wrapped under the current key with it, both with a 96-bit
 * random nonce (NIST SP 800-38D) and the place as additional data. The sealed text is `v2.keyId.wrapped.content`, so that keys can be replaced
 * one row at a time, without opening what is inside. `v1.keyId.nonce.tag.ciphertext` has no key of its own; it can still be read. `keys` lists
 * the current key first, then those still accepted for reading.
 */
export function createSecrets(keys: readonly Buffer[]): Secrets {
  const byId = new Map(keys.map((key) => [keyId(key), Buffer.from(hkdfSync('sha256', key, '', 'jarvis/at-rest', 32))]));
  const current = keyId(keys[0]!);
  const currentMark = `v2.${current}.`;
  const keyOf = (id: string) => {
    const key = byId.get(id);
    if (!key) throw new Error('A secret was sealed with a key that is not configured.');
    return key;
  };
  /** The key of one secret, from its envelope. */
  const unwrap = (id: string, wrapped: string, place: string) =>
    decrypt(keyOf(id), Buffer.from(wrapped, 'base64url'), place);
  const wrap = (key: Buffer, place: string) => encrypt(keyOf(current), key, place).toString('base64url');

  function seal(plaintext: string, place: string): string {
    const key = randomBytes(32);
    const content = encrypt(key, Buffer.from(plaintext, 'utf8'), place);
    return `${currentMark}${wrap(key, place)}.${content.toString('base64url')}`;
  }
  function open(sealed: string, place: string): string {
    const { version, id, parts } = readSealed(sealed);
    if (version === 'v1') {
      const bytes = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64url')));
      if (Buffer.from(parts[1]!, 'base64url').length !== tagBytes) throw new Error('This is not a sealed secret.');
      return decrypt(keyOf(id), bytes, place).toString('utf8');
    }
    const key = unwrap(id, parts[0]!, place);
    return decrypt(key, Buffer.from(parts[1]!, 'base64url'), place).toString('utf8');
  }
  return {
    seal,
    open,
    reseal(sealed, place) {
      if (sealed.startsWith(currentMark)) return null;
      const { version, id, parts } = readSealed(sealed);
      if (version === 'v1') return seal(open(sealed, place), place);
      return `${currentMark}${wrap(unwrap(id, parts[0]!, place), place)}.${parts[1]}`;
    },
    currentMark,
  };
}

const partsOf: Record<string, number> = { v1: 3, v2: 2 };
const nonceBytes = 12;
/** Stated where it is read as well: without it, Node would also accept tags of 4 bytes, which can be guessed. */
const tagBytes = 16;

/** @throws Error when the text has not the form of a sealed secret. */
function readSealed(sealed: string): { version: string; id: string; parts: string[] } {
  const [version = '', id = '', ...parts] = sealed.split('.');
  // Each text has one spelling: of lax base64, the last letter could be another.
  const isExact = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part;
  if (!Object.hasOwn(partsOf, version) || parts.length !== partsOf[version] || !parts.every(isExact)) {
    throw new Error('This is not a sealed secret.');
  }
  return { version, id, parts };
}

/** Nonce, tag and ciphertext in one. */
function encrypt(key: Buffer, plaintext: Buffer, place: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

function decrypt(key: Buffer, sealed: Buffer, place: string): Buffer {
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
}

/** The id of a key in what it sealed. */
export const keyId = (key: Buffer) =>
  createHash('sha256').update('jarvis/key-id').update(key).digest('hex').slice(0, 8);

/**
 * The configured keys, the current one first; or outside production one that is made once and kept (mode 600) under DATA_DIR.
 * @throws ConfigError when that file holds no key.
 */
export function encryptionKeys(config: Config): Buffer[] {
  const old = config.OLD_ENCRYPTION_KEYS.map((key) => Buffer.from(key, 'hex'));
  return [config.ENCRYPTION_KEY ? Buffer.from(config.ENCRYPTION_KEY, 'hex') : keptKey(config.DATA_DIR), ...old];
}

function keptKey(directory: string): Buffer {
  const file = join(directory, 'encryption-key');
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true });
    // Complete before it gets its name, and the first one wins: processes that start at once share one key.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  const text = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new ConfigError(`${file} must hold 64 hexadecimal digits. Restore it, or set ENCRYPTION_KEY.`);
  }
  return Buffer.from(text, 'hex');
}

/** SHA-256 as hexadecimal text: for 256-bit random tokens, which need no slow hash. */
export const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** A random token of 256 bits, base64url, with a readable prefix. */
export const randomToken = (prefix = '') => `${prefix}${randomBytes(32).toString('base64url')}`;
