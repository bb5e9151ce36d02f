import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestFile, readManifest } from '../../gateway/admission/manifest.ts';
import { composeFromConfig } from '../../gateway/compose.ts';
import { stripSecurityDirectives } from '../../gateway/planning/authorization.ts';
import { createPlanner } from '../../gateway/planning/planner.ts';
import { exampleAnswer, type Fullness } from './answers.ts';
import { printOperations, printRegistry, printStandIns, usedOperations } from './documents.ts';
import { maintainCatalogue } from './strings.ts';

/**
 * `npm run generate:swift`: makes of operations/ what the Swift package takes from it: the documents that its sources name, and for each
 * two answers that the graph could give, which its tests read and which are no part of the repository. The catalogue of the apps' texts gets
 * the keys that views use. `--check` says whether documents and catalogue are up to date instead of writing them.
 */
const check = process.argv.includes('--check');
const root = join(import.meta.dirname, '../..');
const swift = join(root, 'swift/JarvisKit');
const documents = join(swift, 'Sources/Graph/Documents.swift');
const answers = join(swift, 'Tests/GraphTests/Answers');

const manifest = readManifest(readFileSync(manifestFile, 'utf8'));
const operations = usedOperations(join(swift, 'Sources'), manifest);
const text = printOperations(operations);
if (readFileSync(documents, 'utf8') !== text) {
  // Written only when it changes: everything is built anew after it.
  if (!check) writeFileSync(documents, text);
  else {
    console.error(`Out of date: run "npm run generate:swift" and commit it.\n${documents}`);
    process.exit(1);
  }
}

if (!maintainCatalogue(root, check)) {
  console.error(
    'Out of date: run "npm run generate:swift", translate what is new, and commit it.\nswift/Shared/Localizable.xcstrings',
  );
  process.exit(1);
}

// Apollo's own code is generated on a Mac; what stands in for it here serves the check of types alone.
writeFileSync(join(swift, 'Sources/GraphApollo/Operations.swift'), printRegistry(operations));
const standIns = join(root, 'swift/Stubs/Generated/JarvisAPI');
mkdirSync(standIns, { recursive: true });
writeFileSync(join(standIns, 'Operations.swift'), printStandIns(operations));

const { apiSchema } = createPlanner(stripSecurityDirectives(composeFromConfig()).supergraphSdl);
rmSync(answers, { recursive: true, force: true });
mkdirSync(answers, { recursive: true });
for (const { name, body } of operations)
  for (const fullness of ['full', 'bare'] satisfies Fullness[])
    writeFileSync(
      join(answers, `${name}.${fullness}.json`),
      `${JSON.stringify(exampleAnswer(apiSchema, body, fullness), null, 2)}\n`,
    );
