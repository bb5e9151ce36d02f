import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, print, visit } from 'graphql';

/** One of the repository's shared operations, ready to be opened in a tab. */
export interface Example {
  /** Folder under operations/; empty for those at its top. */
  folder: string;
  name: string;
  operation: 'query' | 'mutation' | 'subscription';
  /** The comment at the head of the file, if it has one. */
  description: string;
  /** The file's text, with the fragments it takes from other files. */
  query: string;
  document: DocumentNode;
  /** Text of `<name>.variables.json` beside the file, if there is one. */
  variables: string | undefined;
}

/** Text of files by their path. */
export type Sources = Record<string, string>;

/** All examples, by folder and name, the first to try at the top. A file that is no valid document is left out: the repository's check reports it. */
export function readExamples(documents: Sources, variables: Sources): readonly Example[] {
  const parsed = Object.entries(documents).flatMap(([path, source]) => {
    try {
      return [{ path, source, document: parse(source) }];
    } catch {
      return [];
    }
  });
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const { document } of parsed) {
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    }
  }
  return parsed
    .flatMap(({ path, source, document }): Example[] => {
      const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
      if (!operation) return [];
      const [, folder = '', file = ''] = /operations\/(?:(.*)\/)?([^/]+)\.graphql$/.exec(path) ?? [];
      const borrowed = borrowedFragments(document, fragments);
      const query = [source.trimEnd(), ...borrowed.map(print)].join('\n\n');
      return [
        {
          folder,
          name: operation.name?.value ?? file,
          operation: operation.operation,
          description: headComment(source),
          query: `${query}\n`,
          document: { ...document, definitions: [...document.definitions, ...borrowed] },
          variables: variables[path.replace(/\.graphql$/, '.variables.json')],
        },
      ];
    })
    .sort((a, b) => rank(a) - rank(b) || a.folder.localeCompare(b.folder) || a.name.localeCompare(b.name));
}

/** Folders that a stranger should see first; the others follow by name. */
const first = ['', 'dashboard', 'goals', 'chat', 'live'];
const rank = ({ folder }: Example) => (first.includes(folder) ? first.indexOf(folder) : first.length);

/** Fragments the document spreads, directly or through others, and does not define itself. */
function borrowedFragments(document: DocumentNode, all: Map<string, FragmentDefinitionNode>): FragmentDefinitionNode[] {
  const own = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const known = new Set(own.map((node) => node.name.value));
  const borrowed: FragmentDefinitionNode[] = [];
  const follow = (node: DocumentNode | FragmentDefinitionNode) => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = all.get(name.value);
        if (!fragment || known.has(name.value)) return;
        known.add(name.value);
        borrowed.push(fragment);
        follow(fragment);
      },
    });
  };
  follow(document);
  return borrowed;
}

function headComment(source: string): string {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^#\s?/, ''))
    .join(' ')
    .trim();
}
