import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  typeFromAST,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { ArgumentsSchema, ValueSchema } from '../subgraphs/chat/tools/catalogue.ts';

/** JSON Schema of an operation's variables. Each is described by what it is used for: the argument or input field that takes it. */
export function argumentsSchema(operation: OperationDefinitionNode, schema: GraphQLSchema): ArgumentsSchema {
  const uses = describedUses(operation, schema);
  const properties: Record<string, ValueSchema> = {};
  const required: string[] = [];
  for (const { variable, type: node, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    const type = typeFromAST(schema, node as never) as GraphQLInputType | undefined;
    if (!type) throw new Error(`$${name} has a type that the schema does not know: ${print(node)}`);
    const given = defaultValue && { default: valueFromASTUntyped(defaultValue) };
    properties[name] = { ...valueSchema(type, uses.get(name)), ...given };
    if (isNonNullType(type) && !defaultValue) required.push(name);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Descriptions by variable. */
function describedUses(operation: OperationDefinitionNode, schema: GraphQLSchema): Map<string, string> {
  const info = new TypeInfo(schema);
  const uses = new Map<string, string>();
  visit(
    operation,
    visitWithTypeInfo(info, {
      Argument({ value }) {
        const description = info.getArgument()?.description;
        if (value.kind === 'Variable' && description) uses.set(value.name.value, description);
      },
      ObjectField({ name, value }) {
        const parent = getNamedType(info.getParentInputType());
        const field = isInputObjectType(parent) ? parent.getFields()[name.value] : undefined;
        if (value.kind === 'Variable' && field?.description) uses.set(value.name.value, field.description);
      },
    }),
  );
  return uses;
}

/** What a custom scalar is as JSON, with a sentence on how it is written. */
const scalarSchemas: Readonly<Record<string, ValueSchema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  Decimal: {
    type: 'string',
    pattern: '^[+-]?\\d{1,18}(\\.\\d{1,12})?$',
    description: 'A decimal number as text, for instance "12.50".',
  },
  LocalDate: { type: 'string', format: 'date', description: 'A calendar date, for instance "2026-03-01".' },
  DateTime: {
    type: 'string',
    format: 'date-time',
    description: 'An instant with its offset, for instance "2026-03-01T08:30:00Z".',
  },
  TimeZone: {
    type: 'string',
    pattern: '^[A-Za-z][A-Za-z0-9_+\\-/]{0,63}$',
    description: 'An IANA time zone, for instance "Europe/Berlin".',
  },
  URL: { type: 'string', format: 'uri', description: 'An absolute http or https address.' },
  EmailAddress: { type: 'string', format: 'email', description: 'An e-mail address.' },
  JSON: { description: 'Any JSON value.' },
};

function valueSchema(type: GraphQLInputType, description: string | null | undefined): ValueSchema {
  if (isNonNullType(type)) return valueSchema(type.ofType, description);
  if (isListType(type)) return { type: 'array', items: valueSchema(type.ofType, null), ...described(description) };
  if (isEnumType(type)) {
    const values = type.getValues();
    const meanings = values.map(({ name, description: meaning }) => (meaning ? `${name}: ${meaning}` : name));
    return { type: 'string', enum: values.map(({ name }) => name), ...described(description, meanings.join(' ')) };
  }
  if (isInputObjectType(type)) {
    // Ids of what is yet to be made are for apps that work offline; the server makes those of the assistant.
    const fields = Object.values(type.getFields()).filter(({ name }) => name !== 'id');
    return {
      type: 'object',
      properties: Object.fromEntries(
        fields.map((field) => [
          field.name,
          {
            ...valueSchema(field.type, field.description),
            ...(field.defaultValue !== undefined && { default: field.defaultValue }),
          },
        ]),
      ),
      required: fields
        .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
        .map(({ name }) => name),
      additionalProperties: false,
      ...described(description),
    };
  }
  const scalar = scalarSchemas[type.name];
  if (!scalar) throw new Error(`How is the scalar ${type.name} written? Add it to the schemas of scalars.`);
  return { ...scalar, ...described(description, scalar.description) };
}

const described = (...sentences: readonly (string | null | undefined)[]) => {
  const description = sentences.filter(Boolean).join(' ');
  return description ? { description } : {};
};
