import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isType,
  Kind,
  typeFromAST,
} from 'graphql';

const today = () => new Date().toLocaleDateString('sv-SE'); // Sweden writes dates as ISO 8601 does.

/** A plausible value for each scalar of the graph; what is not listed becomes an empty string to fill in. */
const scalars: Record<string, () => unknown> = {
  Int: () => 1,
  Float: () => 1,
  Boolean: () => true,
  Decimal: () => '1',
  LocalDate: today,
  DateTime: () => new Date().toISOString(),
  TimeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  EmailAddress: () => 'demo@jarvis.example',
  URL: () => 'https://example.com/',
  JSON: () => ({}),
};

/**
 * JSON text with a value for every variable an operation cannot do without; empty when there is none.
 *
 * @param seen text in which ids may stand, such as earlier responses: an id of the right kind is taken from its end,
 *   so that what has just been made or listed is what the next operation is about. Other ids are left empty.
 */
export function requiredVariables(document: DocumentNode, schema: GraphQLSchema, seen = ''): string {
  const operation = operationOf(document);
  const field = rootField(document);
  const values: Record<string, unknown> = {};
  for (const { variable, type: typeNode, defaultValue } of operation?.variableDefinitions ?? []) {
    if (typeNode.kind !== Kind.NON_NULL_TYPE || defaultValue) continue;
    const { value: name } = variable.name;
    const type = typeFromAST(schema, typeNode);
    values[name] = isType(type) ? plausible(type as GraphQLInputType, name, field, seen) : '';
  }
  return Object.keys(values).length ? `${JSON.stringify(values, null, 2)}\n` : '';
}

/**
 * The variables written beside an example, with its empty ids (`"goalId": ""`) filled from what was seen.
 * @param text JSON; what is no JSON comes back as it is
 */
export function filledVariables(text: string, document: DocumentNode, seen: string): string {
  const field = rootField(document);
  try {
    const values = JSON.parse(text, (name: string, value: unknown) => {
      if (!/ids?$/i.test(name)) return value;
      const fill = (id: unknown) => (id === '' ? latestId(name, field, seen) : id);
      return Array.isArray(value) ? value.map(fill) : fill(value);
    });
    return `${JSON.stringify(values, null, 2)}\n`;
  } catch {
    return text;
  }
}

const operationOf = (document: DocumentNode) =>
  document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);

function rootField(document: DocumentNode): string {
  const selections = operationOf(document)?.selectionSet.selections;
  return selections?.find((node) => node.kind === Kind.FIELD)?.name.value ?? '';
}

function plausible(given: GraphQLInputType, name: string, field: string, seen: string): unknown {
  const type = getNullableType(given);
  if (isListType(type)) return isNonNullType(type.ofType) ? [plausible(type.ofType, name, field, seen)] : [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) {
    const { name: scalar } = type as { name: string };
    return scalar === 'ID' ? latestId(name, field, seen) : (scalars[scalar]?.() ?? '');
  }
  const required = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((part) => [part.name, plausible(part.type, part.name, field, seen)]));
}

/**
 * `goalId` asks for `goal_…`, `lifeAreaId` for `area_…`, a bare `id` or `ids` for what the operation's field is named after: `toolcall_…` for
 * `approveToolCall`, `insight_…` for `markInsightsRead`.
 */
function latestId(name: string, field: string, seen: string): string {
  const subject = name.replace(/ids?$/i, '') || field;
  const words = (subject.match(/[A-Z]?[a-z]+/g) ?? []).map((word) => word.toLowerCase().replace(/s$/, ''));
  const kinds = words.flatMap((word, i) => [word, `${words[i - 1] ?? ''}${word}`]).reverse();
  for (const kind of kinds) {
    const id = seen.match(new RegExp(`\\b${kind}_[0-9a-f]{32}\\b`, 'g'))?.at(-1);
    if (id) return id;
  }
  return '';
}
