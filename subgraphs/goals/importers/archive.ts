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
  let seen = 0;
  let unpacked = 0;
  const archive = new Unzip((file) => {
    seen += 1;
    if (seen > limits.files) throw new ArchiveError(`the archive has more than ${limits.files} files`);
    if (!wanted(file.name) || files.has(file.name)) return;
    const pieces: Uint8Array[] = [];
    files.set(file.name, pieces);
    file.ondata = (error, data) => {
      if (error) throw new ArchiveError('the archive is damaged or in a form that cannot be read');
      unpacked += data.length;
      if (unpacked > limits.unpackedBytes) throw new ArchiveError('the archive unpacks to more than is allowed');
      pieces.push(data);
    };
    file.start();
  });
  archive.register(UnzipInflate);
  try {
    for (let at = 0; at < input.length; at += PIECE) {
      archive.push(input.subarray(at, at + PIECE), at + PIECE >= input.length);
    }
  } catch (error) {
    const known = error instanceof ArchiveError;
    return { message: known ? error.message : 'the archive is damaged or in a form that cannot be read' };
  }
  if (seen === 0) return { message: 'the file is not a ZIP archive' };
  return { files: new Map([...files].map(([name, pieces]) => [name, Uint8Array.from(Buffer.concat(pieces))])) };
}

class ArchiveError extends Error {}
