import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createCertificate } from '../deploy/certificate.ts';
import { makeApnsKey, startApns } from '../tests/support/apns.ts';
import { startGoogle } from '../tests/support/providers/google.ts';

/**
 * `npm run try`: Jarvis with a Google, an APNs and a receiver of webhooks on this machine, which speak the real protocols, so that
 * connections, pushes and webhooks can be tried without an account anywhere. Everything that reaches them is printed.
 */
const folder = resolve(process.env.DATA_DIR ?? '.jarvis');
mkdirSync(folder, { recursive: true });
const say = (what: string, text: string) => console.log(`\n[${what}] ${text}`);

const google = await startGoogle();
google.account = 'you@gmail.com';
google.mailbox.add(
  ...['Welcome', 'Your invoice', 'Lunch on Friday?'].map((subject, i) => ({
    id: `mail${i}`,
    from: 'Somebody <somebody@example.com>',
    subject,
    at: new Date(Date.now() - (3 - i) * 3_600_000).toISOString(),
    labels: ['INBOX', 'UNREAD'],
  })),
);
const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString();
google.addCalendar('primary').put({
  id: 'event1',
  summary: 'Dentist',
  start: { dateTime: tomorrow },
  end: { dateTime: tomorrow },
});
google.onCall = ({ method, path }) => say('Google', `${method} ${path}`);

const key = makeApnsKey();
const topic = 'com.example.jarvis';
const apns = await startApns(key, [topic], () => new Date());
let pushed = 0;
setInterval(() => {
  for (const { token, payload } of apns.requests.slice(pushed)) {
    say('APNs', `to ${token.slice(0, 8)}…: ${JSON.stringify(payload)}`);
  }
  pushed = apns.requests.length;
}, 500).unref();

const certificate = createCertificate('localhost');
const trusted = join(folder, 'stand-ins.pem');
writeFileSync(trusted, certificate.cert);
const receiver = createServer(certificate, async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  say('webhook', `${request.headers['webhook-id']}: ${Buffer.concat(chunks).toString('utf8')}`);
  response.writeHead(200).end();
});
await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
const { port } = receiver.address() as AddressInfo;

say(
  'stand-ins',
  `beginConnection(input: { provider: GMAIL }) leads to a Google on this machine that always agrees.
  Register a device with a push token of 64 hexadecimal digits and the environment PRODUCTION to be pushed to.
  Webhooks may go to https://localhost:${port}/`,
);
const jarvis = spawn(process.execPath, ['--import', 'tsx', 'gateway/main.ts'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ...google.env(),
    APNS_KEY: key.pem,
    APNS_KEY_ID: key.keyId,
    APNS_TEAM_ID: key.teamId,
    APNS_TOPIC: topic,
    APNS_URL: apns.url,
    APNS_CA: apns.ca,
    ALLOW_PRIVATE_ADDRESSES: 'yes',
    OUTBOUND_PORTS: `80,443,8080,8443,${port}`,
    NODE_EXTRA_CA_CERTS: trusted,
  },
});
// Ctrl-C reaches Jarvis as well, which takes its time to end in order.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => jarvis.kill('SIGTERM'));
jarvis.on('exit', (code) => process.exit(code ?? 1));
