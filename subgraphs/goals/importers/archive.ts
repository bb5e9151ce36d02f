/** Unpacks a ZIP archive within bounds, whatever its headers claim. */
import { Unzip, UnzipInflate } from 'fflate';
import { IMPORT_LIMITS } from './history.ts';

export interface ArchiveLimits {
  inputBytes: number;
  /** Of all kept files together, unpacked. */
  unpackedBytes: number;
  files: number;
}

const LIMITS: ArchiveLimits = {
  inputBytes: IMPORT_LIMITS.inputBytes,
  unpackedBytes: IMPORT_LIMITS.unpackedBytes,
  files: IMPORT_LIMITS.archiveFiles,
};

const DAMAGED = 'the archive is damaged or in a form that cannot be read';

/** Small enough that one piece cannot inflate past the bound by much: deflate grows at most 1032 times. */
const PIECE = 4_096;

/**
 * The files whose names are wanted, unpacked. Sizes in headers are not believed: bytes are counted as they come out, and
 * unpacking stops when they exceed the bound, so a ZIP bomb costs no more than the bound. Nothing is written anywhere,
 * and names are only ever compared, so a path like `../x` does nothing.
 */
export function unpack(
  input: Uint8Array,
  wanted: (name: string) => boolean,
  limits: ArchiveLimits = LIMITS,
): { files: Map<string, Uint8Array> } | { message: string } {
  if (input.byteLength > limits.inputBytes) {
    return { message: `the file is larger than ${Math.floor(limits.inputBytes / 1024 / 1024)} MB` };
  }
  const files = new Map<string, Uint8Array[]>();
  /** Files that have begun and not ended: any left at the end means the archive was cut off. */
  const open = new Set<string>();
  let seen = 0;
  let unpacked = 0;
  // The first reason stays: fflate catches what is thrown below and reports it to `ondata` as damage.
  let reason: string | null = null;
  const stop = (message: string): never => {
    reason ??= message;
    throw new Error(reason);
  };
  const archive = new Unzip((file) => {
    seen += 1;
    if (seen > limits.files) stop(`the archive has more than ${limits.files} files`);
    if (!wanted(file.name) || files.has(file.name)) return;
    const pieces: Uint8Array[] = [];
    files.set(file.name, pieces);
    open.add(file.name);
    file.ondata = (error, data, final) => {
      if (error) stop(DAMAGED);
      unpacked += data.length;
      if (unpacked > limits.unpackedBytes) stop('the archive unpacks to more than is allowed');
      pieces.push(data);
      if (final) open.delete(file.name);
    };
    file.start();
  });
  archive.register(UnzipInflate);
  try {
    for (let at = 0; at < input.length; at += PIECE) {
      archive.push(input.subarray(at, at + PIECE), at + PIECE >= input.length);
    }
  } catch {
    return { message: reason ?? DAMAGED };
  }
  if (open.size > 0) return { message: DAMAGED };
  if (seen === 0) return { message: 'the file is not a ZIP archive' };
  return { files: new Map([...files].map(([name, pieces]) => [name, Uint8Array.from(Buffer.concat(pieces))])) };
}
