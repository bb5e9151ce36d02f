import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { readCredentials, writeCredentials } from '../../subgraphs/integrations/connections/credentials.ts';
import { createSecrets } from '../../subgraphs/shared/crypto.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { resealSecrets, sealedColumns } from '../../subgraphs/shared/sealed.ts';
import { ana, beginGraph, graph } from '../support/begin.ts';

beginGraph();

const credentials = (text: string) => ({ accessToken: text, refreshToken: null, expiresAt: null, scopes: [] });
const within = (secrets: Platform['secrets']): Platform => ({ ...graph.platform, secrets });

async function connection() {
  const now = graph.clock.now();
  const connectionId = newId('connection', now);
  const { userId } = ana;
  await graph.db.connection.create({
    data: {
      userId,
      id: connectionId,
      provider: 'GMAIL',
      account: connectionId,
      label: 'Mail',
      status: 'ACTIVE',
      settings: {},
      inputHash: 'x',
      version: 1,
      createdAt: now,
      updatedAt: now,
    },
  });
  return { userId, connectionId };
}

describe('sealed columns', () => {
  test('are all of them in the list', async () => {
    const columns = await graph.db.$queryRaw<{ table: string; column: string }[]>`
      SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name ~ '^sealed|_secret$|^private_key$|^refresh_token$'`;
    const listed = new Set(sealedColumns.map(({ table, column }) => `${table}.${column}`));
    // Sign-ins take minutes, tokens for pushes an hour: they end by themselves.
    const names = columns.map(({ table, column }) => `${table}.${column}`).sort();
    const missing = names.filter((name) => !listed.has(name));
    expect(missing).toEqual(['connection_sign_ins.sealed', 'push_provider_tokens.sealed_token']);
  });

  test('move to the current key while they are read and written, and then the old key is not needed', async () => {
    const [old, current] = [randomBytes(32), randomBytes(32)];
    const [before, both, after] = [createSecrets([old]), createSecrets([current, old]), createSecrets([current])];
    const holders = await Promise.all(Array.from({ length: 30 }, connection));
    const { db } = graph;
    for (const holder of holders) await writeCredentials(db, before, holder, credentials('0'), graph.clock.now());
    let failures = 0;
    let rounds = 0;
    let moving = true;
    const use = async () => {
      for (let i = 1; moving || i < 50; i++) {
        const holder = holders[i % holders.length]!;
        const held = await readCredentials(db, both, holder).catch(() => null);
        if (!held || !/^\d+$/.test(held.credentials.accessToken)) failures += 1;
        // Some processes still have the old configuration, and write with the old key.
        const secrets = i % 3 === 0 && i < 30 ? before : both;
        await writeCredentials(db, secrets, holder, credentials(String(i)), graph.clock.now());
        rounds += 1;
      }
    };
    const users = [use(), use()];
    for (let i = 0; i < 5; i++) await resealSecrets(within(both));
    moving = false;
    await Promise.all(users);
    await resealSecrets(within(both));
    expect(rounds).toBeGreaterThan(90);
    expect(failures).toBe(0);
    for (const holder of holders) expect(await readCredentials(db, after, holder)).not.toBeNull();
    expect(await resealSecrets(within(after))).toBe(0);
  }, 30_000);

  test('whose key is gone, or that were changed, are counted and stay as they are', async () => {
    const holder = await connection();
    const lost = createSecrets([randomBytes(32)]);
    await writeCredentials(graph.db, lost, holder, credentials('x'), graph.clock.now());
    const now = createSecrets([randomBytes(32)]);
    expect(await resealSecrets(within(now))).toBeGreaterThan(0);
    expect((await readCredentials(graph.db, lost, holder))?.credentials.accessToken).toBe('x');
    await expect(readCredentials(graph.db, now, holder)).rejects.toThrow('a key that is not configured');
  });
});
