import { ConfigError, readConfig } from './shared/config.ts';
import { migrateDatabase } from './shared/start.ts';

/**
 * `npm run migrate`: brings DATABASE_URL to the schema of this version, and says what it did. What a deployment runs first, once, while the version
 * before is still serving.
 */
async function main(): Promise<void> {
  const config = readConfig();
  if (!config.DATABASE_URL)
    throw new ConfigError('DATABASE_URL must be set: the embedded database is migrated by npm start.');
  const applied = await migrateDatabase(config, config.DATABASE_URL, (what) => console.log(what));
  for (const name of applied) console.log(`applied ${name}`);
  console.log(applied.length > 0 ? `The database is up to date.` : 'The database was up to date.');
}

main().catch((error: Error) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
