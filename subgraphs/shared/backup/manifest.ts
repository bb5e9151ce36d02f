import { createHash, timingSafeEqual } from 'node:crypto';
import { Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { SequenceState, TableShape } from './catalogue.ts';
import type { TableSum } from './dump.ts';
import { authenticate, BackupError, type BackupKeys, keyIdOf, keyOf } from './keys.ts';
import type { Storage } from './storage.ts';

/** What a backup is made of. It is written last: without it there is no backup. */
export interface Manifest {
  format: 1;
  id: string;
  /** When the snapshot was taken: nothing later is in it. ISO 8601, UTC. */
  snapshotAt: string;
  finishedAt: string;
  postgres: string;
  migrations: { name: string; checksum: string }[];
  tables: (TableShape & TableSum)[];
  sequences: SequenceState[];
  /** Schemas that are not in it. */
  leftOut: string[];
  /** Ids of the keys that secrets in columns are sealed with: whoever restores needs those as well. */
  encryptionKeys: string[];
  objects: { data: StoredPart; heads: StoredPart };
}

export interface StoredPart {
  name: string;
  bytes: number;
  /** Of the sealed bytes, hexadecimal. */
  sha256: string;
}

/** A stream that hands on what comes through; `result` is the size and hash of it, at its end. */
export function createMeasure(): { stream: Transform; result(): Pick<StoredPart, 'bytes' | 'sha256'> } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(piece: Buffer, _, done) {
      hash.update(piece);
      bytes += piece.length;
      done(null, piece);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}

/** The folder of backups, beside that of erasures. */
export const folder = 'backups';
const idForm = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
export const partName = (id: string, part: string) => `${folder}/${id}/${part}`;

interface SignedManifest {
  keyId: string;
  mac: string;
  /** The manifest as it was signed, to the byte. */
  manifest: string;
}

export async function writeManifest(storage: Storage, keys: BackupKeys, manifest: Manifest): Promise<void> {
  const signed = JSON.stringify(manifest);
  const mac = authenticate(keys[0], 'manifest', signed).toString('hex');
  const file: SignedManifest = { keyId: keyIdOf(keys[0]).toString('hex'), mac, manifest: signed };
  await storage.put(partName(manifest.id, 'manifest.json'), JSON.stringify(file, null, 1));
}

/** @throws BackupError when there is no such backup, or its manifest is not genuine or another's. */
export async function readManifest(storage: Storage, keys: BackupKeys, id: string): Promise<Manifest> {
  const what = `The manifest of ${id}`;
  const stream = idForm.test(id) ? await storage.read(partName(id, 'manifest.json')) : null;
  if (!stream) throw new BackupError(`There is no backup ${id}: it has no manifest.`);
  const file = parsed(await text(stream)) as SignedManifest;
  const key = keyOf(keys, Buffer.from(file.keyId, 'hex'), what);
  const expected = authenticate(key, 'manifest', file.manifest);
  const mac = Buffer.from(file.mac, 'hex');
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new BackupError(`${what} was changed: its signature does not fit.`);
  }
  const manifest = JSON.parse(file.manifest) as Manifest;
  if (manifest.format !== 1) {
    throw new BackupError(`${what} has the format ${manifest.format}, which this version of Jarvis does not know.`);
  }
  if (manifest.id !== id) throw new BackupError(`${what} is that of another backup, ${manifest.id}.`);
  return manifest;

  function parsed(json: string): unknown {
    try {
      const value = JSON.parse(json);
      if (['keyId', 'mac', 'manifest'].every((name) => typeof value?.[name] === 'string')) return value;
    } catch {
      // Said below.
    }
    throw new BackupError(`${what} is damaged: it cannot be read.`);
  }
}

export interface StoredBackup {
  id: string;
  /** From the id, to the second. */
  at: Date;
  bytes: number;
  /** Whether it has a manifest; its signature is checked where it is used. */
  complete: boolean;
  /** When its newest part came, by the clock of the storage. */
  storedAt: Date;
  parts: string[];
}

/** Everything in the folder of backups, oldest first; also what is unfinished. */
export async function listBackups(storage: Storage): Promise<StoredBackup[]> {
  const found = new Map<string, StoredBackup>();
  for await (const { name, bytes, storedAt } of storage.list(folder)) {
    const [, id = '', part = ''] = name.split('/');
    if (!idForm.test(id)) continue;
    const backup = found.get(id) ?? { id, at: timeOf(id), bytes: 0, complete: false, storedAt, parts: [] };
    backup.bytes += bytes;
    backup.parts.push(name);
    if (part === 'manifest.json') backup.complete = true;
    if (storedAt > backup.storedAt) backup.storedAt = storedAt;
    found.set(id, backup);
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** @throws BackupError when there is none. */
export async function latestBackup(storage: Storage): Promise<StoredBackup> {
  const latest = (await listBackups(storage)).filter(({ complete }) => complete).at(-1);
  if (!latest) throw new BackupError('There is no backup in the bucket.');
  return latest;
}

/** `20261127T030000Z-` and chance: ids sort by time. */
export const newBackupId = (at: Date, random: Buffer) =>
  `${at.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}-${random.toString('hex')}`;

function timeOf(id: string): Date {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id)!;
  return new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}
