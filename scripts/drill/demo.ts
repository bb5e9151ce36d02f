import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { demoEmail, fillDemoAccount } from '../../subgraphs/demo.ts';
import type { BackupSettings } from '../../subgraphs/shared/backup/settings.ts';
import { openBackups } from '../../subgraphs/shared/backup/settings.ts';
import { takeBackup } from '../../subgraphs/shared/backup/take.ts';
import { readConfig } from '../../subgraphs/shared/config.ts';
import { startEmbeddedPostgres } from '../../subgraphs/shared/embeddedPostgres.ts';
import { ensureDevelopmentUser } from '../../subgraphs/users/development.ts';
import { eraseDueAccounts } from '../../subgraphs/users/erase.ts';
import { listErasures } from '../../subgraphs/users/erasureList.ts';
import { startS3 } from '../../tests/support/s3.ts';
import { type Client, drillConfig, openHouse } from './house.ts';

/** What a drill has lost, and what is left of it. */
export interface Loss {
  backups: BackupSettings;
  from: string;
  /** When the database was lost. */
  at: Date;
  encryption: { current: string; old?: string[] };
  /** An account that was erased after the backup, if the drill knows one. */
  erased?: string;
  close(): Promise<void>;
}

/** Clients that write without a pause while the backup is made. */
const writers = 3;

/**
 * A database of our own that is lost: demo data, people who change something without a pause, a backup meanwhile, an erasure after it, and
 * then nothing of it is left but the bucket, which is a local server that speaks S3's protocol.
 */
export async function loseDemo(directory: string, say: (what: string) => void): Promise<Loss> {
  const s3 = await startS3();
  const encryption = { current: randomBytes(32).toString('hex') };
  const backups = openBackups(readConfig({ NODE_ENV: 'test', ...s3.env }))!;
  const cluster = await startEmbeddedPostgres({ directory: join(directory, 'lost') });
  try {
    const house = await openHouse(drillConfig(cluster.url(), encryption));
    const { platform } = house;
    await fillDemoAccount(platform, await ensureDevelopmentUser(platform, demoEmail));
    const erased = await ensureDevelopmentUser(platform, 'erased@jarvis.example');
    await fillDemoAccount(platform, erased, 99);

    let writing = true;
    let written = 0;
    const write = async (client: Client) => {
      while (writing) {
        const answer = await client.run(
          'mutation ($name: String!) { updateProfile(input: { name: $name }) { user { name } errors { message } } }',
          { name: `Writer ${written}` },
        );
        if (!(answer.data?.updateProfile as { user?: unknown } | undefined)?.user)
          throw new Error(`A writer failed: ${JSON.stringify(answer)}`);
        written++;
      }
    };
    const clients = await Promise.all(
      Array.from({ length: writers }, (_, n) => house.signIn(`writer${n}@jarvis.example`)),
    );
    const running = Promise.all(clients.map(write));
    // A failure is told where it is waited for.
    running.catch(() => {});
    while (written < 10 && writing) await Promise.race([running, new Promise((done) => setTimeout(done, 20))]);
    const before = written;
    const began = performance.now();
    const source = { databaseUrl: cluster.url(), ...backups, now: platform.now, signal: AbortSignal.timeout(600_000) };
    const manifest = (await takeBackup(source))!;
    const during = written - before;
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    say(
      `Backup ${manifest.id}: ${rows} rows of ${manifest.tables.length} tables, ${(manifest.objects.data.bytes / 1_000).toFixed(0)} kB sealed, in ${((performance.now() - began) / 1_000).toFixed(1)} s; ${during} mutations of ${writers} writers meanwhile`,
    );
    await platform.db.user.update({ where: { id: erased }, data: { deletionScheduledAt: platform.now() } });
    await eraseDueAccounts(platform);
    await listErasures(platform, backups);
    writing = false;
    await running;
    await house.close();
    return {
      backups,
      from: manifest.id,
      at: new Date(),
      encryption,
      erased,
      async close() {
        backups.storage.close();
        await s3.stop();
      },
    };
  } catch (error) {
    backups.storage.close();
    await s3.stop();
    throw error;
  } finally {
    await cluster.stop({ force: true });
  }
}
