import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readConfig } from '../../subgraphs/shared/config.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { startPlatform } from '../../subgraphs/shared/start.ts';
import { type Collector, startCollector } from '../support/collector.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/**
 * Secrets are planted wherever they come in, things are made to go wrong with them, and everything that Jarvis writes for its operators (the log
 * at its most talkative, metrics, spans) is searched for them.
 */
const plant = (what: string) => `canary${what}${randomBytes(8).toString('hex')}`;
const planted = {
  encryptionKey: randomBytes(32).toString('hex'),
  modelKey: plant('modelkey'),
  providerSecret: plant('providersecret'),
  providerCode: plant('providercode'),
  providerToken: plant('providertoken'),
  providerRefreshToken: plant('providerrefresh'),
  pushToken: randomBytes(32).toString('hex'),
  appleToken: `eyJhbGciOiJSUzI1NiJ9.${plant('appletoken')}.c2ln`,
  appleCode: plant('applecode'),
  databasePassword: plant('databasepassword'),
  email: `${plant('email')}@mail.example.com`,
  note: plant('healthnote'),
  message: plant('chatmessage'),
  goal: plant('goaltitle'),
  badBearer: plant('badbearer'),
  webhookPath: plant('webhookpath'),
};
const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const apnsKey = keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
/** What Jarvis itself gives out; filled in as it does. */
const given: Record<string, string> = { apnsKey: apnsKey.split('\n')[1]! };

/** A service that refuses everything, and quotes what it was sent in its refusal, as some do. */
let echo: Server;
let collector: Collector;
let server: TestServer;
beforeAll(async () => {
  echo = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    // One service gives tokens, and refuses them afterwards.
    if (request.url === '/token') {
      const tokens = {
        access_token: planted.providerToken,
        refresh_token: planted.providerRefreshToken,
        expires_in: 3600,
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens));
      return;
    }
    const quoted = JSON.stringify({ error: { type: 'bad', message: `${JSON.stringify(request.headers)} ${body}` } });
    response.writeHead(401, { 'content-type': 'application/json' }).end(quoted);
  });
  await new Promise<void>((done) => echo.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  collector = await startCollector();
  server = await startServer('embedded', {
    LOG_LEVEL: 'debug',
    SLOW_OPERATION_MS: '1',
    SLOW_QUERY_MS: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    ENCRYPTION_KEY: planted.encryptionKey,
    ANTHROPIC_API_KEY: planted.modelKey,
    ANTHROPIC_BASE_URL: url,
    OAUTH2_NAME: 'Chirper',
    OAUTH2_CLIENT_ID: 'client',
    OAUTH2_CLIENT_SECRET: planted.providerSecret,
    OAUTH2_AUTHORIZE_URL: `${url}/authorize`,
    OAUTH2_TOKEN_URL: `${url}/token`,
    OAUTH2_ACCOUNT_URL: `${url}/account`,
    OAUTH2_ITEMS_URL: `${url}/items`,
    APNS_KEY: apnsKey,
    APNS_KEY_ID: 'ABCDE12345',
    APNS_TEAM_ID: 'ABCDE12345',
    APNS_TOPIC: 'com.example.jarvis',
    APNS_URL: 'https://127.0.0.1:9',
    APPLE_ISSUER: url,
    ALLOW_PRIVATE_ADDRESSES: 'yes',
  });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await collector.stop();
  echo.close();
});

