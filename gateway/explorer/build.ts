import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, '../..');
const dist = join(here, 'dist');
/** Holds the hash of what the present build was made from. */
const stampFile = join(dist, '.built-from');

/**
 * Builds the explorer into gateway/explorer/dist, with brotli and gzip copies of every text file beside it.
 * Does nothing when the sources, the shared operations and the lockfile are those of the last build.
 *
 * @param options.force build even when nothing changed
 * @returns `'built'`, or `'unchanged'` when the last build is still good
 * @throws when vite finds a fault in the sources
 */
export async function buildExplorer({ force = false }: { force?: boolean } = {}): Promise<'built' | 'unchanged'> {
  const stamp = await hashOfSources();
  if (!force && (await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return 'unchanged';

  // Built elsewhere and moved into place, so that a running gateway never serves half a build.
  const building = join(repository, 'node_modules/.cache', `jarvis-explorer-${process.pid}`);
  await mkdir(dirname(building), { recursive: true });
  try {
    // Imported here because vite is a development dependency: an installation without it may still serve the page.
    const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
    await build({
      root: here,
      configFile: false,
      logLevel: 'error',
      plugins: [react()],
      worker: { format: 'es' },
      build: {
        outDir: building,
        emptyOutDir: true,
        target: 'es2022',
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        chunkSizeWarningLimit: 10_000,
      },
    });
    await compressFiles(building);
    await writeFile(join(building, '.built-from'), stamp);
    await rm(dist, { recursive: true, force: true });
    await rename(building, dist);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return 'built';
}

async function hashOfSources(): Promise<string> {
  const files = [
    ...(await filesIn(here)).filter((file) => !file.startsWith(`${dist}/`)),
    ...(await filesIn(join(repository, 'operations'))).filter((file) => /\.(graphql|variables\.json)$/.test(file)),
    join(repository, 'package-lock.json'),
  ].sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`${relative(repository, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function compressFiles(folder: string): Promise<void> {
  const brotli = promisify(brotliCompress);
  const gz = promisify(gzip);
  const texts = (await filesIn(folder)).filter((file) => /\.(html|js|css|svg|json)$/.test(file));
  await Promise.all(
    texts.map(async (file) => {
      const content = await readFile(file);
      // Level 9 is within a few per cent of 11 here and takes a tenth of the time.
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
      await Promise.all([
        brotli(content, { params }).then((packed) => writeFile(`${file}.br`, packed)),
        gz(content, { level: 9 }).then((packed) => writeFile(`${file}.gz`, packed)),
      ]);
    }),
  );
}
