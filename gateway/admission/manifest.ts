import { join } from 'node:path';
import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';
import { sha256 } from './sha256.ts';

/** The manifest of our own operations: generated, committed, and checked to be up to date. */
export const manifestFile = join(import.meta.dirname, '../persistedOperations.json');

/** Operations that clients may name instead of sending, in Apollo's file format. */
export interface Manifest {
  readonly format: 'apollo-persisted-query-manifest';
  readonly version: 1;
  readonly operations: readonly ManifestOperation[];
}

export interface ManifestOperation {
  /** SHA-256 of the body in hex, where we make it; other makers may name them otherwise. */
  readonly id: string;
  readonly body: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
}

/**
 * Makes the manifest of operation files, which may take fragments from one another. Bodies are byte for byte what Apollo
 * iOS 2 sends and hashes: each definition on one line, the operation first and then its fragments in the order in which
 * they are met, with `__typename` where its compiler adds it.
 * @throws Error naming what Apollo iOS would write otherwise, or what has no name.
 */
export function makeManifest(files: Iterable<string>): Manifest {
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const file of files)
    for (const definition of parse(file, { noLocation: true }).definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        const name = definition.name.value;
        if (fragments.has(name)) throw new Error(`There are two fragments "${name}".`);
        fragments.set(name, definition);
      } else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    }
  const made = operations.map((operation): ManifestOperation => {
    const name = operation.name?.value;
    if (!name) throw new Error('Every operation needs a name.');
    const body = [operation, ...usedFragments(operation, fragments)].map(toLine).join('\n');
    return { id: sha256(body), body, name, type: operation.operation };
  });
  const names = new Set(made.map(({ name }) => name));
  if (names.size < made.length) throw new Error('Two operations have the same name.');
  return {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: made.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** The file's text, as it is committed. */
export const printManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/** @throws Error when the text is no manifest. */
export function readManifest(text: string): Manifest {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    throw new Error('The manifest of persisted operations is not JSON.');
  }
  if (manifest?.format !== 'apollo-persisted-query-manifest' || manifest.version !== 1)
    throw new Error('The manifest of persisted operations is not in the format "apollo-persisted-query-manifest", 1.');
  const isOperation = (operation: Partial<ManifestOperation> | null) =>
    typeof operation?.id === 'string' && typeof operation.body === 'string';
  if (!Array.isArray(manifest.operations) || !manifest.operations.every(isOperation))
    throw new Error('The manifest of persisted operations has one without "id" or "body".');
  return manifest as Manifest;
}

/** Every fragment that the operation uses, each before those that it uses itself. */
function usedFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const used = new Set<FragmentDefinitionNode>();
  const follow = (definition: OperationDefinitionNode | FragmentDefinitionNode) => {
    const met = new Set<FragmentDefinitionNode>();
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment) throw new Error(`"${definition.name?.value}" spreads "${name.value}", which is in no file.`);
        met.add(fragment);
      },
    });
    for (const fragment of met) {
      if (used.has(fragment)) continue;
      used.add(fragment);
      follow(fragment);
    }
  };
  follow(operation);
  return [...used];
}

/** One definition as Apollo iOS writes it: with `__typename`, printed, every line trimmed, all lines joined by spaces. */
function toLine(definition: OperationDefinitionNode | FragmentDefinitionNode): string {
  return print(withTypename(definition))
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;

/**
 * Apollo iOS asks for `__typename` first in the selections of every field and fragment that does not ask for it already;
 * not in inline fragments, nor at an operation's root.
 */
function withTypename<Node extends OperationDefinitionNode | FragmentDefinitionNode>(definition: Node): Node {
  const refuse = (what: string) => {
    const advice = 'Apollo iOS writes it otherwise than we do, and the ids would differ: use a variable.';
    throw new GraphQLError(`"${definition.name?.value}" has ${what}. ${advice}`);
  };
  return visit(definition, {
    SelectionSet: {
      leave(set, _key, parent) {
        const { kind } = parent as { kind: Kind };
        if (kind !== Kind.FIELD && kind !== Kind.FRAGMENT_DEFINITION) return undefined;
        const has = set.selections.some(({ kind, ...selection }) => kind === Kind.FIELD && isTypename(selection));
        return has ? undefined : { ...set, selections: [typename, ...set.selections] };
      },
    },
    Field: (field) => (isTypename(field) && (field.alias || field.directives?.length) ? typename : undefined),
    // Its compiler prints with graphql-js 17, which sets these apart from graphql-js 16.
    ObjectValue: () => refuse('an object literal'),
    ListValue: (list) => (print(list).length > 80 ? refuse('a long list literal') : undefined),
    StringValue: ({ block }) => (block ? refuse('a block string') : undefined),
  });
}

const isTypename = (selection: object) =>
  'name' in selection && (selection.name as { value: string }).value === typename.name.value;
