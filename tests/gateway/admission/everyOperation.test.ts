import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type DocumentNode, Kind, parse } from 'graphql';
import { createCostModel } from '../../../gateway/admission/cost.ts';
import { defaultLimits } from '../../../gateway/admission/demandControl.ts';
import { apiSchema } from '../../support/schema.ts';
import { supergraphSdl } from '../../support/supergraph.ts';

// What the apps do must be far from every limit: these are all operations that they share.
const folder = join(import.meta.dirname, '../../../operations');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const definitions = files.filter((file) => file.endsWith('.graphql')).flatMap((file) => parse(read(file)).definitions);
const operations = definitions.flatMap((definition) =>
  definition.kind === Kind.OPERATION_DEFINITION && definition.name ? [definition] : [],
);
const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
const model = createCostModel(supergraphSdl, apiSchema);

/** The operation that a file is for: tools of the assistant are named by their files alone. */
const operationOf = (file: string) =>
  `${file.startsWith('assistant/') ? 'Assistant' : ''}${basename(file).split('.')[0]}`;

function costOf(name: string): number {
  const operation = operations.find((candidate) => candidate.name?.value === name)!;
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  const variables = files.find((file) => file.endsWith('.variables.json') && operationOf(file) === name);
  return model.operation(document).estimate(variables ? JSON.parse(read(variables)) : {}).cost;
}

test.each(operations.map(({ name }) => name!.value))('%s is affordable many times over', (name) => {
  expect(costOf(name)).toBeGreaterThan(0);
  expect(costOf(name)).toBeLessThan(defaultLimits.maximum / 5);
});

test('the first screen, opened again and again, meets no limit', () => {
  expect(costOf('Dashboard')).toBeLessThan(defaultLimits.maximum / 20);
  expect(costOf('Dashboard')).toBeLessThan(defaultLimits.authenticated.restorePerSecond / 2);
});

test('nobody who signs in meets the limit of an address before the limit of attempts', () => {
  // 300 attempts a minute are let through for one address.
  expect((costOf('SignInWithApple') * 300) / 60).toBeLessThan(defaultLimits.anonymous.restorePerSecond);
});
