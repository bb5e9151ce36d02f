import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, print, type SelectionSetNode } from 'graphql';

/** What a fetch asks for in few words, and its operation set out in lines. */
export function aboutFetch(operation: string): { about: string; text: string } {
  try {
    const document = parse(operation, { noLocation: true });
    const fields = rootFields(document);
    const entities = fields.find(({ name }) => name === '_entities');
    return {
      about: entities ? `of ${entities.types.join(', ')}` : [...new Set(fields.map(({ name }) => name))].join(', '),
      text: print(document),
    };
  } catch {
    return { about: '', text: operation };
  }
}

/** Fields at the top, each with the types that are told apart in it. */
function rootFields({ definitions }: DocumentNode): { name: string; types: string[] }[] {
  const fragments = new Map(
    definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const fieldsOf = (set: SelectionSetNode | undefined): { name: string; types: string[] }[] =>
    (set?.selections ?? []).flatMap((node) => {
      if (node.kind === Kind.FIELD) return [{ name: node.name.value, types: typesIn(node.selectionSet, fragments) }];
      if (node.kind === Kind.INLINE_FRAGMENT) return fieldsOf(node.selectionSet);
      return fieldsOf(fragments.get(node.name.value)?.selectionSet);
    });
  return fieldsOf(operation?.selectionSet);
}

function typesIn(set: SelectionSetNode | undefined, fragments: ReadonlyMap<string, FragmentDefinitionNode>): string[] {
  const types = (set?.selections ?? []).flatMap((node) => {
    if (node.kind === Kind.FIELD) return [];
    const on = node.kind === Kind.INLINE_FRAGMENT ? node.typeCondition : fragments.get(node.name.value)?.typeCondition;
    return on ? [on.name.value] : [];
  });
  return [...new Set(types)];
}

/** Cut at the end to about so many characters. */
export const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
/** A path without its first parts, as far as it has to be shorter than so many characters: its end tells more. */
export function cutPath(path: string, length: number): string {
  if (path.length <= length) return path;
  const parts = path.split('.');
  while (parts.length > 1 && parts.join('.').length > length - 2) parts.shift();
  return `….${cut(parts.join('.'), length - 2)}`;
}
