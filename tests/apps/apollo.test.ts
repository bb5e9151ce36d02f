import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  buildSchema,
  type DefinitionNode,
  type FragmentDefinitionNode,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import { type Manifest, manifestFile, readManifest } from '../../gateway/admission/manifest.ts';
import {
  apiSchemaFile,
  type CodegenConfig,
  codegenConfigFile,
  disagreements,
  findCli,
} from '../../scripts/swift/apollo.ts';
import { generatedType, printRegistry, printStandIns, usedOperations } from '../../scripts/swift/documents.ts';
import { apiSchema } from '../support/schema.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = readManifest(readFileSync(manifestFile, 'utf8'));
const config = JSON.parse(readFileSync(codegenConfigFile, 'utf8')) as CodegenConfig & { [key: string]: unknown };

/**
 * What `ApolloCodegenConfiguration` of Apollo iOS 2 decodes; it refuses keys that it does not know. An object is the keys of an object, of
 * which `one` has exactly one; a list of texts is what a value may be.
 */
const knownKeys = {
  schemaNamespace: 'text',
  input: { schemaSearchPaths: 'texts', operationSearchPaths: 'texts' },
  output: {
    schemaTypes: { path: 'text', moduleType: { one: ['embeddedInTarget', 'swiftPackage', 'other'] } },
    operations: { one: ['inSchemaModule', 'relative', 'absolute'] },
    testMocks: { one: ['none', 'absolute', 'swiftPackage'] },
  },
  options: {
    additionalInflectionRules: 'any',
    deprecatedEnumCases: ['include', 'exclude'],
    schemaDocumentation: ['include', 'exclude'],
    selectionSetInitializers: 'any',
    operationDocumentFormat: 'texts',
    schemaCustomization: 'any',
    reduceGeneratedSchemaTypes: 'flag',
    warningsOnDeprecatedUsage: ['include', 'exclude'],
    conversionStrategies: 'any',
    pruneGeneratedFiles: 'flag',
    appendSchemaTypeFilenameSuffix: 'flag',
    markTypesNonisolated: 'flag',
  },
  experimentalFeatures: 'any',
  schemaDownload: 'any',
  operationManifest: {
    path: 'text',
    version: ['persistedQueries', 'legacy'],
    generateManifestOnCodeGeneration: 'flag',
  },
} as const;

/** Where a value is not as Apollo's decoder wants it. */
function complaints(value: unknown, known: unknown, place: string): string[] {
  if (known === 'any') return [];
  if (known === 'text') return typeof value === 'string' ? [] : [`${place} is no text`];
  if (known === 'flag') return typeof value === 'boolean' ? [] : [`${place} is neither true nor false`];
  if (known === 'texts')
    return Array.isArray(value) && value.every((item) => typeof item === 'string')
      ? []
      : [`${place} is no list of texts`];
  if (Array.isArray(known)) return known.includes(value) ? [] : [`${place} is none of ${known.join(', ')}`];
  const members = value as { [key: string]: unknown };
  const { one } = known as { one?: readonly string[] };
  if (one) {
    const keys = Object.keys(members);
    return keys.length === 1 && one.includes(keys[0]!) ? [] : [`${place} is not one of ${one.join(', ')}`];
  }
  return Object.entries(members).flatMap(([key, member]) =>
    Object.hasOwn(known as object, key)
      ? complaints(member, (known as { [key: string]: unknown })[key], `${place}.${key}`)
      : [`${place}.${key} is unknown`],
  );
}

/** The files that Apollo's patterns match: `**` goes into folders, `!` at the beginning takes away. */
function matched(patterns: readonly string[]): string[] {
  const files = readdirSync(join(root, 'operations'), { recursive: true, encoding: 'utf8' }).map(
    (file) => `operations/${file}`,
  );
  const matches = (file: string, pattern: string) => {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    const source = escaped.replace('**/', '(.+/)?').replace(/\*(?!\/)/g, '[^/]*');
    return new RegExp(`^${source}$`).test(file);
  };
  const kept = patterns.filter((pattern) => !pattern.startsWith('!'));
  const without = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  return files
    .filter((file) => kept.some((each) => matches(file, each)) && !without.some((each) => matches(file, each)))
    .sort();
}

