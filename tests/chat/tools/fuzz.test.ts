import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { readToolCall } from '../../../subgraphs/chat/tools/calls.ts';
import type { AiDataClass } from '../../../subgraphs/shared/models/dataClasses.ts';
import { apiSchema } from '../../support/schema.ts';
import { allClasses, allowing, catalogue } from './support.ts';

/**
 * Whatever a model writes as a free query: nothing gets through that contains a mutation, or reads a class that is not allowed. What
 * is read is found out here by another way than the product's: each document's fields by hand, and their classes from the words
 * that the schema files are made of.
 */
const classes: fc.Arbitrary<AiDataClass[]> = fc.subarray(allClasses);
const read = (query: string, allowed: readonly AiDataClass[]) =>
  readToolCall(catalogue, { name: 'query', arguments: JSON.stringify({ query }) }, allowing(allowed));

/** Which class the fields of these types are of: enough to notice what slips through. */
const marks: readonly (readonly [RegExp, AiDataClass])[] = [
  [/^(Goal|LifeArea|ProgressEntry|Milestone|Achievement|Reminder)\.(?!id$|__)/, 'GOALS'],
  [/^(User|Query)\.(goals?|lifeAreas|achievements|analytics|reminders|searchNotes)$/, 'GOALS'],
  [/^(Conversation|Message|Memory|Insight)\.(?!id$|__)/, 'MESSAGES'],
  [/^(User|Query)\.(conversations?|memories|insights|searchMessages)$/, 'MESSAGES'],
  [/^(ResearchResult|ResearchCategory|ResearchClaim|ResearchSource)\.(?!id$|__)/, 'RESEARCH'],
  [/^(User|Query)\.(researchResults?|researchCategor\w+|searchResearch)$/, 'RESEARCH'],
  [/^(Connection|Webhook|AutomationRule)\.(?!id$|__)/, 'COMMUNICATION'],
  [/^User\.(connections|webhooks|automationRules)$/, 'COMMUNICATION'],
];

/** `Type.field` of everything in a document that names a field of the schema. */
function coordinates(text: string): string[] {
  const found: string[] = [];
  const walk = (set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        found.push(`${type?.name}.${selection.name.value}`);
        const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
        const field = fields[selection.name.value];
        walk(selection.selectionSet, field && getNamedType(field.type));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value;
        walk(selection.selectionSet, on ? apiSchema.getType(on) : type);
      }
    }
  };
  for (const definition of parse(text).definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      walk(definition.selectionSet, apiSchema.getRootType(definition.operation) ?? undefined);
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      walk(definition.selectionSet, apiSchema.getType(definition.typeCondition.name.value));
    }
  }
  return found;
}

/** What must be so of whatever gets through. Returns whether it did. */
function check(query: string, allowed: readonly AiDataClass[]): boolean {
  const found = read(query, allowed);
  if ('problem' in found) return false;
  const operations = parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition.operation] : [],
  );
  expect(operations).toEqual(['query']);
  const met = coordinates(query);
  for (const [mark, dataClass] of marks) {
    const reading = met.filter((coordinate) => mark.test(coordinate));
    if (reading.length === 0) continue;
    expect([reading, allowed]).toEqual([reading, expect.arrayContaining([dataClass])]);
    expect(found.tool.dataClasses).toContain(dataClass);
  }
  return true;
}

