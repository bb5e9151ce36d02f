import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Transform } from 'node:stream';
import { BackupError, type BackupKeys, derived, keyIdOf, keyOf } from './keys.ts';

/**
 * A stream sealed in chunks, after STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
 * Nonce-Reuse Misuse-Resistance") as age uses it:
 *
 *     header   8 bytes  "JARVISBK"
 *              1 byte   version, 1
 *              8 bytes  id of the backup key (`keyIdOf`)
 *             16 bytes  salt, random
 *             32 bytes  HMAC-SHA-256 of the 33 bytes before, under the key of headers
 *     chunks  65,536 bytes each, the last one 0 to 65,536 (0 only where there is nothing at all), each followed by its tag of 16
 *
 * Both keys come from the backup key by HKDF-SHA-256 with that salt; their info names the place that the stream was sealed
 * for, so that the object of another backup does not open. A chunk is sealed by AES-256-GCM; its nonce is its number (11
 * bytes, big endian, from 0) and one byte that is 1 for the last chunk: whatever is cut off, moved or repeated has another nonce.
 */
const magic = Buffer.from('JARVISBK');
const version = 1;
const saltBytes = 16;
const signedBytes = magic.length + 1 + 8 + saltBytes;
const headerBytes = signedBytes + 32;
const tagBytes = 16;
export const chunkBytes = 65_536;
const sealedChunkBytes = chunkBytes + tagBytes;
/** Among so many places before and after its own, a chunk that does not open is looked for: only to say what is wrong. */
const farthestMoved = 2_000;

function keysFor(key: Buffer, salt: Buffer, place: string) {
  return {
    content: derived(key, salt, `jarvis/backup/content|${place}`),
    header: derived(key, salt, `jarvis/backup/header|${place}`),
  };
}

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 3);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Seals what is written to it, for one place (`<backup id>/<object>`). */
export function createSealer(keys: BackupKeys, place: string): Transform {
  const salt = randomBytes(saltBytes);
  const { content, header } = keysFor(keys[0], salt, place);
  const signed = Buffer.concat([magic, Buffer.from([version]), keyIdOf(keys[0]), salt]);
  let number = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const sealed = (plain: Buffer, last: boolean) => {
    const cipher = createCipheriv('aes-256-gcm', content, nonceOf(number++, last), { authTagLength: tagBytes });
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const stream = new Transform({
    transform(piece: Buffer, _, done) {
      held.push(piece);
      heldBytes += piece.length;
      // The last chunk is known only at the end, so one full chunk may be held back.
      if (heldBytes > chunkBytes) {
        let all = Buffer.concat(held);
        for (; all.length > chunkBytes; all = all.subarray(chunkBytes))
          this.push(sealed(all.subarray(0, chunkBytes), false));
        held = [all];
        heldBytes = all.length;
      }
      done();
    },
    flush(done) {
      this.push(sealed(Buffer.concat(held), true));
      done();
    },
  });
  stream.push(Buffer.concat([signed, createHmac('sha256', header).update(signed).digest()]));
  return stream;
}

/**
 * Opens a sealed stream. Nothing of a chunk comes out before the whole chunk was found genuine; that nothing is missing is
 * known at the end.
 * @throws (as the stream's error) BackupError that says what is wrong: not a sealed stream, another key, another place or a
 * changed header, a damaged, moved or missing chunk, a missing end, something after the end.
 */
export function createOpener(keys: BackupKeys, place: string): Transform {
  let content: Buffer | undefined;
  let number = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;

  function readHeader(bytes: Buffer): void {
    if (!bytes.subarray(0, magic.length).equals(magic))
      throw new BackupError(`${place} is not a sealed stream of Jarvis.`);
    if (bytes[magic.length] !== version) {
      throw new BackupError(
        `${place} has the format ${bytes[magic.length]}, which this version of Jarvis does not know.`,
      );
    }
    const id = bytes.subarray(magic.length + 1, magic.length + 9);
    const salt = bytes.subarray(magic.length + 9, signedBytes);
    const derivedKeys = keysFor(keyOf(keys, id, place), salt, place);
    const expected = createHmac('sha256', derivedKeys.header).update(bytes.subarray(0, signedBytes)).digest();
    if (!timingSafeEqual(expected, bytes.subarray(signedBytes, headerBytes))) {
      throw new BackupError(`The header of ${place} was changed, or it belongs to another backup.`);
    }
    content = derivedKeys.content;
  }
  function attempt(sealed: Buffer, at: number, last: boolean): Buffer | null {
    const decipher = createDecipheriv('aes-256-gcm', content!, nonceOf(at, last), { authTagLength: tagBytes });
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
    } catch {
      return null;
    }
  }
  function open(sealed: Buffer, last: boolean): Buffer {
    const plain = sealed.length < tagBytes ? null : attempt(sealed, number, last);
    if (!plain) throw new BackupError(refusal(sealed, last));
    number++;
    return plain;
  }
  function refusal(sealed: Buffer, last: boolean): string {
    if (sealed.length >= tagBytes) {
      if (attempt(sealed, number, !last)) {
        return last
          ? `${place} was cut off after chunk ${number}: its end is missing.`
          : `${place} goes on after its last chunk, ${number}: something was added.`;
      }
      for (let at = Math.max(0, number - farthestMoved); at < number + farthestMoved; at++) {
        if (at !== number && (attempt(sealed, at, false) || attempt(sealed, at, true))) {
          return `In ${place}, chunk ${at} stands in the place of chunk ${number}: chunks were moved, repeated or left out.`;
        }
      }
    }
    const short = last && sealed.length < sealedChunkBytes;
    return `Chunk ${number} of ${place} is damaged${short ? ', or it was cut off within it' : ''}.`;
  }

  return new Transform({
    transform(piece: Buffer, _, done) {
      held.push(piece);
      heldBytes += piece.length;
      try {
        if (heldBytes > sealedChunkBytes + headerBytes) {
          let all = Buffer.concat(held);
          if (!content) {
            readHeader(all);
            all = all.subarray(headerBytes);
          }
          for (; all.length > sealedChunkBytes; all = all.subarray(sealedChunkBytes)) {
            this.push(open(all.subarray(0, sealedChunkBytes), false));
          }
          held = [all];
          heldBytes = all.length;
        }
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        let all = Buffer.concat(held);
        if (!content) {
          if (all.length < headerBytes) throw new BackupError(`${place} was cut off within its header.`);
          readHeader(all);
          all = all.subarray(headerBytes);
        }
        // More than one chunk may be left: the last piece may have been smaller than a header.
        for (; all.length > sealedChunkBytes; all = all.subarray(sealedChunkBytes)) {
          this.push(open(all.subarray(0, sealedChunkBytes), false));
        }
        if (all.length === 0) throw new BackupError(`${place} was cut off after its header.`);
        this.push(open(all, true));
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