describe('the configuration of Apollo iOS', () => {
  test('has only keys and values that Apollo reads', () => {
    expect(complaints(config, knownKeys, 'config')).toEqual([]);
    for (const needed of ['schemaNamespace', 'input', 'output', 'operationManifest'])
      expect(config).toHaveProperty(needed);
  });

  test('asks for what 2.x needs in full: it has no defaults for these', () => {
    expect(Object.keys(config.output).sort()).toEqual(['operations', 'schemaTypes', 'testMocks']);
    expect(Object.keys(config.operationManifest).sort()).toEqual([
      'generateManifestOnCodeGeneration',
      'path',
      'version',
    ]);
  });

  test('has a check that can fail', () => {
    expect(complaints({ schemaName: 'A', input: { schemaPath: 'b' } }, knownKeys, 'c')).toEqual([
      'c.schemaName is unknown',
      'c.input.schemaPath is unknown',
    ]);
    const output = { schemaTypes: { path: 1, moduleType: {} }, operations: { none: {} }, testMocks: { none: {} } };
    expect(complaints({ output }, knownKeys, 'c')).toHaveLength(3);
  });

  test('writes sources of the target that it is named after', () => {
    expect(config.output.schemaTypes.path).toBe(`swift/JarvisKit/Sources/${config.schemaNamespace}`);
  });

  test('names the schema that clients see', () => {
    const files = matched(config.input.schemaSearchPaths);
    expect(files.map((file) => join(root, file))).toEqual([apiSchemaFile]);
    const types = Object.keys(buildSchema(read(files[0]!)).getTypeMap());
    // Otherwise it is an old one: run "npm run generate".
    expect(types.sort()).toEqual(Object.keys(apiSchema.getTypeMap()).sort());
  });

  test('matches every operation that the server knows, and no other', () => {
    const documents = matched(config.input.operationSearchPaths).map((file) => parse(read(file)));
    const names = documents.flatMap(({ definitions }) =>
      definitions.flatMap((node) => (node.kind === Kind.OPERATION_DEFINITION ? [node.name!.value] : [])),
    );
    expect(names.sort()).toEqual(manifest.operations.map(({ name }) => name).sort());
    const definitions = documents.flatMap((document) => document.definitions);
    expect(validate(apiSchema, { kind: Kind.DOCUMENT, definitions })).toEqual([]);
  });

  test('excludes by a pattern with **: without, Apollo’s reader of patterns does not see the exclamation mark', () => {
    for (const pattern of config.input.operationSearchPaths.filter((each) => each.startsWith('!')))
      expect(pattern).toContain('**');
  });
});

