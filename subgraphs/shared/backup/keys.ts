import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** Keys of backups: the current one seals, all of them open. */
export type BackupKeys = readonly [current: Buffer, ...old: Buffer[]];

/** A backup, or a part of it, that must not be used; the message says what is wrong with it. */
export class BackupError extends Error {
  override name = 'BackupError';
}

/** Tells keys apart without telling anything of them: 8 bytes. */
export const keyIdOf = (key: Buffer) =>
  createHash('sha256').update('jarvis/backup/key-id').update(key).digest().subarray(0, 8);

/** @throws BackupError when the key that something was sealed with is not configured. */
export function keyOf(keys: BackupKeys, id: Buffer, what: string): Buffer {
  const key = keys.find((one) => keyIdOf(one).equals(id));
  if (!key) {
    throw new BackupError(
      `${what} was sealed with another key (id ${id.toString('hex')}): set BACKUP_KEY or OLD_BACKUP_KEYS to the one it was made with.`,
    );
  }
  return key;
}

/** HKDF-SHA-256 (RFC 5869), 32 bytes. */
export const derived = (key: Buffer, salt: Buffer, info: string) =>
  Buffer.from(hkdfSync('sha256', key, salt, info, 32));

/** HMAC-SHA-256 under a key that does nothing else. */
export const authenticate = (key: Buffer, purpose: string, text: string | Buffer) =>
  createHmac('sha256', derived(key, Buffer.alloc(0), `jarvis/backup/${purpose}`))
    .update(text)
    .digest();
