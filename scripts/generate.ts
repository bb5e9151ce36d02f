import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Makes everything that is made from something else: the Prisma client, the resolver types, the composed supergraph, the
 * manifest of persisted operations, the assistant's catalogue of tools, the graph as clients see it, and the explorer page. `npm ci` runs it; run it again after changing a schema, a model,
 * an operation or the explorer.
 * `--check` says whether what is committed (the supergraph, the manifest, .env.example) is up to date, and writes nothing.
 */
const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const bin = (name: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(root, 'node_modules', name), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // Prisma wants to download a schema engine that generating does not use; any existing file keeps it content.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      NO_COLOR: '1',
    },
  });

if (!check) {
  bin('prisma/build/index.js', 'generate');
  bin('@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.yml');
}

const { composeFromConfig, supergraphFile } = await import('../gateway/compose.ts');
const { manifestFile } = await import('../gateway/admission/manifest.ts');
const { manifestOfOperations } = await import('./manifest.ts');
const { environmentExample, withConfigurationTable } = await import('./configurationTable.ts');
const readme = join(root, 'README.md');
const committed = new Map([
  [supergraphFile, composeFromConfig()],
  [manifestFile, manifestOfOperations(join(root, 'operations'))],
  [readme, withConfigurationTable(readFileSync(readme, 'utf8'))],
  [join(root, '.env.example'), environmentExample()],
]);
for (const [file, content] of committed) {
  if (!check) writeFileSync(file, content);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== content) {
    console.error(`${file} is out of date: run "npm run generate" and commit it.`);
    process.exit(1);
  }
}

if (!check) {
  const { clientSchemaOf, makeCatalogue, printCatalogue } = await import('./catalogue.ts');
  const { catalogueFile } = await import('../subgraphs/chat/tools/catalogue.ts');
  const catalogue = makeCatalogue(committed.get(supergraphFile)!, join(root, 'operations/assistant'));
  writeFileSync(catalogueFile, printCatalogue(catalogue));
  const { clientSchemaFile } = await import('../subgraphs/shared/clientSchema.ts');
  writeFileSync(clientSchemaFile, `${JSON.stringify(clientSchemaOf(catalogue))}\n`);
  const { apiSchemaFile } = await import('./swift/apollo.ts');
  mkdirSync(dirname(apiSchemaFile), { recursive: true });
  writeFileSync(apiSchemaFile, catalogue.schema);
  const { buildExplorer } = await import('../gateway/explorer/build.ts');
  await buildExplorer();
}
