import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, post, startProcess } from '../../tests/support/process.ts';
import { cpuTime, residentMemory } from '../load.ts';
import { tableOf } from '../table.ts';
import { openClients } from './clients.ts';

/**
 * `npm run bench -- jarvis-sockets [--sockets 10000] [--users 1000]`: the memory of Jarvis with idle subscriptions. As `npm start` runs it:
 * the gateway and all five subgraphs in one process; its embedded database is another one and does not count.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const sockets = option('sockets', 10_000);
const users = option('users', 1_000);
const query = `subscription { progressUpdated { event { id at } entry { id value } goal { id title } } }`;

const directory = mkdtempSync(join(tmpdir(), 'jarvis-bench-'));
const env = { NODE_ENV: 'development', DATA_DIR: directory, LOG_LEVEL: 'error', PORT: String(await freePort()) };
const jarvis = await startProcess('gateway', env);
try {
  const { pid, url } = jarvis;
  const rows = [['Memory of the whole process', 'resident MB', 'load']];
  const look = (when: string) => rows.push([when, residentMemory(pid).toFixed(0), loadavg()[0]!.toFixed(1)]);
  look('started');
  const tokens = await signInAll(url);
  look(`${users} users signed in`);
  await pause(150);
  look('2½ minutes later, without its planning thread');
  const cpu = cpuTime([pid]);
  await openClients(
    `${url.replace('http', 'ws')}/graphql`,
    sockets,
    (index) => ({ authorization: tokens[index % users] }),
    query,
    { times: null },
  );
  const opening = (cpuTime([pid]) - cpu) / sockets;
  look(`${sockets} sockets have just been opened`);
  await pause(150);
  look('2½ minutes later');
  console.log(`${tableOf(rows)}\n\n${opening.toFixed(2)} ms of CPU to open a socket and subscribe on it.`);
} finally {
  await jarvis.end();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

/** Access tokens. Each signs in from an address of its own: from one, only so many may. */
async function signInAll(url: string): Promise<string[]> {
  const tokens: string[] = [];
  let next = 0;
  const signIn = async () => {
    for (let i = next++; i < users; i = next++) {
      const { data } = await post(
        url,
        'mutation ($email: EmailAddress!) { signInForDevelopment(input: { email: $email }) { accessToken } }',
        { email: `bench-${i}@jarvis.example` },
        { 'x-forwarded-for': `10.0.${i >> 8}.${i & 255}` },
      );
      tokens[i] = `Bearer ${data.signInForDevelopment.accessToken}`;
    }
  };
  await Promise.all(Array.from({ length: 8 }, signIn));
  return tokens;
}

function pause(time: number): Promise<void> {
  return new Promise((done) => setTimeout(done, time * 1_000));
}
