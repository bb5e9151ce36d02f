import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  getNamedType,
  isEnumType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import * as z from 'zod';
import { checkAuthorization } from '../../../gateway/admission/authorization.ts';
import { stripSecurityDirectives } from '../../../gateway/planning/authorization.ts';
import { loadCatalogue } from '../../../subgraphs/chat/tools/catalogue.ts';
import { apiSchema } from '../../support/schema.ts';
import { supergraphSdl } from '../../support/supergraph.ts';
import { allClasses, catalogue, folder, written } from './support.ts';

const tools = [...catalogue.tools.values()];

test('the file that was generated is of the schema and the documents as they are now', () => {
  const { schema: _, ...loaded } = loadCatalogue();
  const { schema: __, ...made } = catalogue;
  expect(loaded).toEqual(made);
});

test('knows the classes of data that consent is given for', () => {
  const type = apiSchema.getType('AiDataClass');
  expect(isEnumType(type) && type.getValues().map(({ name }) => name)).toEqual(allClasses);
});

describe.each(tools.map((tool) => [tool.name, tool] as const))('the tool %s', (name, tool) => {
  const operation = parse(tool.document).definitions[0] as OperationDefinitionNode;

  test('is a valid document, told to the model in a few sentences', () => {
    expect(validate(apiSchema, parse(tool.document))).toEqual([]);
    expect(tool.kind).toBe(operation.operation === 'mutation' ? 'WRITE' : 'READ');
    expect(tool.description).toMatch(/^[A-Z][^#]{40,}\.$/s);
  });

  test('has a schema of exactly its variables, that takes the example', () => {
    const { properties, required, type, additionalProperties } = tool.parameters;
    expect([type, additionalProperties]).toEqual(['object', false]);
    const variables = operation.variableDefinitions ?? [];
    expect(Object.keys(properties)).toEqual(variables.map(({ variable }) => variable.name.value));
    expect(required).toEqual(
      variables
        .filter((definition) => definition.type.kind === Kind.NON_NULL_TYPE && !definition.defaultValue)
        .map(({ variable }) => variable.name.value),
    );
    for (const property of Object.values(properties)) expect(property.description).toBeTruthy();
    const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(tool.parameters)));
    const example = exampleOf(name);
    expect(schema.safeParse(example).success).toBe(true);
    expect(schema.safeParse({ ...example, stranger: 1 }).success).toBe(false);
  });

  test('is let in by the gateway with its own scopes, and with none less of those that the gateway asks for', () => {
    const { authorization } = stripSecurityDirectives(supergraphSdl);
    const refusals = (scopes: readonly string[]) =>
      checkAuthorization({ apiSchema, authorization }, parse(tool.document), null, { isAuthenticated: true, scopes });
    expect(refusals(tool.scopes)).toEqual([]);
    const asked = new Set([...authorization.values()].flatMap(({ scopes }) => scopes.flat()));
    for (const scope of tool.scopes) {
      expect(asked).toContain(scope);
      expect(scope).not.toMatch(/^account:/);
    }
  });

  test('shows a write what became of it, errors included', () => {
    if (tool.kind === 'WRITE') expect(tool.document).toMatch(/errors \{\s+code\s+message\s+path\s+\}/);
    else expect(tool.scopes.filter((scope) => scope.endsWith(':write'))).toEqual([]);
  });
});

test('every document of the folder is a tool', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
  expect(tools.map(({ name }) => `${name}.graphql`)).toEqual(files.sort());
});

test('what tools read, and what others may have written in it', () => {
  expect(
    Object.fromEntries(
      tools.map((tool) => [tool.name, [...tool.dataClasses, ...(tool.isUntrusted ? ['untrusted'] : [])].join(' ')]),
    ),
  ).toEqual({
    CompleteGoal: 'GOALS',
    CreateGoal: 'GOALS',
    CreateReminder: 'GOALS',
    FindMessages: 'MESSAGES untrusted',
    FindNotes: 'GOALS untrusted',
    FindResearch: 'RESEARCH untrusted',
    GoalDetail: 'GOALS',
    ListGoals: 'GOALS',
    ListLifeAreas: 'GOALS',
    ListReminders: 'GOALS',
    ListResearch: 'RESEARCH untrusted',
    LogProgress: 'GOALS',
    Remember: 'MESSAGES',
    SkipDay: 'GOALS',
    Today: 'GOALS',
    TriggerResearch: 'RESEARCH',
    UpdateGoal: 'GOALS',
  });
});

