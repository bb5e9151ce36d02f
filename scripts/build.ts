import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** What the program reads while it runs, besides the files of its own folders. */
const whole = ['package.json', 'gateway/explorer/dist', 'operations/insights', 'prisma/migrations'];

/**
 * What production runs: JavaScript in the folders of its sources, and beside it the files that it reads. It needs no development dependency,
 * and starts with two thirds of the work that the sources take. Types are the business of `npm run check`.
 * @param dist a folder within the project, for packages are found from there; what was in it is gone.
 */
export function build(dist: string): void {
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', dist], { cwd: root, stdio: 'inherit' });
  for (const path of whole) cpSync(join(root, path), join(dist, path), { recursive: true });

  for (const folder of ['gateway', 'subgraphs']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = join(folder, file);
      if (path.startsWith('gateway/explorer')) continue;
      if (/\.(graphql|json)$/.test(file)) cpSync(join(root, path), join(dist, path));
      // Entries of threads see to TypeScript themselves; here there is none.
      if (file.endsWith('Worker.mjs')) {
        writeFileSync(join(dist, path), `await import('./${basename(file, '.mjs')}.js');\n`);
      }
    }
  }
}

/** `npm run build` makes dist/: `node dist/gateway/main.js`, `node dist/subgraphs/main.js goals`. */
if (import.meta.filename === process.argv[1]) build(join(root, 'dist'));