/** Text of a selection of fields of a type, with fragments and directives now and then. */
function selection(type: GraphQLNamedType, depth: number, { int, pick }: Chance): string {
  const parts = ['__typename'];
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  for (let i = int(1, 3); i > 0 && fields.length > 0; i--) {
    const field = pick(fields);
    const inner = getNamedType(field.type);
    if (!isLeafType(inner) && depth === 0) continue;
    const args = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literal(arg.type.toString())}`);
    const alias = int(0, 4) === 0 ? `a${parts.length}: ` : `${field.name}_${parts.length}: `;
    const directive = pick(['', '', '', ' @skip(if: true)', ' @include(if: false)']);
    const below = isLeafType(inner) ? '' : ` ${selection(inner, depth - 1, { int, pick })}`;
    parts.push(`${alias}${field.name}${args.length ? `(${args.join(', ')})` : ''}${directive}${below}`);
  }
  const possible: readonly GraphQLObjectType[] =
    isInterfaceType(type) || !isObjectType(type) ? apiSchema.getPossibleTypes(type as never) : [];
  if (possible.length > 0 && depth > 0) {
    for (let i = int(1, 3); i > 0; i--) {
      const on = pick(possible);
      parts.push(`... on ${on.name} ${selection(on, depth - 1, { int, pick })}`);
    }
  }
  if (isObjectType(type) && int(0, 5) === 0 && depth > 0)
    parts.push(`... ${selection(type, depth - 1, { int, pick })}`);
  return `{ ${parts.join(' ')} }`;
}

const literal = (type: string) =>
  type.startsWith('[') ? '["goal_1"]' : /^(ID|String)!$/.test(type) ? '"goal_1"' : type === 'Int!' ? '1' : '{}';

interface Chance {
  int(low: number, high: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

const chance = fc.gen().map(
  (gen): Chance => ({
    int: (low, high) => gen(fc.integer, { min: low, max: high }),
    pick: (items) => items[gen(fc.nat, { max: items.length - 1 })]!,
  }),
);

test('no valid query gets through that reads a class which is not allowed', () => {
  let through = 0;
  let refused = 0;
  fc.assert(
    fc.property(chance, classes, (chances, allowed) => {
      const query = `query ${selection(apiSchema.getQueryType()!, 5, chances)}`;
      if (check(query, allowed)) through++;
      else refused++;
    }),
    { numRuns: 1_500 },
  );
  // The test would say nothing if hardly any were let through, or hardly any refused.
  expect(through).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});

test('nothing that holds a mutation or a subscription gets through, wherever it stands', () => {
  const operation = fc
    .tuple(chance, fc.constantFrom('mutation' as const, 'subscription' as const))
    .map(([chances, kind]) => `${kind} M ${selection(apiSchema.getRootType(kind as never)!, 2, chances)}`);
  const around = fc.constantFrom(
    '',
    '{ viewer { id } }',
    'query Q { viewer { id } }',
    'fragment F on User { id }',
    '# query\n',
  );
  fc.assert(
    fc.property(operation, around, around, (text, before, after) => {
      expect(read(`${before} ${text} ${after}`, allClasses)).toHaveProperty('problem');
    }),
    { numRuns: 500 },
  );
});

test('documents that were damaged, and texts that are none, are refused or are what they seem', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '...',
    ' on Goal ',
    'mutation',
    'query',
    'title',
    '(id: "x")',
    '@skip(if: true)',
    '\u{feff}',
    '#',
    '"""',
    ',',
    '\0',
  );
  const damaged = fc
    .tuple(
      chance,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.oneof(pieces, fc.string({ maxLength: 5 }))), {
        maxLength: 3,
      }),
    )
    .map(([chances, edits]) =>
      edits.reduce(
        (text, [at, length, piece]) => {
          const place = at % (text.length + 1);
          return text.slice(0, place) + piece + text.slice(place + length);
        },
        `query ${selection(apiSchema.getQueryType()!, 3, chances)}`,
      ),
    );
  fc.assert(
    fc.property(
      fc.oneof({ weight: 5, arbitrary: damaged }, fc.string({ unit: 'grapheme' })),
      classes,
      (text, allowed) => {
        check(text, allowed);
      },
    ),
    { numRuns: 1_500 },
  );
});

test('whatever is called with whatever arguments, the answer is a call that fits or a sentence', () => {
  const names = fc.oneof(fc.constantFrom(...catalogue.tools.keys(), 'query'), fc.string());
  const keys = fc.constantFrom(
    'goalId',
    'value',
    'title',
    'kind',
    'query',
    'variables',
    'frequency',
    '__proto__',
    'toString',
  );
  const args = fc.oneof(
    fc.json(),
    fc.string(),
    fc.dictionary(keys, fc.jsonValue()).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(names, args, (name, text) => {
      const found = readToolCall(catalogue, { name, arguments: text }, allowing(allClasses));
      if ('problem' in found) expect(found.problem).toMatch(/^.{10,}/s);
      else for (const key of Object.keys(found.variables)) expect(found.tool.parameters.properties).toHaveProperty(key);
    }),
    { numRuns: 2_000 },
  );
});