test('nothing that is secret is in logs, metrics or traces, whatever goes wrong', async () => {
  const { platform, url } = server;
  const post = async (query: string, variables: object, headers: Record<string, string> = {}): Promise<any> =>
    (
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      })
    ).json();

  // Coming in.
  const { data } = await post(
    'mutation ($email: EmailAddress!) { signInForDevelopment(input: { email: $email }) { accessToken refreshToken } }',
    { email: planted.email },
  );
  given.accessToken = data.signInForDevelopment.accessToken;
  given.refreshToken = data.signInForDevelopment.refreshToken;
  const ada = { authorization: `Bearer ${given.accessToken}` };
  const ask = (query: string, variables: object = {}) => post(query, variables, ada);
  await post('mutation ($input: SignInWithAppleInput!) { signInWithApple(input: $input) { accessToken } }', {
    input: { identityToken: planted.appleToken, authorizationCode: planted.appleCode, nonce: 'nonce-of-the-app' },
  });
  await post('{ viewer { id } }', {}, { authorization: `Bearer ${planted.badBearer}` });
  const refresh = 'mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) { refreshToken } }';
  given.secondRefreshToken = (await post(refresh, { token: given.refreshToken })).data.refreshSession.refreshToken;

  // Keys, hooks and connections.
  const key = await ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key errors { code } } }',
    {
      input: { name: 'reader', scopes: ['goals:read'] },
    },
  );
  given.apiKey = key.data.createApiKey.key;
  await post('{ goals(first: 1) { nodes { id } } }', {}, { authorization: `Bearer ${given.apiKey}` });
  const hook = await ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret errors { code path message } } }',
    {
      input: {
        url: `https://127.0.0.1:8443/${planted.webhookPath}`,
        document: 'subscription { progressUpdated { event { id } entry { id note } } }',
      },
    },
  );
  expect(hook.data.createWebhook.errors).toEqual([]);
  given.webhookSecret = hook.data.createWebhook.secret;
  const begun = await ask(
    'mutation { beginConnection(input: { provider: OAUTH2 }) { authorizationUrl errors { code message } } }',
  );
  const state = new URL(begun.data.beginConnection.authorizationUrl).searchParams.get('state');
  const completed = await ask(
    'mutation ($input: CompleteConnectionInput!) { completeConnection(input: $input) { errors { code } } }',
    { input: { state, parameters: { code: planted.providerCode, state } } },
  );
  expect(completed.data.completeConnection.errors).toHaveLength(1);
  const device = await ask(
    'mutation ($input: RegisterDeviceInput!) { registerDevice(input: $input) { errors { code message } } }',
    {
      input: {
        id: newId('device', platform.now()),
        name: 'phone',
        platform: 'IOS',
        pushToken: planted.pushToken,
        pushEnvironment: 'PRODUCTION',
      },
    },
  );
  expect(device.data.registerDevice.errors).toEqual([]);
  await ask('mutation { sendTestNotification { errors { code } } }');

  // What people write: first well, then with a database that refuses and quotes the row.
  const made = await ask(
    'mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } errors { code } } }',
    { input: { title: planted.goal, kind: 'NUMERIC', targetValue: '10' } },
  );
  const goalId = made.data.createGoal.goal.id;
  const log = () =>
    ask('mutation ($input: LogProgressInput!) { logProgress(input: $input) { errors { code } } }', {
      input: { goalId, increment: '1', note: planted.note },
    });
  await log();
  await platform.db.$executeRawUnsafe(
    'ALTER TABLE progress_entries ADD CONSTRAINT trap CHECK (note IS NULL) NOT VALID',
  );
  expect((await log()).errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
  await platform.db.$executeRawUnsafe('ALTER TABLE progress_entries DROP CONSTRAINT trap');
  const consent = await ask(
    'mutation ($consent: GrantAiConsentInput!) { grantAiConsent(input: $consent) { errors { code } } }',
    {
      consent: { provider: 'anthropic', dataClasses: ['MESSAGES', 'GOALS'], disclosureVersion: '1' },
    },
  );
  expect(consent).toMatchObject({ data: { grantAiConsent: { errors: [] } } });
  const sent = await ask('mutation ($input: SendMessageInput!) { sendMessage(input: $input) { errors { code } } }', {
    input: { content: `${planted.message}\r\n{"level":"error","msg":"forged"}`, provider: 'anthropic' },
  });
  expect(sent).toMatchObject({ data: { sendMessage: { errors: [] } } });
  await post(`query ${planted.goal} { nothing(note: "${planted.note}") }`, { note: planted.note }, ada);
  await platform.jobs.add('chat.generate', { messageId: 'msg_unknown' });
  await platform.jobs.add('chat.nothing', {});
  await until(
    'the reply has ended',
    async () => (await platform.db.generation.count({ where: { state: 'ENDED' } })) > 0,
  );
  await until('the webhook was tried', async () => (await platform.db.webhookAttempt.count()) > 0);

  // A database that does not let us in.
  const nowhere = `postgresql://jarvis:${planted.databasePassword}@127.0.0.1:9/jarvis`;
  const refusal = await startPlatform(
    readConfig({ NODE_ENV: 'test', DATABASE_URL: nowhere }),
    platform.log,
    (what) => platform.log.info({}, what),
    [],
    'test',
  ).catch((error: Error) => error.message);
  platform.log.error({ error: new Error(`connect ${nowhere}`), url: nowhere }, String(refusal));

  await platform.tracing!.stop();
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const lines = server.log().trimEnd().split('\n');
  // They did write, and of what went wrong.
  expect(lines.length).toBeGreaterThan(20);
  for (const told of ['a resolver failed', 'a slow operation', 'a slow SQL statement', 'no language model answered'])
    expect([told, lines.some((line) => line.includes(told))]).toEqual([told, true]);
  expect(collector.spans().length).toBeGreaterThan(20);
  for (const call of ['provider_calls_total{provider="OAUTH2",outcome="ok"}', 'pushes_total{outcome="later"}'])
    expect(metrics).toContain(`jarvis_${call}`);

  const secrets = Object.entries({ ...planted, ...given });
  expect(secrets.length).toBeGreaterThanOrEqual(20);
  const written = { log: lines.join('\n'), metrics, spans: collector.received.join('\n') };
  const found = secrets.flatMap(([what, secret]) => {
    expect([what, secret?.length ?? 0]).toEqual([what, expect.any(Number)]);
    expect(secret.length).toBeGreaterThan(12);
    return Object.entries(written)
      .filter(([, text]) => text.includes(secret))
      .map(([where, text]) => `${what} in the ${where}: ${text.split('\n').find((line) => line.includes(secret))}`);
  });
  expect(found).toEqual([]);

  // Each line is one that the log wrote, whatever was sent.
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ name: 'test', level: expect.any(String) });
  // What belongs to a request says to which.
  const failed = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'a resolver failed');
  for (const { requestId } of failed) expect(requestId).toMatch(/^[\w-]{8,}$/);
}, 60_000);
