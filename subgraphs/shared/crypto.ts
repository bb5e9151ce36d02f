import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from './config.ts';

/** Encrypts what must be read again (Apple refresh tokens, signing keys, webhook secrets). */
export interface Secrets {
  /** `place` is bound as additional data (`table|row id|user id`): a ciphertext moved to another row does not open. */
  seal(plaintext: string, place: string): string;
  /** @throws Error when the text was changed, belongs to another place, or its key is unknown. */
  open(sealed: string, place: string): string;
}

/**
 * AES-256-GCM with a 96-bit random nonce (NIST SP 800-38D). The sealed text is `v1.keyId.nonce.tag.ciphertext`, so that
 * keys can be replaced one row at a time. `keys` lists the current key first, then those still accepted for reading.
 */
export function createSecrets(keys: readonly Buffer[]): Secrets {
  const byId = new Map(keys.map((key) => [keyId(key), Buffer.from(hkdfSync('sha256', key, '', 'jarvis/at-rest', 32))]));
  const current = keyId(keys[0]!);
  return {
    seal(plaintext, place) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', byId.get(current)!, nonce).setAAD(Buffer.from(place));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return ['v1', current, ...[nonce, cipher.getAuthTag(), ciphertext].map((b) => b.toString('base64url'))].join('.');
    },
    open(sealed, place) {
      const [version, id = '', ...rest] = sealed.split('.');
      if (version !== 'v1' || rest.length !== 3) throw new Error('This is not a sealed secret.');
      const key = byId.get(id);
      if (!key) throw new Error('A secret was sealed with a key that is not configured.');
      const [nonce, tag, ciphertext] = rest.map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer, Buffer];
      // Without the length, Node would also accept tags of 4 bytes, which can be guessed.
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(Buffer.from(place));
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    },
  };
}

const keyId = (key: Buffer) => createHash('sha256').update('jarvis/key-id').update(key).digest('hex').slice(0, 8);

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