describe('the command line of Apollo iOS', () => {
  test('is found on the path or in a folder, or not at all', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jarvis-cli-'));
    try {
      expect(findCli([folder], folder)).toBeNull();
      writeFileSync(join(folder, 'apollo-ios-cli'), '');
      expect(findCli([], `/nowhere:${folder}`)).toBe(join(folder, 'apollo-ios-cli'));
      expect(findCli([folder], '')).toBe(join(folder, 'apollo-ios-cli'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is believed only when its ids are those of the server', () => {
    const made = (operations: { [name: string]: string }): Manifest => ({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: Object.entries(operations).map(([name, id]) => ({ name, id, body: '', type: 'query' })),
    });
    expect(disagreements(manifest, manifest)).toEqual([]);
    expect(disagreements(made({ A: '1', B: '2', D: '4' }), made({ A: '1', B: '3', C: '5' }))).toEqual([
      'B has the id 2 in the apps and 3 at the server.',
      'Apollo generated no C.',
      'The server does not know D.',
    ]);
  });
});

describe('every operation of the manifest, as Apollo iOS would send it,', () => {
  const operations = manifest.operations.map((operation) => {
    const lines = operation.body.split('\n');
    const [definition, ...fragments] = lines.map((line) => {
      const { definitions } = parse(line, { noLocation: true });
      expect(definitions).toHaveLength(1);
      return definitions[0]!;
    });
    return { ...operation, lines, definition: definition!, fragments: fragments as FragmentDefinitionNode[] };
  });

  test('is the operation and then its fragments, a line each', () => {
    for (const { name, type, definition, fragments } of operations) {
      expect(definition).toMatchObject({ kind: Kind.OPERATION_DEFINITION, operation: type, name: { value: name } });
      for (const { kind } of fragments) expect({ name, kind }).toEqual({ name, kind: Kind.FRAGMENT_DEFINITION });
    }
  });

  test('has each fragment once, in the order in which they are met going into the depth', () => {
    for (const { name, definition, fragments } of operations) {
      const order: string[] = [];
      const enter = (node: DefinitionNode) => {
        const spread = new Set<string>();
        visit(node, { FragmentSpread: (each) => void spread.add(each.name.value) });
        for (const each of spread) {
          if (order.includes(each)) continue;
          order.push(each);
          enter(fragments.find((fragment) => fragment.name.value === each)!);
        }
      };
      enter(definition);
      expect({ name, order: fragments.map((fragment) => fragment.name.value) }).toEqual({ name, order });
    }
  });

  test('asks for __typename once, and first, in every field and fragment, never at the root or in inline fragments', () => {
    const places = ({ selections }: SelectionSetNode) =>
      selections.flatMap((node, i) => (node.kind === Kind.FIELD && node.name.value === '__typename' ? [i] : []));
    const wrong: string[] = [];
    for (const { name, definition, fragments } of operations) {
      const check = (set: SelectionSetNode, wanted: number[]) => {
        if (JSON.stringify(places(set)) !== JSON.stringify(wanted)) wrong.push(`${name}: ${print(set)}`);
      };
      for (const node of [definition, ...fragments])
        visit(node, {
          Field: ({ selectionSet }) => void (selectionSet && check(selectionSet, [0])),
          FragmentDefinition: ({ selectionSet }) => check(selectionSet, [0]),
          OperationDefinition: ({ selectionSet }) => check(selectionSet, []),
          InlineFragment: ({ selectionSet }) => check(selectionSet, []),
        });
    }
    expect(wrong).toEqual([]);
  });

  test('is printed as its compiler prints, the lines trimmed and joined by spaces', () => {
    const printed = (node: DefinitionNode) =>
      print(node)
        .split('\n')
        .map((line) => line.trim())
        .join(' ');
    for (const { lines, definition, fragments } of operations)
      expect(lines).toEqual([definition, ...fragments].map(printed));
  });

  test('has the SHA-256 of its body as its id', () => {
    for (const { name, id, body } of operations)
      expect({ name, id }).toEqual({ name, id: createHash('sha256').update(body, 'utf8').digest('hex') });
  });
});

describe('what the package needs of Apollo’s code', () => {
  test('is found by the names that Apollo gives', () => {
    expect(generatedType({ name: 'Dashboard', type: 'query' })).toBe('DashboardQuery');
    expect(generatedType({ name: 'logProgress', type: 'mutation' })).toBe('LogProgressMutation');
    expect(generatedType({ name: 'GoalSubscription', type: 'subscription' })).toBe('GoalSubscription');
  });

  test('is every operation that its sources name, by its kind', () => {
    const used = usedOperations(join(root, 'swift/JarvisKit/Sources'), manifest);
    const [runners, followers] = printRegistry(used).split('static let followers');
    for (const operation of used) {
      const entry = `"${operation.name}": .${operation.type}(${generatedType(operation)}.self, [`;
      expect(operation.type === 'subscription' ? followers : runners).toContain(entry);
      expect(printStandIns(used)).toContain(`struct ${generatedType(operation)}: `);
    }
    expect(runners).toContain('"GoalDetail": .query(GoalDetailQuery.self, ["id","from","entries","after"]),');
    expect(printRegistry([])).toContain('[String: Runner] = [:]');
  });
});

test('the documents in Swift are those of the manifest, with the hash of what is sent', () => {
  const swift = read('swift/JarvisKit/Sources/Graph/Documents.swift');
  const pattern = /name: "(\w+)", kind: \.(\w+),\s+hash: "(\w+)",\s+body: #"""\n([\s\S]*?)\n {6}"""#\)/g;
  const documents = [...swift.matchAll(pattern)];
  expect(documents.length).toBe(swift.match(/public static let/g)!.length);
  const known = new Map(manifest.operations.map((operation) => [operation.name, operation]));
  for (const [, name, type, id, indented] of documents) {
    // The lines of such a literal begin where its end stands.
    const body = indented!
      .split('\n')
      .map((line) => line.slice(6))
      .join('\n');
    expect({ name, type, id, body }).toEqual({ ...known.get(name!) });
    expect(id).toBe(createHash('sha256').update(body).digest('hex'));
  }
});
