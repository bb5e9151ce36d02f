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
 * JSON text with a value for every variable an operation cannot do without; empty when there is none. Ids are left
 * empty, as only the person knows which thing is meant.
 */
export function requiredVariables(document: DocumentNode, schema: GraphQLSchema): string {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const values: Record<string, unknown> = {};
  for (const { variable, type: typeNode, defaultValue } of operation?.variableDefinitions ?? []) {
    if (typeNode.kind !== Kind.NON_NULL_TYPE || defaultValue) continue;
    const type = typeFromAST(schema, typeNode);
    values[variable.name.value] = isType(type) ? plausible(type as GraphQLInputType) : '';
  }
  return Object.keys(values).length ? `${JSON.stringify(values, null, 2)}\n` : '';
}

function plausible(given: GraphQLInputType): unknown {
  const type = getNullableType(given);
  if (isListType(type)) return isNonNullType(type.ofType) ? [plausible(type.ofType)] : [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return scalars[(type as { name: string }).name]?.() ?? '';
  const required = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(required.map((field) => [field.name, plausible(field.type)]));
}
