import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { manifestFile, readManifest } from '../../gateway/admission/manifest.ts';
import { composeFromConfig } from '../../gateway/compose.ts';
import { stripSecurityDirectives } from '../../gateway/planning/authorization.ts';
import { createPlanner } from '../../gateway/planning/planner.ts';
import { usedOperations } from './documents.ts';
import { checkRecorded } from './recorded.ts';
import { swiftFiles, typecheckScript } from './typecheck.ts';

/**
 * `npm run test:swift`: what Linux can check of the Swift side, in a chroot with Debian's Swift that is built once. Options:
 * `--coverage` prints which part of each module's lines the tests run, and fails below 90 % where it counts;
 * `--filter <name>` runs only the tests of that name; `--types` runs no tests, and checks only the format, the syntax and the types of all.
 * The end-to-end tests talk to this repository's own server, which is started for them on a free port, with an empty database.
 * The chroot lies in `SWIFT_ROOT`, else in `.jarvis/swift-toolchain`. Where it cannot be made, that is said and the checks are skipped,
 * unless `JARVIS_NO_SKIP` is 1.
 */
const root = join(import.meta.dirname, '../..');
const scripts = import.meta.dirname;
const chroot = resolve(process.env.SWIFT_ROOT ?? join(root, '.jarvis/swift-toolchain'));
const args = process.argv.slice(2);
const withCoverage = args.includes('--coverage');
const filter = args.includes('--filter') ? args.slice(args.indexOf('--filter')).slice(0, 2) : [];

/** Where the tests write down what they ask of graphs, seen from the chroot. */
const recording = '/build/recorded.jsonl';

/** Where at least so much of the lines has to be run. */
const covered = ['Sync', 'Session', 'Persistence', 'PersistenceSQLite', 'Features'];
const leastCoverage = 90;

const missing = whatIsMissing();
if (missing) skip(missing);

step('the documents are up to date', process.execPath, ['--import', 'tsx', join(scripts, 'generate.ts'), '--check']);
if (!existsSync(chroot) && spawnSync(join(scripts, 'toolchain.sh'), [chroot], { stdio: 'inherit' }).status !== 0)
  skip('The toolchain could not be installed: see above.');
const sources = ['swift', 'ios', 'macos'].filter((folder) => existsSync(join(root, folder)));
const everyFile = sources.flatMap((folder) => swiftFiles(root, folder)).map((file) => `/repository/${file}`);
const format = ['swift', 'format', 'lint', '--strict', '--configuration', '.swift-format'];
inside('the formatting', ...format, ...everyFile);
const parse = ['swiftc', '-frontend', '-parse', '-swift-version', '6', '-enable-bare-slash-regex'];
// The manifest alone has statements at its top level; the build reads it.
inside('the syntax of every file', ...parse, ...everyFile.filter((file) => !file.endsWith('Package.swift')));
// Debian's gold linker does not resolve what Observation leaves open in the shared libraries; lld does.
const build = ['--scratch-path', '/build', '-Xswiftc', '-use-ld=lld'];
if (args.includes('--types')) inside('the package', 'swift', 'build', ...build);
else await runTests();
inside('the types of what only Apple builds', 'sh', '-c', typecheckScript(root));
if (withCoverage) reportCoverage();

async function runTests(): Promise<void> {
  const server = await startServer();
  try {
    const surroundings = [
      `JARVIS_URL=${server.url}`,
      `JARVIS_ENTRIES=${process.env.JARVIS_ENTRIES ?? ''}`,
      `JARVIS_RECORDING=${recording}`,
    ];
    rmSync(join(chroot, recording), { force: true });
    const coverage = withCoverage ? ['--enable-code-coverage'] : [];
    inside('the tests', 'env', ...surroundings, 'swift', 'test', ...build, ...filter, ...coverage);
  } finally {
    server.stop();
  }
  checkRequests();
}

