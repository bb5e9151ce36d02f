import { createHash } from 'node:crypto';
import { Unzip, UnzipInflate } from 'fflate';
import { z } from 'zod';
import { archiveVersion } from './archive.ts';

/** Compressed bytes that are unpacked at once: at the most 16 MB come of them. Others may run in between. */
const slice = 16 * 1024;
/** An archive of texts is seldom packed more tightly than twenty to one. What claims more than this is no archive of ours. */
const tightest = 100;
const mostUnpacked = 1024 * 1024 * 1024;
const mostFiles = 500;
const longestLine = 4 * 1024 * 1024;

/** An archive that cannot be taken in; the message is a sentence for the person. */
export class BadArchive extends Error {}

const manifestOf = z.object({
  version: z.number(),
  userId: z.string().regex(/^user_[0-9a-f]{32}$/),
  files: z
    .array(z.object({ path: z.string(), rows: z.number(), bytes: z.number(), sha256: z.string() }))
    .max(mostFiles),
});
export type Manifest = z.infer<typeof manifestOf>;

type Take = (chunk: Uint8Array) => void;

/** Unpacks a ZIP piece by piece. `open` says who takes a file's bytes (null: nobody); `after` is waited for after each piece. */
async function unpack(content: Uint8Array, open: (path: string) => Take | null, after?: () => Promise<void>) {
  let unpacked = 0;
  let files = 0;
  let open_ = 0;
  const limit = Math.min(mostUnpacked, content.length * tightest + 1024 * 1024);
  const unzip = new Unzip((file) => {
    if (++files > mostFiles) throw new BadArchive('The archive holds too many files.');
    const take = open(file.name);
    if (!take) return;
    open_++;
    file.ondata = (error, chunk, final) => {
      if (error) throw error;
      unpacked += chunk.length;
      if (unpacked > limit) throw new BadArchive('The archive unpacks to far more than an archive of Jarvis would.');
      take(chunk);
      if (final) open_--;
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < content.length; at += slice) {
      unzip.push(content.subarray(at, at + slice), at + slice >= content.length);
      await new Promise(setImmediate);
      await after?.();
    }
  } catch (error) {
    if (error instanceof BadArchive || !isUnzipFault(error)) throw error;
    throw new BadArchive('This is not a ZIP archive, or not a whole one.');
  }
  if (open_ > 0) throw new BadArchive('The archive is not whole: its end is missing.');
}

/** fflate numbers its errors. */
const isUnzipFault = (error: unknown) =>
  error instanceof Error && typeof (error as { code?: unknown }).code === 'number';

/**
 * Reads an archive once without keeping anything of it, and compares every file with the manifest.
 * @throws BadArchive for what is no archive, not whole, changed, or of a version that is not known here.
 */
export async function checkArchive(content: Uint8Array): Promise<Manifest> {
  const seen = new Map<string, { bytes: number; hash: ReturnType<typeof createHash> }>();
  let manifestText = '';
  const decoder = new TextDecoder();
  await unpack(content, (path) => {
    if (path === 'manifest.json') {
      return (chunk) => {
        manifestText += decoder.decode(chunk, { stream: true });
        if (manifestText.length > longestLine) throw new BadArchive('The manifest is too long.');
      };
    }
    if (seen.has(path)) throw new BadArchive(`The archive holds ${path} twice.`);
    const file = { bytes: 0, hash: createHash('sha256') };
    seen.set(path, file);
    return (chunk) => {
      file.bytes += chunk.length;
      file.hash.update(chunk);
    };
  });
  const manifest = parseManifest(manifestText);
  if (manifest.version !== archiveVersion) {
    throw new BadArchive(
      `The archive is of version ${manifest.version}; version ${archiveVersion} is understood here.`,
    );
  }
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = seen.get(path);
    if (file?.bytes !== bytes || file.hash.digest('hex') !== sha256) {
      throw new BadArchive(`${path} is not what the manifest says: the archive was changed or damaged.`);
    }
    seen.delete(path);
  }
  for (const path of seen.keys()) throw new BadArchive(`The manifest does not know ${path}: the archive was changed.`);
  return manifest;
}

function parseManifest(text: string): Manifest {
  try {
    return manifestOf.parse(JSON.parse(text));
  } catch {
    throw new BadArchive('The archive has no manifest.json that can be read: it is none of Jarvis, or not whole.');
  }
}

/** Hands on the lines of one file, about so many at a time, with the number of the first (from 1). */
export async function eachBatch(
  content: Uint8Array,
  path: string,
  size: number,
  work: (lines: string[], first: number) => Promise<void>,
): Promise<void> {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let rest = '';
  let first = 1;
  const hand = async (least: number) => {
    while (lines.length >= least && lines.length > 0) {
      const batch = lines.splice(0, size);
      await work(batch, first);
      first += batch.length;
    }
  };
  await unpack(
    content,
    (name) =>
      name === path
        ? (chunk) => {
            const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
            rest = parts.pop()!;
            if (rest.length > longestLine) throw new BadArchive(`A line of ${path} is too long.`);
            lines.push(...parts);
          }
        : null,
    () => hand(size),
  );
  if (rest) lines.push(rest);
  await hand(1);
}
