import {
  type ASTNode,
  type ASTVisitor,
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstObjectFieldNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { OperationParts } from './conditions.ts';

/** Aliases under which the planner knows some of the client's, and what the client calls them. */
export type RenamedAliases = ReadonlyMap<string, string>;

/** The name under which a field is answered, of that under which it is known here. */
export const answeredName = (aliases: RenamedAliases | undefined, name: string): string => aliases?.get(name) ?? name;

/**
 * Gives the client's aliases other names where the planner may need the same.
 *
 * The planner adds fields that keys, `@requires` and `@fromContext` name to what a client selects, and takes a selection that answers under
 * such a name for the field itself: with `{ id: size }` the size becomes the key by which other subgraphs are asked.
 */
export function aliasRenamer(supergraph: DocumentNode) {
  const added = addedFields(supergraph);
  const isTaken = ({ alias, name }: FieldNode) =>
    alias !== undefined && alias.value !== name.value && !isIntrospection(name.value) && added.has(alias.value);

  return (parts: OperationParts): { readonly parts: OperationParts; readonly aliases: RenamedAliases | undefined } => {
    const taken = new Set<string>();
    const used = new Set<string>();
    const all = [parts.operation, ...parts.fragments.values()];
    for (const node of all)
      eachField(node, (field) => {
        used.add((field.alias ?? field.name).value);
        if (isTaken(field)) taken.add(field.alias?.value as string);
        return undefined;
      });
    if (!taken.size) return { parts, aliases: undefined };

    const renamed = new Map<string, string>();
    for (const alias of taken) {
      let name = `client_${alias}`;
      while (used.has(name) || added.has(name)) name = `client_${name}`;
      used.add(name);
      renamed.set(alias, name);
    }
    const rename = <Node extends OperationDefinitionNode | FragmentDefinitionNode>(node: Node): Node =>
      eachField(node, (field) => {
        if (!isTaken(field)) return undefined;
        const value = renamed.get(field.alias?.value as string) as string;
        return { ...field, alias: { kind: Kind.NAME, value } };
      });
    const fragments = new Map([...parts.fragments].map(([name, fragment]) => [name, rename(fragment)]));
    return {
      parts: { ...parts, operation: rename(parts.operation), fragments },
      aliases: new Map([...renamed].map(([alias, name]) => [name, alias])),
    };
  };
}

/** Arguments of `@join__type` and `@join__field` that are selections; `selection` is that of a context argument. */
const selecting = new Set(['key', 'requires', 'provides', 'selection']);

/** Names of the fields that the planner may add to a selection. */
function addedFields(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const take = ({ name, value }: ConstArgumentNode | ConstObjectFieldNode) => {
    if (!selecting.has(name.value) || value.kind !== Kind.STRING) return;
    for (const [word] of value.value.matchAll(/\w+/g)) names.add(word);
  };
  visit(supergraph, {
    Directive: {
      enter(directive) {
        if (directive.name.value.startsWith('join__'))
          visit(
            directive as ConstDirectiveNode,
            { Argument: { enter: take }, ObjectField: { enter: take } } as ASTVisitor,
          );
        return false;
      },
    },
  });
  return names;
}

/** Looks at the fields of a selection, and puts others in their place. What lies within introspection is answered here and not planned. */
const eachField = <Node extends ASTNode>(node: Node, look: (field: FieldNode) => FieldNode | undefined): Node =>
  visit(node, {
    FragmentDefinition: {
      enter: ({ typeCondition }) => (isIntrospection(typeCondition.name.value) ? false : undefined),
    },
    Field: {
      enter: (field) => (isIntrospection(field.name.value) ? false : look(field)),
    },
  });

/** Names of introspection's own fields and types. */
const isIntrospection = (name: string) => name.startsWith('__');
