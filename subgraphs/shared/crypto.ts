import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';

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
      const [version, id, nonce, tag, ciphertext] = sealed.split('.');
      const key = byId.get(id ?? '');
      if (version !== 'v1' || !key) throw new Error('A secret was sealed with a key that is not configured.');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce!, 'base64url'))
        .setAAD(Buffer.from(place))
        .setAuthTag(Buffer.from(tag!, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(ciphertext!, 'base64url')), decipher.final()]).toString('utf8');
    },
  };
}

const keyId = (key: Buffer) => createHash('sha256').update('jarvis/key-id').update(key).digest('hex').slice(0, 8);

/** The configured key, or outside production one that is made once and kept (mode 600) under DATA_DIR. */
export function encryptionKey(config: Config): Buffer {
  if (config.ENCRYPTION_KEY) return Buffer.from(config.ENCRYPTION_KEY, 'hex');
  const file = join(config.DATA_DIR, 'encryption-key');
  if (!existsSync(file)) {
    mkdirSync(config.DATA_DIR, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    chmodSync(file, 0o600);
  }
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
}

/** SHA-256 as hexadecimal text: for 256-bit random tokens, which need no slow hash. */
export const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** A random token of 256 bits, base64url, with a readable prefix. */
export const randomToken = (prefix = '') => `${prefix}${randomBytes(32).toString('base64url')}`;
