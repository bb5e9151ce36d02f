import { parseArgs } from 'node:util';
import { ConfigError, readConfig, subgraphNames } from './shared/config.ts';
import { createJobs } from './shared/jobs.ts';
import { createLog } from './shared/log.ts';
import { checkDatabase } from './shared/start.ts';

/**
 * `npm run jobs`: work in the background that was given up within the last day, and why. `-- --retry ID` puts one back on its queue, `-- --retry all`
 * all of them.
 */
async function main(): Promise<void> {
  const { retry } = parseArgs({ options: { retry: { type: 'string' } } }).values;
  const config = readConfig();
  if (!config.DATABASE_URL)
    throw new ConfigError('DATABASE_URL must be set: the queues of the embedded database are its own.');
  if (!config.REDIS_URL) await checkDatabase(config.DATABASE_URL);
  const jobs = createJobs({ redisUrl: config.REDIS_URL, databaseUrl: config.DATABASE_URL }, createLog('error', 'jobs'));
  let found = 0;
  try {
    for (const subgraph of subgraphNames) {
      for (const { id, name, data, reason, failedAt } of await jobs.failed(subgraph)) {
        if (retry !== undefined && retry !== 'all' && retry !== id) continue;
        found++;
        const again = retry !== undefined && (await jobs.retry(subgraph, id)) ? 'again: ' : '';
        console.log(`${again}${id}  ${name} ${JSON.stringify(data)}  ${failedAt.toISOString()}  ${reason.trim()}`);
      }
    }
  } finally {
    await jobs.close();
  }
  if (found === 0)
    console.log(retry === undefined || retry === 'all' ? 'No job was given up.' : `No job ${retry} was given up.`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
