import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { createCertificate } from '../../deploy/certificate.ts';
import { configureNginx, type Nginx } from '../../deploy/nginx.ts';
import { hasNginx } from '../support/nginx.ts';
import { freePort } from '../support/process.ts';
import { until } from '../support/until.ts';

const script = join(import.meta.dirname, '../../deploy/switch.sh');

/** A gateway as far as nginx and the script know one: it says who it is, and whether it is ready. */
interface Member {
  name: string;
  isReady: boolean;
  server: Server;
}

(hasNginx() ? describe : describe.skip)('deploy/switch.sh', () => {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-switch-'));
  const members: Member[] = [];
  let nginx: Nginx;
  let front: ReturnType<Nginx['start']>;
  let graph: string;
  let pool: Pool;
  let env: Record<string, string>;

  beforeAll(async () => {
    const ports: Record<string, number> = {};
    for (const name of ['gateway-1', 'gateway-2', 'gateway-1-next', 'gateway-2-next']) {
      const member: Member = { name, isReady: true, server: createServer() };
      member.server.on('request', (request, response) => {
        if (request.url === '/health/ready') response.writeHead(member.isReady ? 200 : 503).end();
        else response.end(name);
      });
      await new Promise<void>((done) => member.server.listen(0, '127.0.0.1', done));
      ports[name] = (member.server.address() as AddressInfo).port;
      members.push(member);
    }
    const internal = [0, 1, 2, 3, 4, 5].map((n) => 4100 + n).concat([1, 2, 3, 4, 5].map((n) => 4200 + n));
    const internalPorts: Record<number, number> = {};
    for (const port of internal) internalPorts[port] = await freePort();
    const certificate = createCertificate('localhost');
    const httpsPort = await freePort();
    nginx = await configureNginx({
      directory,
      ports,
      internalPorts,
      httpPort: await freePort(),
      httpsPort,
      publicUrl: `https://localhost:${httpsPort}`,
      certificate,
      addressRate: 10_000,
    });
    front = nginx.start();
    graph = `http://127.0.0.1:${internalPorts[4100]}`;
    await until('nginx listens', () =>
      fetch(`${graph}/set`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    pool = new Pool(`https://localhost:${httpsPort}`, { connections: 4, connect: { ca: certificate.cert } });
    env = { CONF: join(directory, 'conf'), NGINX: nginx.command, CURL: 'curl', IN: '', GRAPH: graph, WATCH: '0' };
  }, 60_000);

  afterAll(async () => {
    await pool?.destroy();
    const ended = front && new Promise((done) => front.once('exit', done));
    front?.kill('SIGTERM');
    await ended;
    for (const { server } of members) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(directory, { recursive: true, force: true });
  });

  const run = (to: string, more: Record<string, string> = {}) =>
    promisify(execFile)('sh', [script, to], { env: { PATH: process.env.PATH!, ...env, ...more } }).then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      (error) => ({ code: error.code as number, said: error.stderr as string }),
    );
  // A connection of its own each time: those that are kept belong to workers of before a reload.
  const set = async () => (await promisify(execFile)('curl', ['-fsS', `${graph}/set`])).stdout.trim();
  /** Who answers clients. */
  const answering = async () => {
    const names = new Set<string>();
    for (let i = 0; i < 8; i++) names.add(await (await pool.request({ path: '/', method: 'GET' })).body.text());
    return [...names].sort();
  };

  test('lets the other set serve, and goes back, without a request that fails', async () => {
    expect(await answering()).toEqual(['gateway-1', 'gateway-2']);
    let switching = true;
    let requests = 0;
    const failures: string[] = [];
    // What a reload of Debian's nginx closes under a request is asked once more, as HTTP/1.1 has clients do.
    const ask = (again = true): Promise<number> =>
      pool.request({ path: '/', method: 'GET' }).then(
        async ({ statusCode, body }) => {
          await body.dump();
          return statusCode;
        },
        (error) => {
          if (again && error.code === 'UND_ERR_SOCKET') return ask(false);
          throw error;
        },
      );
    const load = async () => {
      while (switching) {
        requests++;
        await ask().then(
          (status) => {
            if (status !== 200) failures.push(String(status));
          },
          (error: Error) => failures.push(error.message),
        );
      }
    };
    const loaded = [load(), load()];
    try {
      expect(await run('next')).toMatchObject({ code: 0, said: expect.stringContaining('The set next serves.') });
      expect(await set()).toBe('next');
      await until(
        'clients are served by the next set',
        async () => (await answering()).join() === 'gateway-1-next,gateway-2-next',
      );
      expect(await run('next')).toMatchObject({ code: 0, said: expect.stringContaining('serves already') });
      expect(await run('main')).toMatchObject({ code: 0, said: expect.stringContaining('The set main serves.') });
      await until(
        'clients are served by the first set',
        async () => (await answering()).join() === 'gateway-1,gateway-2',
      );
    } finally {
      switching = false;
    }
    await Promise.all(loaded);
    expect(requests).toBeGreaterThan(20);
    expect(failures).toEqual([]);
  });

  test('changes nothing when a gateway of the other set is not ready', async () => {
    members[3]!.isReady = false;
    expect(await run('next')).toMatchObject({
      code: 1,
      said: expect.stringContaining('not ready: nothing was changed'),
    });
    expect(await set()).toBe('main');
    members[3]!.isReady = true;
  });

  test('goes back by itself when the set does not stay healthy', async () => {
    const switched = run('next', { WATCH: '30' });
    await until('the next set serves', async () => (await set()) === 'next');
    members[2]!.isReady = false;
    expect(await switched).toMatchObject({ code: 1, said: expect.stringContaining('the set main serves again') });
    await until('the first set serves', async () => (await set()) === 'main');
    members[2]!.isReady = true;
  });

  test('goes back when nginx refuses the configuration of the set', async () => {
    const file = join(directory, 'conf/sets/next.conf');
    const kept = join(directory, 'next.conf');
    copyFileSync(file, kept);
    writeFileSync(file, readFileSync(file, 'utf8').replace('keepalive 64;', 'keepalive many;'));
    expect(await run('next')).toMatchObject({ code: 1, said: expect.stringContaining('nginx refused the set next') });
    expect(await set()).toBe('main');
    copyFileSync(kept, file);
  });

  test('wants to be told which set', async () => {
    expect(await run('blue')).toMatchObject({ code: 64, said: expect.stringContaining('deploy/switch.sh next') });
  });
});
