import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFile, readManifest } from '../../gateway/admission/manifest.ts';
import { composeFromConfig } from '../../gateway/compose.ts';
import { stripSecurityDirectives } from '../../gateway/planning/authorization.ts';
import { createPlanner } from '../../gateway/planning/planner.ts';
import { exampleAnswer, type Fullness } from './answers.ts';
import { printOperations, usedOperations } from './documents.ts';

/**
 * `npm run generate:swift`: makes of operations/ what the Swift package takes from it: the documents that its sources name, and for each
 * two answers that the graph could give, which its tests read. `--check` says whether they are up to date, and writes nothing.
 */
const check = process.argv.includes('--check');
const root = join(import.meta.dirname, '../..');
const swift = join(root, 'swift/JarvisKit');
const answers = join(swift, 'Tests/GraphTests/Answers');

const manifest = readManifest(readFileSync(manifestFile, 'utf8'));
const operations = usedOperations(join(swift, 'Sources'), manifest);
const { apiSchema } = createPlanner(stripSecurityDirectives(composeFromConfig()).supergraphSdl);
const files = new Map([[join(swift, 'Sources/Graph/Documents.swift'), printOperations(operations)]]);
for (const { name, body } of operations)
  for (const fullness of ['full', 'bare'] satisfies Fullness[])
    files.set(
      join(answers, `${name}.${fullness}.json`),
      `${JSON.stringify(exampleAnswer(apiSchema, body, fullness), null, 2)}\n`,
    );

mkdirSync(answers, { recursive: true });
const stray = readdirSync(answers)
  .map((file) => join(answers, file))
  .filter((file) => !files.has(file));
const stale = [...files].filter(([file, content]) => read(file) !== content).map(([file]) => file);
if (check && stale.length + stray.length > 0) {
  console.error(`Out of date: run "npm run generate:swift" and commit it.\n${[...stale, ...stray].join('\n')}`);
  process.exit(1);
}
for (const file of stray) rmSync(file);
for (const file of stale) writeFileSync(file, files.get(file)!);

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
