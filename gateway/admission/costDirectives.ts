import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  type TypeDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';

/** What `@listSize` says of a field. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that say how many are wanted, as paths: `first`, or `input.first`. */
  readonly slicingArguments: readonly (readonly string[])[];
  /** Lists in the field's selection that have the size; without any it is the field itself. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

/** What a supergraph says about cost, by schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`. */
export interface CostDirectives {
  readonly weights: ReadonlyMap<string, number>;
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

/**
 * Reads `@cost` and `@listSize` of the IBM GraphQL cost directives from a supergraph, by whatever names its `@link` gives them. What an
 * interface says of a field holds for the types that implement it, unless they say something else.
 */
export function readCostDirectives(supergraphSdl: string): CostDirectives {
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const names = directiveNames(supergraph);
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  if (!names.cost.size && !names.listSize.size) return { weights, listSizes };

  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] = []) => {
    for (const directive of directives) {
      const weight = names.cost.has(directive.name.value) ? Number(argument(directive, 'weight')) : Number.NaN;
      if (Number.isFinite(weight)) weights.set(coordinate, weight);
      if (names.listSize.has(directive.name.value)) listSizes.set(coordinate, listSizeOf(directive));
    }
  };
  const types = supergraph.definitions.filter((node): node is TypeDefinitionNode =>
    node.kind.endsWith('TypeDefinition'),
  );
  for (const type of types) {
    read(type.name.value, type.directives);
    for (const field of fieldsOf(type)) {
      const coordinate = `${type.name.value}.${field.name.value}`;
      read(coordinate, field.directives);
      if (field.kind !== Kind.FIELD_DEFINITION) continue;
      for (const { name, directives } of field.arguments ?? []) read(`${coordinate}(${name.value}:)`, directives);
    }
  }
  for (const type of types) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const parent of type.interfaces ?? [])
      for (const field of type.fields ?? []) {
        inherit(weights, parent.name.value, type.name.value, field);
        inherit(listSizes, parent.name.value, type.name.value, field);
      }
  }
  return { weights, listSizes };
}

function inherit<Value>(map: Map<string, Value>, parent: string, type: string, field: FieldDefinitionNode): void {
  const take = (suffix: string) => {
    const value = map.get(parent + suffix);
    if (value !== undefined && !map.has(type + suffix)) map.set(type + suffix, value);
  };
  take(`.${field.name.value}`);
  for (const { name } of field.arguments ?? []) take(`.${field.name.value}(${name.value}:)`);
}

/** What the two directives are called: imported by name, or under the feature's own name, which `as` may change. */
function directiveNames(supergraph: DocumentNode): { cost: Set<string>; listSize: Set<string> } {
  const names = { cost: new Set<string>(), listSize: new Set<string>() };
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      const url = String(argument(link, 'url') ?? '');
      if (link.name.value !== 'link' || !/\/cost(\/v\d[^/]*)?\/?$/.test(url)) continue;
      const prefix = String(argument(link, 'as') ?? 'cost');
      names.cost.add(prefix);
      names.listSize.add(`${prefix}__listSize`);
      for (const entry of list(argument(link, 'import'))) {
        const { name, as = name } = typeof entry === 'string' ? { name: entry } : (entry as Record<string, string>);
        if (name === '@cost') names.cost.add(String(as).slice(1));
        if (name === '@listSize') names.listSize.add(String(as).slice(1));
      }
    }
  }
  return names;
}

function listSizeOf(directive: ConstDirectiveNode): ListSize {
  const assumedSize = argument(directive, 'assumedSize');
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
    slicingArguments: list(argument(directive, 'slicingArguments')).map((path) => String(path).split('.')),
    sizedFields: list(argument(directive, 'sizedFields')).map(String),
    requireOneSlicingArgument: argument(directive, 'requireOneSlicingArgument') !== false,
  };
}

const fieldsOf = (type: TypeDefinitionNode): readonly (FieldDefinitionNode | InputValueDefinitionNode)[] =>
  'fields' in type ? (type.fields ?? []) : [];

const argument = (directive: ConstDirectiveNode, name: string): unknown => {
  const given: ConstValueNode | undefined = directive.arguments?.find((node) => node.name.value === name)?.value;
  return given && valueFromASTUntyped(given);
};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
