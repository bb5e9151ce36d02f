import {
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';

/** What may be null is there or not; lists have an item of each type that the document asks about, or none. */
export type Fullness = 'full' | 'bare';

type Json = null | string | number | boolean | Json[] | { [name: string]: Json };

/** A value of each scalar, as the graph writes it. */
const scalars: Record<string, Json> = {
  Boolean: true,
  Cursor: 'eyJzZXEiOiI3In0',
  DateTime: '2026-03-01T07:30:00.000Z',
  Decimal: '12.5',
  EmailAddress: 'ada@example.com',
  Float: 0.5,
  ID: 'goal_0192f3a1b2c37d4e8f90a1b2c3d4e5f6',
  Int: 3,
  JSON: { any: 1 },
  LocalDate: '2026-03-01',
  LocalTime: '07:30',
  String: 'text',
  TimeZone: 'Europe/Berlin',
  URL: 'https://example.com/',
};

/**
 * An answer that the graph could give to a document: what a client must be able to read. With those, tests of the apps fail when an
 * operation loses a field that they read, and when they take for granted what may be null.
 * @throws Error naming a scalar that has no example here.
 */
export function exampleAnswer(schema: GraphQLSchema, body: string, fullness: Fullness): Json {
  const { definitions } = parse(body);
  const fragments = new Map(
    definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;

  function objectOf(type: GraphQLObjectType, selections: SelectionSetNode): { [name: string]: Json } {
    const members: { [name: string]: Json } = {};
    for (const node of selections.selections) {
      if (node.kind === Kind.FIELD) {
        const name = node.alias?.value ?? node.name.value;
        if (node.name.value === '__typename') members[name] = type.name;
        else merge(members, { [name]: fieldValue(type.getFields()[node.name.value]!.type, node.selectionSet) });
      } else {
        const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)! : node;
        const condition = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value)! : type;
        if (applies(condition, type)) merge(members, objectOf(type, fragment.selectionSet));
      }
    }
    return members;
  }

  const applies = (condition: GraphQLNamedType, type: GraphQLObjectType) =>
    condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));

  /** The types of objects that the document asks about here; the first that there is when it names none. */
  function concrete(type: GraphQLNamedType, selections: SelectionSetNode): GraphQLObjectType[] {
    if (isObjectType(type)) return [type];
    if (!isAbstractType(type)) return [];
    const possible = schema.getPossibleTypes(type);
    const named = possible.filter((candidate) =>
      selections.selections.some((node) => {
        if (node.kind === Kind.FIELD) return false;
        const condition =
          node.kind === Kind.INLINE_FRAGMENT ? node.typeCondition : fragments.get(node.name.value)!.typeCondition;
        return condition?.name.value === candidate.name;
      }),
    );
    return named.length > 0 ? named : possible.slice(0, 1);
  }

  function fieldValue(type: GraphQLOutputType, selections: SelectionSetNode | undefined): Json {
    if (isNonNullType(type)) return presentValue(type.ofType, selections);
    return fullness === 'bare' ? null : presentValue(type, selections);
  }

  function presentValue(type: GraphQLOutputType, selections: SelectionSetNode | undefined): Json {
    const named = getNamedType(type);
    if (isListType(type)) {
      if (fullness === 'bare') return [];
      if (selections) return concrete(named, selections).map((item) => objectOf(item, selections));
      return [presentValue(named, selections)];
    }
    if (isEnumType(named)) return named.getValues()[0]!.name;
    if (selections) return objectOf(concrete(named, selections)[0]!, selections);
    const value = scalars[named.name];
    if (value === undefined) throw new Error(`scripts/swift/answers.ts has no example of the scalar ${named.name}.`);
    return value;
  }

  const root = schema.getRootType(operation.operation)!;
  return objectOf(root, operation.selectionSet);
}

function merge(into: { [name: string]: Json }, from: { [name: string]: Json }): void {
  for (const [name, value] of Object.entries(from)) {
    const known = into[name];
    if (Array.isArray(known) && Array.isArray(value)) {
      value.forEach((item, i) => {
        const there = known[i];
        if (isObject(there) && isObject(item)) merge(there, item);
      });
    } else if (isObject(known) && isObject(value)) merge(known, value);
    else into[name] = value;
  }
}

const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
