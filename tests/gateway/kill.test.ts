import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import pg from 'pg';
import WebSocket from 'ws';
import { newId } from '../../subgraphs/shared/ids.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freePort, post, type RunningProcess, signIn, startProcess } from '../support/process.ts';

const directory = mkdtempSync(join(tmpdir(), 'jarvis-kill-'));
let database: TestDatabase;
let server: RunningProcess;
let subscriber: Client;

afterAll(async () => {
  await subscriber?.dispose();
  await server?.end();
  await database?.drop();
  rmSync(directory, { recursive: true, force: true });
});

test('a process killed amid 1,000 mutations from 8 clients loses nothing that it acknowledged and repeats nothing', async () => {
  database = await createDatabase();
  const PORT = String(await freePort());
  const env = {
    NODE_ENV: 'test',
    PORT,
    DATA_DIR: directory,
    DATABASE_URL: database.url,
    DEMO_DATA: 'off',
    LOG_LEVEL: 'error',
  };
  server = await startProcess('gateway', env);
  const { url } = server;
  const headers = await signIn(url, 'kill@example.com');
  const created = await post(
    url,
    `mutation { createGoal(input: { title: "Count", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "100000", unit: "steps" }) { goal { id } errors { message path } } }`,
    {},
    headers,
  );
  const goalId: string = created.data.createGoal.goal.id;

  const direct = new pg.Client({ connectionString: database.url });
  await direct.connect();
  const { rows: first } = await direct.query('SELECT id FROM events ORDER BY user_id, seq DESC LIMIT 1');

  // A client that follows the events and resumes after the last one that it saw, as the apps do.
  const seen: { event: string; entry: string }[] = [];
  subscriber = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: headers,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
  });
  let following = true;
  const follow = async () => {
    while (following) {
      const after = seen.at(-1)?.event ?? first[0].id;
      try {
        for await (const message of subscriber.iterate<{
          progressUpdated: { event: { id: string }; entry: { id: string } };
        }>({
          query: `subscription ($after: ID) { progressUpdated(after: $after) { event { id at } entry { id } goal { id } } }`,
          variables: { after },
        })) {
          const { event, entry } = message.data!.progressUpdated;
          seen.push({ event: event.id, entry: entry.id });
        }
      } catch {
        await new Promise((done) => setTimeout(done, 100));
      }
    }
  };
  const followed = follow();

  const mutation = `mutation ($input: LogProgressInput!) { logProgress(input: $input) { entry { id } errors { message path } } }`;
  const acknowledged = new Set<string>();
  let killed: Promise<void> | null = null;
  const client = async () => {
    for (let i = 0; i < 125; i++) {
      const id = newId('entry');
      for (;;) {
        try {
          const answer = await post(
            url,
            mutation,
            { input: { id, goalId, value: '1', localDate: '2026-03-01' } },
            headers,
          );
          if (answer.errors) throw new Error(JSON.stringify(answer.errors));
          expect(answer.data.logProgress.errors).toEqual([]);
          break;
        } catch (error) {
          // Not acknowledged: the same client-made id is sent again.
          if ((error as Error).name === 'JestAssertionError') throw error;
          await new Promise((done) => setTimeout(done, 50));
        }
      }
      acknowledged.add(id);
      if (acknowledged.size === 400 && !killed) {
        killed = server.end('SIGKILL').then(async () => {
          server = await startProcess('gateway', env);
        });
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  await killed;
  expect(killed).not.toBeNull();
  expect(acknowledged.size).toBe(1_000);

  const { rows: entries } = await direct.query('SELECT id FROM progress_entries WHERE goal_id = $1', [goalId]);
  expect(entries.map((row) => row.id).sort()).toEqual([...acknowledged].sort());
  const { rows: numbers } = await direct.query('SELECT seq, type FROM events ORDER BY user_id, seq');
  expect(numbers.map((row) => Number(row.seq))).toEqual(numbers.map((_, i) => i + 1));
  expect(numbers.filter((row) => row.type === 'progress.logged')).toHaveLength(1_000);
  await direct.end();

  const deadline = Date.now() + 30_000;
  while (seen.length < 1_000 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
  following = false;
  await subscriber.dispose();
  await followed;
  expect(new Set(seen.map((message) => message.event)).size).toBe(seen.length);
  expect(seen.map((message) => message.entry).sort()).toEqual([...acknowledged].sort());
}, 120_000);