describe('the traits of fields', () => {
  const of = (coordinate: string) => catalogue.fields.get(coordinate);

  test('are known of every field of every object and interface', () => {
    const missing: string[] = [];
    for (const type of Object.values(apiSchema.getTypeMap())) {
      if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue;
      for (const field of Object.keys(type.getFields())) {
        if (!of(`${type.name}.${field}`)) missing.push(`${type.name}.${field}`);
      }
    }
    expect(missing).toEqual([]);
  });

  test('follow the subgraph that owns the field', () => {
    expect(of('User.name')?.dataClasses).toEqual([]);
    expect(of('User.goals')).toEqual({ dataClasses: ['GOALS'], scopes: ['goals:read'], isUntrusted: false });
    expect(of('ProgressEntry.note')).toEqual({ dataClasses: ['GOALS'], scopes: ['goals:read'], isUntrusted: false });
    expect(of('User.searchMessages')?.dataClasses).toEqual(['MESSAGES']);
    expect(of('Message.content')).toEqual({ dataClasses: ['MESSAGES'], scopes: ['chat:read'], isUntrusted: true });
    expect(of('ResearchClaim.quote')).toEqual({
      dataClasses: ['RESEARCH'],
      scopes: ['research:read'],
      isUntrusted: true,
    });
    expect(of('Connection.statusReason')?.dataClasses).toEqual(['COMMUNICATION']);
    expect(of('Webhook.description')?.isUntrusted).toBe(true);
    expect(of('Goal.reminders')).toEqual({ dataClasses: ['GOALS'], scopes: ['integrations:read'], isUntrusted: false });
    expect(of('Notification.title')?.dataClasses).toEqual(['GOALS']);
  });

  test('count what a field reads of other subgraphs', () => {
    expect(of('Reminder.nextOccurrenceAt')?.scopes).toEqual(['goals:read', 'integrations:read']);
  });

  test('of what no subgraph owns alone are none, and such fields tell nothing by themselves', () => {
    // Whatever `node` can reach without passing another field: only ids.
    const free = [...catalogue.fields].filter(([, traits]) => traits.dataClasses.length === 0).map(([name]) => name);
    const node = apiSchema.getType('Node');
    const nodes = isInterfaceType(node) ? apiSchema.getPossibleTypes(node).map(({ name }) => name) : [];
    const ofUsers = /^(User|Session|Device|ApiKey|AiConsent|DataExport)\./;
    expect(
      free.filter((name) => nodes.includes(name.split('.')[0]!) && !ofUsers.test(name) && !name.endsWith('.id')),
    ).toEqual([]);
    expect(of('Node.id')).toEqual({ dataClasses: [], scopes: [], isUntrusted: false });
  });

  test('hold for texts of others whatever way leads to them', () => {
    const quotes = [...catalogue.fields].filter(([name]) => {
      const [type, field] = name.split('.') as [string, string];
      const parent = apiSchema.getType(type);
      return isObjectType(parent) && getNamedType(parent.getFields()[field]!.type).name === 'ExcerptPart';
    });
    expect(quotes.map(([name, { isUntrusted }]) => [name, isUntrusted])).toEqual([
      ['MessageMatch.excerpt', true],
      ['NoteMatch.excerpt', true],
      ['ResearchMatch.excerpt', true],
    ]);
  });

  test('need nothing of unions, which have no fields', () => {
    expect(isUnionType(apiSchema.getType('NoteSubject'))).toBe(true);
    expect(Object.keys(written.fields).filter((name) => name.startsWith('NoteSubject.'))).toEqual([]);
  });
});

/** The variables beside the document, or none where it needs none; empty ids are for the explorer to fill. */
function exampleOf(name: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.variables.json`), 'utf8'));
  } catch {
    return {};
  }
}
