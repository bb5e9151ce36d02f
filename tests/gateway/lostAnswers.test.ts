import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freePort, post, type RunningProcess, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';

const directory = mkdtempSync(join(tmpdir(), 'jarvis-lost-'));
let database: TestDatabase;
let direct: pg.Client;
let server: RunningProcess;
let way: Server;

afterAll(async () => {
  way?.close();
  await direct?.end();
  await server?.end();
  await database?.drop();
  rmSync(directory, { recursive: true, force: true });
});

/** A way to the server on which questions arrive and answers are lost. Counts the answers that the server has begun to give. */
async function oneWay(port: number) {
  const ends: Socket[] = [];
  let answers = 0;
  way = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    ends.push(client, upstream);
    client.pipe(upstream);
    upstream.once('data', () => answers++);
    upstream.resume();
    for (const end of [client, upstream]) end.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  return {
    url: `http://127.0.0.1:${(way.address() as AddressInfo).port}`,
    answers: () => answers,
    cut() {
      for (const end of ends) end.destroy();
    },
  };
}

test('killed before its answers arrive, or between an effect and its record, the server is asked again: still signed in, everything once', async () => {
  database = await createDatabase();
  direct = new pg.Client({ connectionString: database.url });
  await direct.connect();
  const port = await freePort();
  const env = {
    ...{ NODE_ENV: 'test', PORT: String(port), DATA_DIR: directory, DATABASE_URL: database.url },
    ...{ DEMO_DATA: 'off', LOG_LEVEL: 'error' },
  };
  server = await startProcess('gateway', env);
  const { url } = server;
  const signIn = `mutation { signInForDevelopment(input: { email: "lost@example.com" }) { accessToken refreshToken } }`;
  const first = (await post(url, signIn)).data.signInForDevelopment;
  const other = (await post(url, signIn)).data.signInForDevelopment;
  const headers = (key?: string) => ({
    authorization: `Bearer ${other.accessToken}`,
    ...(key && { 'idempotency-key': key }),
  });
  const create =
    'mutation ($title: String!) { createGoal(input: { title: $title, kind: CUSTOM }) { goal { id } errors { message } } }';
  const refresh = `mutation ($token: String!) { refreshSession(input: { refreshToken: $token }) { accessToken refreshToken errors { code } } }`;
  const goals = async () =>
    (await direct.query<{ title: string }>('SELECT title FROM goals ORDER BY title')).rows.map(({ title }) => title);

  // Committed, and nobody hears of it.
  const lost = await oneWay(port);
  const unheard = [
    post(lost.url, create, { title: 'Recorded' }, headers('recorded')),
    post(lost.url, refresh, { token: first.refreshToken }),
  ].map((asked) =>
    asked.then(
      () => 'heard',
      () => 'lost',
    ),
  );
  await until('both are answered', () => lost.answers() === 2);
  // In the middle: the goal is made, its record under the key waits to be written.
  await direct.query(`
    CREATE FUNCTION wait_for_the_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END $$;
    CREATE TRIGGER wait_for_the_end BEFORE UPDATE ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION wait_for_the_end()`);
  const broken = post(url, create, { title: 'Unrecorded' }, headers('unrecorded')).then(
    () => 'heard',
    () => 'lost',
  );
  await until('the record is being written', async () => {
    const { rows } = await direct.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
    return rows.length > 0;
  });
  await server.end('SIGKILL');
  lost.cut();
  expect(await Promise.all([...unheard, broken])).toEqual(['lost', 'lost', 'lost']);
  await direct.query('DROP TRIGGER wait_for_the_end ON idempotency_keys');
  expect(await goals()).toEqual(['Recorded']);

  server = await startProcess('gateway', env);
  const again = async (title: string, key: string) =>
    (await post(url, create, { title }, headers(key))).data.createGoal;
  const { rows: made } = await direct.query<{ id: string }>('SELECT id FROM goals');
  expect(await again('Recorded', 'recorded')).toEqual({ goal: { id: made[0]!.id }, errors: [] });
  expect(await again('Unrecorded', 'unrecorded')).toMatchObject({ goal: { id: expect.any(String) }, errors: [] });
  expect(await goals()).toEqual(['Recorded', 'Unrecorded']);

  // The same token brings the same successor for ten seconds, which a start on a busy machine may take: they begin now.
  await direct.query('UPDATE refresh_tokens SET used_at = now() WHERE used_at IS NOT NULL');
  const second = (await post(url, refresh, { token: first.refreshToken })).data.refreshSession;
  expect(second).toMatchObject({ accessToken: expect.any(String), errors: [] });
  const whoami = await post(url, '{ viewer { email } }', {}, { authorization: `Bearer ${second.accessToken}` });
  expect(whoami.data).toEqual({ viewer: { email: 'lost@example.com' } });
  const third = (await post(url, refresh, { token: second.refreshToken })).data.refreshSession;
  expect(third.errors).toEqual([]);
}, 90_000);
