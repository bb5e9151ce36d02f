import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createCertificate } from '../../deploy/certificate.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../subgraphs/shared/embeddedPostgres.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { seeded } from '../chat/replies/viewer.ts';
import { type FakeApns, makeApnsKey, startApns } from '../support/apns.ts';
import { freePort, post, type RunningProcess, signIn, startProcess } from '../support/process.ts';
import { type Google, startGoogle } from '../support/providers/google.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { createWebhookReceiver } from '../support/webhookReceiver.ts';
import { begin, complete } from './connections/google.ts';

const ingest =
  'mutation ($input: IngestHealthSamplesInput!) { ingestHealthSamples(input: $input) { counts { created } } }';
const logOne =
  'mutation ($id: ID!) { logProgress(input: { goalId: $id, value: "1" }) { entry { id } errors { message } } }';
const syncNow = 'mutation ($id: ID!) { syncConnection(input: { id: $id }) { errors { message } } }';

/** `KILLS=50 npx jest tests/integrations/kills` is the long drill. */
const kills = Number(process.env.KILLS ?? 4);
const seed = Number(process.env.KILLS_SEED ?? 20261126);
const goalsARound = 3;
const mailsARound = 5;

const directory = mkdtempSync(join(tmpdir(), 'jarvis-kills-'));
let postgres: EmbeddedPostgres | undefined;
let redis: TestRedis | undefined;
let server: RunningProcess | undefined;
let google: Google | undefined;
let apns: FakeApns | undefined;
let hooks: Server | undefined;
let direct: pg.Client | undefined;

