import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { BackupKeys } from './keys.ts';
import { createOpener, createSealer } from './sealedStream.ts';
import type { Storage } from './storage.ts';

/**
 * The list of erased accounts beside the backups: a sealed object for each, under the hash of the user id. It only grows. A
 * restored backup that is older than an erasure learns of it here.
 */
const folder = 'erasures';
const nameOf = (userHash: string) => `${folder}/${userHash}`;

export async function listErasure(
  storage: Storage,
  keys: BackupKeys,
  userHash: string,
  finishedAt: Date,
): Promise<void> {
  const content = JSON.stringify({ userHash, finishedAt: finishedAt.toISOString() });
  await storage.put(
    nameOf(userHash),
    await buffer(Readable.from([Buffer.from(content)]).pipe(createSealer(keys, nameOf(userHash)))),
  );
}

/** Hashes of the user ids of all who were erased. Whether an entry is genuine says `checkErasure`. */
export async function listedErasures(storage: Storage): Promise<Set<string>> {
  const hashes = new Set<string>();
  for await (const { name } of storage.list(folder)) hashes.add(name.slice(folder.length + 1));
  return hashes;
}

/** @throws BackupError when the entry was not made by us: whoever can write to the bucket cannot have accounts erased. */
export async function checkErasure(storage: Storage, keys: BackupKeys, userHash: string): Promise<void> {
  const stream = await storage.read(nameOf(userHash));
  if (stream) await buffer(stream.pipe(createOpener(keys, nameOf(userHash))));
}
