import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { supergraphFile } from '../gateway/compose.ts';
import { stripSecurityDirectives } from '../gateway/planning/authorization.ts';
import { createPlanner } from '../gateway/planning/planner.ts';

/**
 * `npm run schema:diff [-- REVISION]`: what changed in the public schema since a revision (default HEAD), each change
 * classed as breaking, dangerous or safe, as Markdown for CHANGELOG-schema.md. Exit 1 when something breaks clients.
 */
const root = join(import.meta.dirname, '..');
const revision = process.argv[2] ?? 'HEAD';
const apiSchema = (supergraph: string) => createPlanner(stripSecurityDirectives(supergraph).supergraphSdl).apiSchema;
const before = apiSchema(
  execFileSync('git', ['show', `${revision}:${relative(root, supergraphFile)}`], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  }),
);
const after = apiSchema(readFileSync(supergraphFile, 'utf8'));

const breaking = findBreakingChanges(before, after).map((change) => change.description);
const dangerous = findDangerousChanges(before, after).map((change) => change.description);
const known = coordinates(before);
const safe = [...coordinates(after)]
  .filter((coordinate) => !known.has(coordinate))
  .map((coordinate) => `${coordinate} was added.`);
for (const [title, changes] of Object.entries({ Breaking: breaking, Dangerous: dangerous, Safe: safe })) {
  if (changes.length > 0) console.log(`### ${title}\n\n${changes.map((change) => `- ${change}`).join('\n')}\n`);
}
if (breaking.length + dangerous.length + safe.length === 0) console.log(`The schema is as it was at ${revision}.`);
process.exit(breaking.length > 0 ? 1 : 0);

/** `Type` and `Type.field` of everything public. */
function coordinates(schema: GraphQLSchema): Set<string> {
  const found = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    found.add(type.name);
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const name of Object.keys(type.getFields())) found.add(`${type.name}.${name}`);
    }
  }
  return found;
}
