import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backupsOf, run, seconds } from '../deploy/backup/open.ts';
import { readHeads } from '../deploy/backup/restore.ts';
import { restoreWhole } from '../deploy/backup/restoreWhole.ts';
import { subgraphs } from '../subgraphs/index.ts';
import { latestBackup } from '../subgraphs/shared/backup/manifest.ts';
import { readConfig } from '../subgraphs/shared/config.ts';
import { encryptionKeys } from '../subgraphs/shared/crypto.ts';
import { openDb } from '../subgraphs/shared/db.ts';
import { startEmbeddedPostgres } from '../subgraphs/shared/embeddedPostgres.ts';
import { createLog } from '../subgraphs/shared/log.ts';
import { verifyAudit } from '../subgraphs/users/auditVerifier.ts';
import { eventNumbers, richest, smoke, tenants, tracesOf } from './drill/checks.ts';
import { type Loss, loseDemo } from './drill/demo.ts';
import { drillConfig, openHouse } from './drill/house.ts';

/**
 * `npm run restore-drill`: restores the latest backup of the configured bucket, or of a demo that it loses itself, into a fresh cluster of
 * PostgreSQL, opens the gateway on it and tries it. It prints what was lost and how long it took, and ends with 1 when anything is off.
 * `--quick` leaves the tenant matrix out.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  const problems: string[] = [];
  const check = (what: string, found: readonly string[]) => {
    console.log(`${found.length === 0 ? 'ok  ' : 'OFF '} ${what}`);
    for (const one of found) console.log(`       ${one}`);
    problems.push(...found);
  };
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-drill-'));
  chmodSync(directory, 0o711); // As root, PostgreSQL runs under another account, which must be able to walk in.
  let loss: Loss | undefined;
  try {
    loss = await whatIsLost(directory);
    const began = performance.now();
    const cluster = await startEmbeddedPostgres({ directory: join(directory, 'restored') });
    try {
      const clusterReady = performance.now();
      const config = drillConfig(cluster.url(), loss.encryption);
      const { manifest, migrated, erased } = await restoreWhole({
        config,
        backups: loss.backups,
        from: loss.from,
        databaseUrl: cluster.url(),
        domains: Object.values(subgraphs),
        say: (what) => console.log(`     ${what}`),
      });
      const restored = performance.now();
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      // Compared within the restore's transaction: it would have thrown.
      check(`${rows} rows of ${manifest.tables.length} tables are those of the manifest, by count and sum`, []);
      const { db, close } = openDb(cluster.url(), {
        connections: 2,
        log: createLog('error'),
        statementTimeout: 60_000,
      });
      try {
        const missed = loss.erased && erased !== 1 ? [`${erased} accounts were erased again instead of 1`] : [];
        check(`erased again: ${erased}`, [...missed, ...(loss.erased ? await tracesOf(db, loss.erased) : [])]);
        check('the number of the newest event is the counter of each person', await eventNumbers(db));
        const audit = performance.now();
        const verified = await verifyAudit(db, await readHeads(loss.backups, manifest));
        const took = performance.now() - audit;
        check(
          `audit log: ${verified.rows} entries of ${verified.people} people hold against the heads of the backup (${Math.round((verified.rows / took) * 1_000)} a second)`,
          verified.breaks.map(({ userId, seq, what }) => `entry ${seq} of ${userId} ${what}`),
        );
        const [newest] = await db.$queryRaw<{ at: Date | null }[]>`SELECT max(at) AS at FROM events`;
        const opening = performance.now();
        const house = await openHouse(config);
        try {
          const person = await richest(db);
          if (!person) check('somebody is in the backup', ['nobody with an address is in it']);
          else {
            const { count, problems: smoked } = await smoke(house, person.email);
            const served = performance.now();
            check(`${count} shared operations are answered`, smoked);
            if (!values.quick) {
              const { cells, problems: leaks } = await tenants(house, person);
              check(`tenants: ${cells} cells, nobody sees or changes what is another's`, leaks);
            }
            const lost = loss.at.getTime() - (newest!.at ?? new Date(manifest.snapshotAt)).getTime();
            console.log(`\nRecovery point: ${seconds(lost)} between the newest change in the backup and the loss.`);
            console.log(
              `Recovery time: ${seconds(restored - began + (served - opening))} (fresh cluster ${seconds(clusterReady - began)}, restore${migrated.length > 0 ? ` with ${migrated.length} newer migrations` : ''} ${seconds(restored - clusterReady)}, gateway and its first answers ${seconds(served - opening)}).`,
            );
          }
        } finally {
          await house.close();
        }
      } finally {
        await close();
      }
    } finally {
      await cluster.stop({ force: true });
    }
  } finally {
    await loss?.close();
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(problems.length === 0 ? 'The drill succeeded.' : `The drill failed: ${problems.length} things are off.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

async function whatIsLost(directory: string): Promise<Loss> {
  const config = readConfig();
  if (!config.BACKUP_S3_BUCKET) {
    console.log('No bucket is configured: a demo is lost instead.');
    return loseDemo(directory, (what) => console.log(`     ${what}`));
  }
  const backups = backupsOf(config);
  const { id } = await latestBackup(backups.storage);
  console.log(`The latest backup is ${id}.`);
  const [current, ...old] = encryptionKeys(config).map((key) => key.toString('hex'));
  const close = async () => backups.storage.close();
  return { backups, from: id, at: new Date(), encryption: { current: current!, old }, close };
}

run(main);
