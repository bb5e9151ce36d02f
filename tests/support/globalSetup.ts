import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { composeFromConfig } from '../../gateway/compose.ts';
import { migrate } from '../../prisma/migrate.ts';
import { build } from '../../scripts/build.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../subgraphs/shared/embeddedPostgres.ts';

declare global {
  var jarvisTestCluster: { server: EmbeddedPostgres; directory: string; dist: string } | undefined;
}

/** One PostgreSQL cluster a run, with a migrated template database that each test file clones. */
export default async function globalSetup(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-test-'));
  // As root, PostgreSQL runs under another account, which must be able to walk in.
  chmodSync(directory, 0o711);
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };
  const server = await startEmbeddedPostgres({ directory, settings });
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  await client.query('CREATE DATABASE jarvis_template');
  await migrate(server.url('jarvis_template'));
  await client.query('ALTER DATABASE jarvis_template IS_TEMPLATE true');
  await client.end();
  // Processes of tests run what production runs; in a folder of this run, for another may be under way.
  const dist = join(import.meta.dirname, `../../.jarvis/dist-${process.pid}`);
  build(dist);
  process.env.JARVIS_TEST_DIST = dist;
  globalThis.jarvisTestCluster = { server, directory, dist };
  process.env.JARVIS_TEST_POSTGRES = server.url();
  // Composed once a run from the schema files as they are now; a test compares it with the committed one.
  process.env.JARVIS_TEST_SUPERGRAPH = join(directory, 'supergraph.graphql');
  writeFileSync(process.env.JARVIS_TEST_SUPERGRAPH, composeFromConfig());
}
