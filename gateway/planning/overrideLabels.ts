import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** The labels of `@override` that the plan of an operation may depend on, sorted. */
export type LabelsOf = (operation: DocumentNode) => readonly string[];

/**
 * Finds where a supergraph has labels. An operation depends on those of the fields that it selects, and of what a plan reads without being
 * asked to: keys, what `@requires` names, contexts. Those are known by their names alone, which may say too much: it only costs a plan more.
 */
export function overrideLabels(supergraph: DocumentNode, schema: GraphQLSchema): LabelsOf {
  /** Labels of "Type.field", and of all fields of a name. */
  const labels = new Sets();
  const labelsByName = new Sets();
  /** Names in the directives of a "Type" or "Type.field", and of all fields of a name. */
  const reads = new Sets();
  const readsByName = new Sets();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const type = definition.name.value;
    for (const directive of definition.directives ?? [])
      if (directive.name.value === 'join__type') reads.add(type, ...words(directive));
    for (const { name, directives } of definition.fields ?? [])
      for (const directive of directives ?? []) {
        if (directive.name.value !== 'join__field') continue;
        reads.add(`${type}.${name.value}`, ...words(directive));
        readsByName.add(name.value, ...words(directive));
        const label = directive.arguments?.find((argument) => argument.name.value === 'overrideLabel')?.value;
        if (label?.kind !== Kind.STRING) continue;
        labels.add(`${type}.${name.value}`, label.value);
        labelsByName.add(name.value, label.value);
      }
  }
  if (!labels.size) return () => [];

  /** The labels of what is read for a type or field, and for that in turn. */
  const follow = (read: Iterable<string>, seen: Set<string>, found: Set<string>) => {
    for (const name of read) {
      if (seen.has(name)) continue;
      seen.add(name);
      for (const label of labelsByName.of(name)) found.add(label);
      follow(readsByName.of(name), seen, found);
    }
  };

  return (operation) => {
    const found = new Set<string>();
    const seen = new Set<string>();
    const types = new TypeInfo(schema);
    const Field = {
      enter({ name }: { name: { value: string } }) {
        for (const type of kin(schema, types.getParentType()?.name)) {
          for (const label of labels.of(`${type}.${name.value}`)) found.add(label);
          follow(reads.of(`${type}.${name.value}`), seen, found);
        }
        for (const type of kin(schema, getNamedType(types.getType())?.name)) follow(reads.of(type), seen, found);
      },
    };
    visit(operation, visitWithTypeInfo(types, { Field }));
    return [...found].sort();
  };
}

/** A type with those that its fields may be found in: what implements it, and what it implements. */
function kin(schema: GraphQLSchema, name = ''): string[] {
  const type = schema.getType(name);
  const below = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const above = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  return [name, ...[...below, ...above].map((one) => one.name)];
}

/** Every word in a string of a directive: the names of what it selects are among them. */
function words(directive: ConstDirectiveNode): string[] {
  const found: string[] = [];
  visit(directive, { StringValue: { enter: ({ value }) => void found.push(...(value.match(/\w+/g) ?? [])) } });
  return found;
}

class Sets {
  readonly #sets = new Map<string, Set<string>>();

  add(key: string, ...values: string[]): void {
    const set = this.#sets.get(key) ?? new Set();
    this.#sets.set(key, set);
    for (const value of values) set.add(value);
  }

  of(key: string): Iterable<string> {
    return this.#sets.get(key) ?? [];
  }

  get size(): number {
    return this.#sets.size;
  }
}
