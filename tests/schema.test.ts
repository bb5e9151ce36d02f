import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  type DocumentNode,
  type GraphQLField,
  getNamedType,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  type TypeNode,
  validate,
} from 'graphql';
import { checkAuthorization } from '../gateway/admission/authorization.ts';
import { composeFromConfig, supergraphFile } from '../gateway/compose.ts';
import { stripSecurityDirectives } from '../gateway/planning/authorization.ts';
import { subgraphs } from '../subgraphs/index.ts';
import { kinds } from '../subgraphs/shared/ids.ts';
import { subgraphSdl } from '../subgraphs/shared/sdl.ts';
import { apiSchema } from './support/schema.ts';

const types = Object.values(apiSchema.getTypeMap()).filter((type) => !type.name.startsWith('__'));

describe('the public schema', () => {
  test('is the one that is committed', () => {
    expect(readFileSync(supergraphFile, 'utf8')).toBe(composeFromConfig());
  });

  test('describes every type, field, argument, input field and enum value', () => {
    const silent: string[] = [];
    const look = (name: string, described: { description?: string | null }) => {
      if (!described.description?.trim()) silent.push(name);
    };
    for (const type of types) {
      if (isScalarType(type) && isSpecifiedScalarType(type)) continue;
      if (
        type === apiSchema.getQueryType() ||
        type === apiSchema.getMutationType() ||
        type === apiSchema.getSubscriptionType()
      ) {
        // Root types speak through their fields.
      } else look(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field);
      }
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields()) as GraphQLField<unknown, unknown>[]) {
          look(`${type.name}.${field.name}`, field);
          for (const arg of field.args) look(`${type.name}.${field.name}(${arg.name})`, arg);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  test('lets no non-null field cross the border of a subgraph, so that one that is down costs its own fields only', () => {
    const owners = new Map<string, Set<string>>();
    const documents = new Map<string, DocumentNode>();
    for (const { name, directory } of Object.values(subgraphs)) {
      const document = parse(subgraphSdl(directory));
      documents.set(name, document);
      for (const definition of document.definitions) {
        if (definition.kind !== 'ObjectTypeDefinition') continue;
        const keys = definition.directives?.filter((directive) => directive.name.value === 'key') ?? [];
        const owns =
          keys.length > 0 &&
          !keys.some((key) => key.arguments?.some((argument) => argument.name.value === 'resolvable'));
        if (owns) owners.set(definition.name.value, (owners.get(definition.name.value) ?? new Set()).add(name));
      }
    }
    const crossing: string[] = [];
    for (const [name, document] of documents) {
      for (const definition of document.definitions) {
        if (definition.kind !== 'ObjectTypeDefinition' && definition.kind !== 'ObjectTypeExtension') continue;
        const type = definition.name.value;
        if (['Query', 'Mutation', 'Subscription', 'PageInfo', 'UserError', 'EventRef'].includes(type)) continue;
        const shared = (owners.get(type)?.size ?? 0) > 1;
        for (const field of definition.fields ?? []) {
          if (field.type.kind !== 'NonNullType' || field.name.value === 'id') continue;
          let inner: TypeNode = field.type.type;
          while (inner.kind !== 'NamedType') inner = inner.type;
          const target = inner.name.value;
          const foreign = owners.has(target) && !owners.get(target)!.has(name);
          const contributed = shared && ['User', 'Dashboard'].includes(type) && !(type === 'User' && name === 'users');
          if (foreign || contributed) crossing.push(`${name}: ${type}.${field.name.value}`);
        }
      }
    }
    expect(crossing).toEqual([]);
  });

  test('has every kind of object as a node', () => {
    for (const { type: name } of Object.values(kinds)) {
      const type = apiSchema.getType(name);
      expect([name, isObjectType(type) && type.getInterfaces().map((i) => i.name)]).toEqual([name, ['Node']]);
    }
  });

  test('answers every mutation with a payload of nullable objects and a list of user errors', () => {
    const wrong: string[] = [];
    for (const [name, field] of Object.entries(apiSchema.getMutationType()!.getFields())) {
      const payload = getNamedType(field.type);
      if (!isObjectType(payload)) {
        wrong.push(name);
        continue;
      }
      const { errors, ...rest } = payload.getFields();
      if (errors?.type.toString() !== '[UserError!]!') wrong.push(`${name}: errors`);
      for (const [part, { type }] of Object.entries(rest)) {
        if (isNonNullType(type) && isObjectType(getNamedType(type)) && !String(type).startsWith('['))
          wrong.push(`${name}.${part}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the shared operations', () => {
  const folder = join(import.meta.dirname, '../operations');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.graphql'))
    .map((entry) => join(entry.parentPath, entry.name));

  test('are valid together: names are unique, fragments are found, nothing deprecated or unknown is asked', () => {
    const document = parse(files.map((file) => readFileSync(file, 'utf8')).join('\n'));
    expect(validate(apiSchema, document).map((error) => error.message)).toEqual([]);
  });

  test('hold one operation a file, named as the file, or only fragments', () => {
    for (const file of files) {
      const operations = parse(readFileSync(file, 'utf8')).definitions.flatMap((definition) =>
        definition.kind === 'OperationDefinition' ? [definition.name?.value] : [],
      );
      const [name, folder] = file.replace('.graphql', '').split('/').reverse();
      // Tools of the assistant are named by their files; their operations must not be those of the apps.
      if (operations.length > 0) expect(operations).toEqual([folder === 'assistant' ? `Assistant${name}` : name]);
    }
  });

  test('have example variables wherever they need some, as the explorer and the tests of clients send them', () => {
    for (const file of files) {
      const operation = parse(readFileSync(file, 'utf8')).definitions.find(
        (node) => node.kind === 'OperationDefinition',
      );
      const variables = file.replace('.graphql', '.variables.json');
      const needs = operation?.variableDefinitions?.some(({ type, defaultValue }) => {
        return type.kind === 'NonNullType' && !defaultValue;
      });
      expect([file, existsSync(variables)]).toEqual([file, needs ?? false]);
      if (!needs) continue;
      const given = JSON.parse(readFileSync(variables, 'utf8'));
      const definitions = operation!.variableDefinitions!;
      expect([file, getVariableValues(apiSchema, definitions, given).errors]).toEqual([file, undefined]);
      const declared = definitions.map(({ variable }) => variable.name.value);
      expect(declared).toEqual(expect.arrayContaining(Object.keys(given)));
    }
  });

  test('the explorer’s welcome is valid, and asks for nothing that needs somebody signed in', () => {
    const welcome = parse(readFileSync(join(import.meta.dirname, '../gateway/explorer/app/welcome.graphql'), 'utf8'));
    expect(validate(apiSchema, welcome)).toEqual([]);
    const { authorization } = stripSecurityDirectives(composeFromConfig());
    expect(
      checkAuthorization({ apiSchema, authorization }, welcome, 'Welcome', { isAuthenticated: false, scopes: [] }),
    ).toEqual([]);
  });
});