afterAll(async () => {
  await server?.end('SIGKILL');
  await direct?.end().catch(() => {});
  await apns?.stop();
  await google?.stop();
  hooks?.closeAllConnections();
  hooks?.close();
  await redis?.stop();
  await postgres?.stop({ force: true });
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

test(
  'processes, database and Redis are killed amid syncs, pushes and webhooks: each effect is there once, nothing is lost, no token lies open',
  async () => {
    const random = seeded(seed);

    // The world outside: a mailbox, Apple, and somebody who takes webhooks.
    google = await startGoogle();
    const key = makeApnsKey();
    apns = await startApns(key, ['com.example.jarvis'], () => new Date());
    apns.delay = 80;
    const receiver = createWebhookReceiver(() => new Date());
    const certificate = createCertificate('localhost');
    // One message in ten is taken, and its answer is lost, once.
    const reset = new Set<string>();
    receiver.always = (id) => {
      if (reset.has(id) || random() >= 0.1) return null;
      reset.add(id);
      return 'TAKE_THEN_RESET';
    };
    hooks = createServer(certificate, (request, response) => {
      setTimeout(() => receiver.site(request, response), 50);
    });
    await new Promise<void>((done) => hooks!.listen(0, '127.0.0.1', done));
    const hookPort = (hooks.address() as AddressInfo).port;
    const trusted = join(directory, 'trusted.pem');
    writeFileSync(trusted, certificate.cert);

    // What Jarvis stands on: all of it can be killed.
    const cluster = join(directory, 'postgres');
    postgres = await startEmbeddedPostgres({ directory: cluster });
    const redisFolder = join(directory, 'redis');
    mkdirSync(redisFolder);
    if (hasRedis()) {
      redis = await startRedis({ dir: redisFolder, appendonly: 'yes', 'aof-use-rdb-preamble': 'no' });
    }
    const PORT = String(await freePort());
    const env: Record<string, string> = {
      NODE_ENV: 'test',
      PORT,
      DATA_DIR: join(directory, 'data'),
      DATABASE_URL: postgres.url(),
      ...(redis && { REDIS_URL: redis.url }),
      ENCRYPTION_KEY: 'e0'.repeat(32),
      DEMO_DATA: 'off',
      LOG_LEVEL: 'info',
      ALLOW_PRIVATE_ADDRESSES: 'yes',
      OUTBOUND_PORTS: String(hookPort),
      NODE_EXTRA_CA_CERTS: trusted,
      APNS_KEY: key.pem,
      APNS_KEY_ID: key.keyId,
      APNS_TEAM_ID: key.teamId,
      APNS_TOPIC: 'com.example.jarvis',
      APNS_URL: apns.url,
      APNS_CA: apns.ca,
      ...google.env(),
    };
    server = await startProcess('gateway', env);

    let headers = await signIn(server.url, 'kills@example.com');
    let sent = 0;
    /** As a client that means it: the same operation under the same key, until it is answered. */
    const ask = async (query: string, variables: object = {}) => {
      const idempotency = { 'idempotency-key': `drill-${++sent}` };
      let answer: any;
      await until(
        'the gateway answers',
        async () => {
          answer = await post(server!.url, query, variables, { ...headers, ...idempotency }).catch(() => null);
          return answer?.data && !answer.errors;
        },
        60,
      ).catch(() => {
        throw new Error(JSON.stringify(answer));
      });
      return answer.data;
    };

    const phone = 'ab'.repeat(32);
    await ask('mutation ($input: RegisterDeviceInput!) { registerDevice(input: $input) { errors { message } } }', {
      input: { id: newId('device'), name: 'Phone', platform: 'IOS', pushToken: phone, pushEnvironment: 'PRODUCTION' },
    });
    const { createWebhook } = await ask(
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } secret errors { message } } }',
      {
        input: {
          url: `https://localhost:${hookPort}/hook`,
          document: 'subscription { goalCompleted { event { id } goal { id } } }',
        },
      },
    );
    expect(createWebhook.errors).toEqual([]);
    receiver.secrets.push(createWebhook.secret);
    const { beginConnection } = await ask(begin, { input: { provider: 'GMAIL' } });
    const { parameters } = await google.signIn(beginConnection.authorizationUrl);
    const { completeConnection } = await ask(complete, { input: { state: beginConnection.state, parameters } });
    const connectionId = completeConnection.connection.id;

    // What a person set up: a rule that tells and logs, and steps that become progress.
    const createGoal =
      'mutation ($title: String!) { createGoal(input: { title: $title, kind: NUMERIC, targetValue: "1000000" }) { goal { id } } }';
    const stepGoal = (await ask(createGoal, { title: 'Steps' })).createGoal.goal.id;
    const roundGoal = (await ask(createGoal, { title: 'Rounds' })).createGoal.goal.id;
    const countGoal = (await ask(createGoal, { title: 'Counted by the rule' })).createGoal.goal.id;
    const { createAutomationRule } = await ask(
      'mutation ($input: CreateAutomationRuleInput!) { createAutomationRule(input: $input) { errors { message } } }',
      {
        input: {
          name: 'Count them',
          mode: 'QUEUED',
          maxRuns: 20,
          triggers: [{ event: { event: 'progress.logged', filters: [{ field: 'goalId', oneOf: [roundGoal] }] } }],
          actions: [
            { notification: { title: 'By the rule' } },
            { dataUpdate: { document: logOne, variables: { id: countGoal } } },
          ],
        },
      },
    );
    expect(createAutomationRule.errors).toEqual([]);
    const { connectDeviceProvider } = await ask(
      'mutation { connectDeviceProvider(input: { provider: APPLE_HEALTH }) { connection { id } } }',
    );
    const { createProgressMapping } = await ask(
      'mutation ($input: CreateProgressMappingInput!) { createProgressMapping(input: $input) { errors { message } } }',
      { input: { goalId: stepGoal, source: 'HEALTH', metric: 'stepCount' } },
    );
    expect(createProgressMapping.errors).toEqual([]);
    const noon = new Date(Date.now() - 24 * 3_600_000).setUTCHours(12, 0, 0, 0);

    const goals = new Set<string>();
    let mails = 0;
    let steps = 0;
    let rounds = 0;
    /** Whether it was accepted: too soon after the last it is not, and a later one brings the mails along. */
    const sync = async () => (await ask(syncNow, { id: connectionId })).syncConnection.errors.length === 0;
    const work = async () => {
      google!.mailbox.add(
        ...Array.from({ length: mailsARound }, () => ({
          id: `m${++mails}`,
          from: 'Bob <bob@example.com>',
          subject: `Mail ${mails}`,
          at: new Date().toISOString(),
          labels: ['INBOX'],
        })),
      );
      await sync();
      const samples = Array.from({ length: 10 }, () => ({
        uuid: `s${++steps}`,
        start: new Date(noon + steps * 1_000).toISOString(),
        value: '1',
      }));
      await ask(ingest, {
        input: { connectionId: connectDeviceProvider.connection.id, type: 'stepCount', unit: 'count', samples },
      });
      // A rule runs sixty times an hour at most.
      if (rounds < 60) {
        await ask(logOne, { id: roundGoal });
        rounds++;
      }
      for (let i = 0; i < goalsARound; i++) {
        const id = newId('goal');
        goals.add(id);
        await ask(
          'mutation ($id: ID!) { createGoal(input: { id: $id, title: "G", kind: CUSTOM }) { errors { message } } }',
          { id },
        );
        await ask('mutation ($id: ID!) { completeGoal(input: { id: $id }) { errors { message } } }', { id });
      }
    };
    const killed: Record<string, number> = { process: 0, database: 0, redis: 0 };
    const kinds = ['process', 'database', 'process', ...(redis ? ['redis'] : [])];
    const kill = async (round: number) => {
      const what = kinds[round % kinds.length]!;
      killed[what]! += 1;
      if (what === 'database') {
        process.kill(Number(readFileSync(join(cluster, 'data/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
      } else if (what === 'redis') {
        await redis!.kill();
        await redis!.start();
      } else {
        await server!.end('SIGKILL');
        server = await startProcess('gateway', env);
      }
    };

    for (let round = 0; round < kills; round++) {
      const working = work();
      // At any moment of what this sets off.
      await new Promise((done) => setTimeout(done, random() * 2_500));
      await Promise.all([working, kill(round)]);
      if (round % 20 === 19) headers = await signIn(server.url, 'kills@example.com');
    }
    await work();
    await until('a last sync is accepted', sync, 60);

    const healed = Date.now();
    direct = new pg.Client({ connectionString: postgres.url() });
    await direct.connect();
    const count = async (what: string) => Number((await direct!.query(`SELECT count(*) FROM ${what}`)).rows[0].count);
    const told = () => count('notifications');
    const stages: string[] = [];
    /** Waits for it; a drill that fails says what is left. */
    const drains = async (what: string, holds: () => Promise<boolean>, left: string) => {
      await until(what, holds, 60).catch(async (error) => {
        const rows = [];
        for (const query of [left, 'SELECT * FROM reaction_failures']) rows.push((await direct!.query(query)).rows);
        throw new Error(`${error.message}. Left, and set aside: ${JSON.stringify(rows, null, 1)}`);
      });
      stages.push(`${what} after ${((Date.now() - healed) / 1000).toFixed(1)} s`);
    };
    await drains(
      'all mails are there',
      async () => (await count('mail_messages')) === mails,
      'SELECT * FROM connection_syncs',
    );
    await drains(
      'all are told',
      async () => (await count(`notifications WHERE title = 'Goal completed'`)) === goals.size,
      'SELECT * FROM reaction_cursors',
    );
    await drains(
      'all runs have ended',
      async () => (await count('rule_runs WHERE ended_at IS NOT NULL')) === rounds,
      `SELECT rule.active, rule.disabled_reason, rule.failures, state, reason, message, count(run), max(due_at), now()
       FROM automation_rules rule LEFT JOIN rule_runs run ON run.rule_id = rule.id GROUP BY 1, 2, 3, 4, 5, 6`,
    );
    await drains(
      'all steps are logged',
      async () =>
        Number(
          (await direct!.query('SELECT sum(value) FROM progress_entries WHERE goal_id = $1', [stepGoal])).rows[0].sum,
        ) === steps,
      'SELECT * FROM progress_mapping_days',
    );
    await drains(
      'all are pushed',
      async () => (await count(`push_deliveries WHERE state = 'SENT'`)) === (await told()),
      `SELECT * FROM push_deliveries WHERE state <> 'SENT'`,
    );
    await drains(
      'all are delivered',
      async () => (await count(`webhook_deliveries WHERE state = 'SUCCEEDED'`)) === goals.size,
      `SELECT state, due_at, attempts, last_status, outcome, created_at, failures, resting_until, now(),
         (SELECT json_agg(attempt) FROM webhook_attempts attempt WHERE attempt.delivery_id = delivery.id) AS log
       FROM webhook_deliveries delivery JOIN webhooks webhook ON webhook.id = delivery.webhook_id
       WHERE state <> 'SUCCEEDED'`,
    );
    const drained = Date.now() - healed;
    const ran = await count(`rule_runs WHERE state = 'DONE'`);
    console.info(
      `kills: ${JSON.stringify(killed)}, seed ${seed}; ${goals.size} goals, ${ran} of ${rounds} runs of the rule, ${mails} mails, ${steps} samples; ` +
        `${apns.requests.length} requests to Apple, ` +
        `${receiver.taken.length} deliveries taken for ${new Set(receiver.taken).size} ids; ${stages.join(', ')}`,
    );
    expect(drained).toBeLessThan(60_000);

    const shown = apns.shown(phone);
    expect(shown).toHaveLength(await told());
    expect(shown.filter(({ ids }) => ids.size !== 1)).toEqual([]);
    expect(apns.bearers.size).toBe(1);

    const taken = new Map(receiver.received.map(({ id, body }) => [id, body.data.goalCompleted.goal.id]));
    expect([...new Set(receiver.taken)].map((id) => taken.get(id)).sort()).toEqual([...goals].sort());
    expect(receiver.forged).toBe(0);

    // A rule may pass over a round when twenty runs wait; each that it took has both effects, once.
    expect(ran + (await count(`rule_runs WHERE state = 'SKIPPED'`))).toBe(rounds);
    expect(await count(`notifications WHERE title = 'By the rule'`)).toBe(ran);
    expect(await count(`progress_entries WHERE goal_id = '${countGoal}'`)).toBe(ran);

    const { rows } = await direct.query(
      'SELECT connection_id, sum(changed)::int AS changed FROM connection_log_entries GROUP BY 1',
    );
    expect(Object.fromEntries(rows.map(({ connection_id: id, changed }) => [id, changed]))).toEqual({
      [connectionId]: mails,
      [connectDeviceProvider.connection.id]: steps,
    });

    const secrets = [...google.secrets, key.pem, createWebhook.secret, headers.authorization.slice('Bearer '.length)];
    const dump = `${await everyRow(direct)}\n${everyCommand(redisFolder)}`;
    expect(dump).toContain(connectionId);
    expect(secrets.filter((secret) => secret && dump.includes(secret))).toEqual([]);
  },
  150_000 + kills * 25_000,
);

/** All that the database holds, of every schema that is ours. */
async function everyRow(db: pg.Client): Promise<string> {
  const { rows: tables } = await db.query(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'bullmq')`,
  );
  const texts = [];
  for (const { name } of tables) {
    const { rows } = await db.query(`SELECT t::text AS text FROM ${name} t`);
    texts.push(...rows.map(({ text }) => text));
  }
  return texts.join('\n');
}

/** All that Redis was ever told: its log of commands, as text. */
function everyCommand(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}