/** Looks at what the tests asked of graphs, scripted or not; after all of them, every operation that the sources name was asked once. */
function checkRequests(): void {
  const manifest = readManifest(readFileSync(manifestFile, 'utf8'));
  const { apiSchema } = createPlanner(stripSecurityDirectives(composeFromConfig()).supergraphSdl);
  const recorded = existsSync(join(chroot, recording)) ? readFileSync(join(chroot, recording), 'utf8') : '';
  const { problems, asked, requests } = checkRecorded(recorded, apiSchema, manifest);
  if (filter.length === 0)
    for (const { name } of usedOperations(join(root, 'swift/JarvisKit/Sources'), manifest))
      if (!asked.has(name)) problems.push(`The sources name ${name}, and no test asks for it.`);
  console.log(`\n== ${requests} different requests of ${asked.size} operations, against the schema`);
  if (problems.length === 0) return;
  console.error(`FAILED: the server would not take what the package sends.\n${problems.join('\n')}`);
  process.exit(1);
}

function whatIsMissing(): string | null {
  if (process.platform !== 'linux') return 'On a Mac, run "swift test" in swift/JarvisKit.';
  if (process.getuid?.() !== 0) return 'A chroot needs root.';
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/sbin', '/sbin');
  const absent = ['chroot', 'unshare', ...(existsSync(chroot) ? [] : ['debootstrap', 'apt-get'])].filter(
    (command) => !folders.some((folder) => existsSync(join(folder, command))),
  );
  return absent.length > 0 ? `There is no ${absent.join(', no ')} here.` : null;
}

function skip(reason: string): never {
  const line = '='.repeat(100);
  console.error(`${line}\nSKIPPED: nothing of the Swift side was checked. ${reason}\n${line}`);
  process.exit(process.env.JARVIS_NO_SKIP === '1' ? 1 : 0);
}

function inside(title: string, ...command: string[]): void {
  step(title, join(scripts, 'inside.sh'), [chroot, root, ...command]);
}

/** Starts Jarvis as `npm start` does, and waits until it serves. */
async function startServer(): Promise<{ url: string; stop: () => void }> {
  const port = await new Promise<number>((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'jarvis-swift-'));
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'gateway/main.ts')], {
    cwd: root,
    env: { ...process.env, PORT: String(port), DATA_DIR: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.once('exit', () => child.kill());
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) break;
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
    if (ready?.ok) return { url: `http://127.0.0.1:${port}/graphql`, stop: () => child.kill() };
    await pause(200);
  }
  child.kill();
  throw new Error('The server for the end-to-end tests did not start.');
}

function step(title: string, command: string, parameters: string[]): void {
  const start = Date.now();
  console.log(`\n== ${title}`);
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit' });
  if (error || status !== 0) {
    console.error(`FAILED: ${title}${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
  console.log(`== ${title}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

interface CoverageExport {
  data: { files: { filename: string; summary: { lines: { count: number; covered: number } } }[] }[];
}

/** Reads what llvm-cov exported, and prints the lines that were run of each module. */
function reportCoverage(): void {
  const { stdout } = spawnSync(
    join(scripts, 'inside.sh'),
    [chroot, root, 'sh', '-c', 'cat "$(swift test --scratch-path /build --show-codecov-path)"'],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const modules = new Map<string, { count: number; covered: number }>();
  for (const { filename, summary } of (JSON.parse(stdout) as CoverageExport).data[0]!.files) {
    const module = /\/JarvisKit\/Sources\/([^/]+)\//.exec(filename)?.[1];
    if (!module) continue;
    const sum = modules.get(module) ?? { count: 0, covered: 0 };
    sum.count += summary.lines.count;
    sum.covered += summary.lines.covered;
    modules.set(module, sum);
  }
  console.log('\nLines that the tests run:');
  const percent = ({ count, covered: run }: { count: number; covered: number }) => (100 * run) / count;
  for (const [module, lines] of [...modules].sort())
    console.log(`${module.padEnd(20)} ${percent(lines).toFixed(1).padStart(5)} %  of ${lines.count}`);
  const low = covered.filter((module) => modules.has(module) && percent(modules.get(module)!) < leastCoverage);
  if (low.length > 0) {
    console.error(`FAILED: below ${leastCoverage} %: ${low.join(', ')}`);
    process.exit(1);
  }
}
