import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listBackups } from '../../../subgraphs/shared/backup/manifest.ts';
import { backUpWhenDue } from '../../../subgraphs/shared/backup/schedule.ts';
import type { BackupSettings } from '../../../subgraphs/shared/backup/settings.ts';
import { openStorage } from '../../../subgraphs/shared/backup/storage.ts';
import { takeBackup } from '../../../subgraphs/shared/backup/take.ts';
import { readConfig } from '../../../subgraphs/shared/config.ts';
import { domainMetrics } from '../../../subgraphs/shared/metrics.ts';
import type { Platform } from '../../../subgraphs/shared/platform.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { type LocalS3, startS3 } from '../../support/s3.ts';
import { until } from '../../support/until.ts';

let s3: LocalS3;
let house: Awaited<ReturnType<typeof startTestPlatform>>;
let platform: Platform;
let backups: BackupSettings;
let time = new Date('2026-11-27T02:59:00Z');
const closing = new AbortController().signal;
const complete = async () => (await listBackups(backups.storage)).filter((backup) => backup.complete).length;
const at = async (text: string) => {
  time = new Date(text);
  await backUpWhenDue(platform, backups, closing);
  return complete();
};
const metric = async (name: string) =>
  ((await domainMetrics.getSingleMetric(name)!.get()).values[0]?.value ?? 0) as number;

const sessions = async () => {
  const { rows } = await house.pool.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'jarvis backup' AND datname = current_database()`,
  );
  return rows[0].count as number;
};

beforeAll(async () => {
  [s3, house] = await Promise.all([startS3(), startTestPlatform()]);
  const config = readConfig({ NODE_ENV: 'test', DATABASE_URL: house.url, ...s3.env });
  platform = { ...house.platform, config, now: () => time };
  backups = {
    storage: openStorage(config, { connect: 500, silence: 200, call: 1_500 }),
    keys: [Buffer.from(config.BACKUP_KEY!, 'hex')],
    keep: { daily: 100, weekly: 0, monthly: 0 },
  };
});
beforeEach(async () => {
  await house.db.backup.deleteMany();
  for (const { parts } of await listBackups(backups.storage))
    for (const part of parts) await backups.storage.remove(part);
});
afterEach(() => {
  s3.fault = () => false;
});
afterAll(async () => {
  backups?.storage.close();
  await house?.stop();
  await s3?.stop();
});

describe('the schedule', () => {
  test('makes one backup an occurrence, whoever looks how often, and counts', async () => {
    expect(await at('2026-11-27T03:01:00Z')).toBe(1);
    expect(await at('2026-11-27T03:02:00Z')).toBe(1);
    expect(await at('2026-11-28T02:59:00Z')).toBe(1);
    expect(await at('2026-11-28T03:00:30Z')).toBe(2);
    expect(await metric('jarvis_backup_last_success_timestamp_seconds')).toBe(
      Date.parse('2026-11-28T03:00:30Z') / 1_000,
    );
    expect(await metric('jarvis_backup_bytes')).toBeGreaterThan(1_000);
  });

  test('makes up for one that nobody was there for', async () => {
    expect(await at('2026-11-27T22:00:00Z')).toBe(1);
    expect(await at('2026-12-03T12:00:00Z')).toBe(2);
  });

  test('of two processes that begin at once, one makes it', async () => {
    time = new Date('2026-11-27T03:01:00Z');
    await Promise.all([backUpWhenDue(platform, backups, closing), backUpWhenDue(platform, backups, closing)]);
    expect(await complete()).toBe(1);
    const rows = await house.db.backup.findMany();
    expect(rows).toEqual([expect.objectContaining({ failure: null, finishedAt: time })]);
  });

  test('is off when it is said to be', async () => {
    const off = { ...platform, config: { ...platform.config, BACKUP_SCHEDULE: 'off' } };
    await backUpWhenDue(off, backups, closing);
    expect(await complete()).toBe(0);
  });
});

describe('a storage that fails', () => {
  const isUpload = (method?: string) => method === 'PUT' || method === 'POST';
  test.each<[string, LocalS3['fault'], RegExp]>([
    [
      'answers 503',
      ({ method }, response) => isUpload(method) && !!response.writeHead(503).end(),
      /503|UnknownError|Unavailable/,
    ],
    ['hangs', ({ method }) => isUpload(method), /time|abort/i],
    [
      'breaks connections',
      ({ method, socket }) => isUpload(method) && !!socket.destroy(),
      /socket hang up|ECONNRESET|aborted/,
    ],
    [
      'refuses the manifest only',
      ({ method, url }, response) => method === 'PUT' && !!url?.includes('manifest') && !!response.writeHead(403).end(),
      /./,
    ],
  ])('that %s leaves no backup, is counted, and the next one works', async (_, fault, why) => {
    const failures = await metric('jarvis_backup_failures_total');
    s3.fault = fault;
    expect(await at('2026-11-27T03:01:00Z')).toBe(0);
    expect(await metric('jarvis_backup_failures_total')).toBe(failures + 1);
    const [row] = await house.db.backup.findMany();
    expect(row).toMatchObject({ failure: expect.stringMatching(why), bytes: null });
    s3.fault = () => false;
    expect(await at('2026-11-27T03:05:00Z')).toBe(0);
    expect(await at('2026-11-27T03:12:00Z')).toBe(1);
    // Of the failed one nothing is left where it could be deleted.
    expect((await listBackups(backups.storage)).length).toBe(1);
    // Neither has left a session, with its snapshot, behind.
    await until('sessions have ended', async () => (await sessions()) === 0);
  });

  test('in the middle of a large upload ends it, and the parts that had arrived are given up', async () => {
    // More than one part of 16 MB, and nothing that could be compressed.
    await house.pool.query('CREATE TABLE ballast (b bytea)');
    await house.pool.query(
      `INSERT INTO ballast SELECT string_agg(sha256(n::text::bytea), '') FROM generate_series(1, 700000) n`,
    );
    const calls: string[] = [];
    s3.fault = ({ method, url = '' }, response) => {
      calls.push(`${method} ${/partNumber=\d+/.exec(url)?.[0] ?? /uploads?/.exec(url)?.[0] ?? ''}`);
      return url.includes('partNumber=2') && !!response.writeHead(503).end();
    };
    try {
      const signal = AbortSignal.timeout(20_000);
      const taken = takeBackup({ databaseUrl: house.url, ...backups, now: () => time, signal });
      await expect(taken).rejects.toThrow();
      expect(calls).toContain('PUT partNumber=1');
      expect(calls).toContain('DELETE upload');
      expect(await complete()).toBe(0);
    } finally {
      await house.pool.query('DROP TABLE ballast');
    }
  });

  test('is left when the process closes', async () => {
    const leaving = new AbortController();
    s3.fault = ({ method }) => {
      if (isUpload(method)) leaving.abort(new Error('the process closes'));
      return isUpload(method);
    };
    await expect(
      takeBackup({ databaseUrl: house.url, ...backups, now: () => time, signal: leaving.signal }),
    ).rejects.toThrow('the process closes');
  });
});
