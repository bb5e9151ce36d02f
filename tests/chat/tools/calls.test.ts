import { describe, expect, test } from '@jest/globals';
import { readToolCall, type ToolCall } from '../../../subgraphs/chat/tools/calls.ts';
import { type Allowance, scopesOf, toolDefinitions } from '../../../subgraphs/chat/tools/definitions.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { allClasses, allowing, allScopes, catalogue, everything } from './support.ts';

const goalId = newId('goal');
const read = (name: string, args: unknown, allowed: Allowance = everything) =>
  readToolCall(catalogue, { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) }, allowed);
const call = (...args: Parameters<typeof read>) => {
  const found = read(...args);
  if ('problem' in found) throw new Error(found.problem);
  return found as ToolCall;
};
const problem = (...args: Parameters<typeof read>) => {
  const found = read(...args);
  return 'problem' in found ? found.problem : 'none';
};

describe('offered tools', () => {
  const names = (allowed: Allowance) => toolDefinitions(catalogue, allowed).map(({ name }) => name);

  test('are all of them to whoever may read and write everything', () => {
    expect(names(everything)).toEqual([...catalogue.tools.keys(), 'query']);
    for (const { parameters } of toolDefinitions(catalogue, everything)) expect(parameters.type).toBe('object');
  });

  test('are none whose class of data is not consented', () => {
    expect(names(allowing(['MESSAGES']))).toEqual(['FindMessages', 'Remember', 'query']);
    expect(names(allowing([]))).toEqual(['query']);
  });

  test('are none whose scope is not granted', () => {
    expect(names(allowing(allClasses, ['goals:read', 'research:read']))).toEqual([
      'FindNotes',
      'FindResearch',
      'GoalDetail',
      'ListGoals',
      'ListLifeAreas',
      'ListResearch',
      'query',
    ]);
  });
});

describe('a call of a tool', () => {
  test('comes with its document, its variables and the scopes of its token', () => {
    const { tool, document, variables } = call('LogProgress', { goalId, value: 5.5, localDate: '2026-03-01' });
    expect(tool.kind).toBe('WRITE');
    expect(document).toContain('mutation AssistantLogProgress');
    expect(variables).toEqual({ goalId, value: 5.5, localDate: '2026-03-01' });
    expect(scopesOf(tool)).toEqual(['goals:read', 'goals:write']);
  });

  test('may leave out all that is optional, also as null or as no text at all', () => {
    expect(call('Today', '').variables).toEqual({});
    expect(call('ListGoals', '{}').variables).toEqual({});
    const nulls = {
      title: 'Run',
      kind: 'HABIT',
      deadline: null,
      frequency: { times: 3, period: 'WEEK', interval: null },
    };
    expect(call('CreateGoal', nulls).variables).toEqual({
      title: 'Run',
      kind: 'HABIT',
      frequency: { times: 3, period: 'WEEK' },
    });
    expect(
      call('CreateGoal', { title: 'Move', kind: 'MILESTONE', milestones: [{ title: 'Pack', dueDate: null }] })
        .variables,
    ).toMatchObject({ milestones: [{ title: 'Pack' }] });
  });

  test.each([
    ['DeleteEverything', {}, /^There is no tool "DeleteEverything"\. The tools are: CompleteGoal, .*, query\.$/],
    ['LogProgress', '{"goalId": ', /^The arguments are not valid JSON: /],
    ['LogProgress', '[]', /must be one JSON object/],
    ['LogProgress', 'null', /must be one JSON object/],
    [
      'LogProgress',
      {},
      /^The arguments of LogProgress do not fit: Argument "goalId" of required type "ID!" was not provided\.$/,
    ],
    ['LogProgress', { goalId, value: 'a few' }, /Argument "value" got invalid value "a few".*Decimal must be a number/],
    ['LogProgress', { goalId, localDate: '2026-02-30' }, /Argument "localDate".*calendar date/],
    [
      'LogProgress',
      { goalId, amount: 5 },
      /^LogProgress has no argument "amount"\. It has: goalId, value, localDate, note\.$/,
    ],
    ['Today', { day: 1 }, /^Today has no argument "day"\. It has: none\.$/],
    ['CreateGoal', { title: 'Run', kind: 'HABITS' }, /Did you mean the enum value "HABIT"/],
    [
      'CreateGoal',
      { title: 'Run', kind: 'HABIT', frequency: { times: 'thrice', period: 'WEEK' } },
      /"thrice" at "frequency.times"/,
    ],
    [
      'CreateGoal',
      { title: 'Run', kind: 'HABIT', frequency: { every: 3 } },
      /no argument "frequency\.every"\. It has: times, period, interval/,
    ],
    ['CreateGoal', { title: 'Run', kind: 'MILESTONE', milestones: [{ id: 'x' }] }, /no argument "milestones\[0\]\.id"/],
    ['Remember', { text: 'x'.repeat(20_001) }, /^The arguments are too long: 20\d+ characters, of at most 20000\.$/],
    ['Remember', `{"text": "x", "__proto__": {"kind": "FACT"}}`, /no argument "__proto__"/],
    ['FindNotes', `{"query": ${'['.repeat(9_000)}${']'.repeat(9_000)}}`, /Argument "query"/],
  ])('of %s with %j is refused with a sentence', (name, args, sentence) => {
    expect(problem(name, args)).toMatch(sentence);
  });

  test('that was not offered is refused all the same', () => {
    expect(problem('ListGoals', {}, allowing(['MESSAGES']))).toMatch(/not agreed.*GOALS/);
    expect(problem('LogProgress', { goalId }, allowing(allClasses, ['goals:read']))).toMatch(/needs goals:write/);
    expect(problem('constructor', {})).toMatch(/There is no tool/);
  });
});

describe('a free query', () => {
  const query = (text: string, allowed?: Allowance, variables?: object) =>
    read('query', { query: text, variables }, allowed);
  const traits = (text: string) => {
    const { dataClasses, scopes, isUntrusted } = call('query', { query: text }).tool;
    return { dataClasses, scopes, isUntrusted };
  };
  const sentence = (text: string, allowed?: Allowance, variables?: object) => {
    const found = query(text, allowed, variables);
    return 'problem' in found ? found.problem : 'none';
  };

  test('is classed by all that it selects', () => {
    expect(traits('{ viewer { goals(first: 3) { nodes { title } } } }')).toEqual({
      dataClasses: ['GOALS'],
      scopes: ['goals:read'],
      isUntrusted: false,
    });
    expect(traits('{ viewer { name timeZone } }')).toEqual({
      dataClasses: [],
      scopes: ['profile:read'],
      isUntrusted: false,
    });
    expect(traits('{ viewer { researchResults { nodes { title } } } }')).toMatchObject({ isUntrusted: true });
    expect(traits('{ viewer { researchResults { nodes { id status } } } }')).toMatchObject({ isUntrusted: false });
    expect(traits('{ viewer { dashboard { activeGoalCount recentConversations { title } } } }')).toEqual({
      dataClasses: ['GOALS', 'MESSAGES'],
      scopes: ['chat:read', 'goals:read'],
      isUntrusted: true,
    });
  });

  test('is classed through node, fragments, aliases and directives too', () => {
    const node = (selection: string) => traits(`query ($id: ID! = "x") { node(id: $id) { __typename ${selection} } }`);
    expect(node('id').dataClasses).toEqual([]);
    expect(node('... on Goal { title }')).toMatchObject({ dataClasses: ['GOALS'], scopes: ['goals:read'] });
    expect(node('... on Message { x: content } ... on Goal { title }').dataClasses).toEqual(['GOALS', 'MESSAGES']);
    expect(node('... on Node { ... on ResearchResult { content } }')).toMatchObject({
      dataClasses: ['RESEARCH'],
      scopes: ['research:read'],
      isUntrusted: true,
    });
    expect(node('... @skip(if: true) { ... on Webhook { url @include(if: false) } }').dataClasses).toEqual([
      'COMMUNICATION',
    ]);
    expect(
      traits(
        '{ viewer { ...A } } fragment A on User { goals { nodes { ...B } } } fragment B on Goal { reminders { message } }',
      ),
    ).toMatchObject({ scopes: ['goals:read', 'integrations:read'] });
  });

  test('may ask about the schema', () => {
    expect(traits('{ __typename __type(name: "Goal") { fields { name } } __schema { types { name } } }')).toEqual({
      dataClasses: [],
      scopes: [],
      isUntrusted: false,
    });
  });

  test.each([
    ['mutation { signOut { errors { message } } }', /never a mutation: to change something/],
    ['subscription { goalCompleted { goal { id } } }', /never a subscription/],
    ['query A { viewer { id } } mutation B { signOut { errors { message } } }', /exactly one operation; it holds 2/],
    ['query A { viewer { id } } query B { viewer { id } }', /exactly one operation/],
    ['fragment F on User { id }', /exactly one operation; it holds 0/],
    ['{ viewer { ', /cannot be read: Syntax Error.*line 1, column 1/],
    ['', /cannot be read/],
    ['{ viewer { goal { id } } }', /does not fit the schema: Cannot query field "goal" on type "User"/],
    ['{ viewer { id } } fragment F on Goal { title }', /Fragment "F" is never used/],
    ['{ node(id: 1) { ... on Nothing { id } } }', /Unknown type "Nothing"/],
    [`{ viewer { ${'id '.repeat(2_100)} } }`, /cannot be read.*token/i],
    [
      'query ($id: ID!) { goal(id: $id) { id } }',
      /variables do not fit the query: Variable "\$id" of required type "ID!"/,
    ],
    ['type Query { a: Int } { viewer { id } }', /does not fit the schema/],
  ])('%s is refused with a sentence', (text, expected) => {
    expect(sentence(text)).toMatch(expected);
  });

  test('takes variables, and only as an object', () => {
    const text = 'query ($day: LocalDate!) { viewer { goals(filter: { deadlineAfter: $day }) { totalCount } } }';
    expect(query(text, everything, { day: '2026-03-01' })).toMatchObject({
      document: text,
      variables: { day: '2026-03-01' },
    });
    expect(sentence(text, everything, { day: 'soon' })).toMatch(/LocalDate must be a calendar date/);
    expect(problem('query', { query: text, variables: '{}' })).toBe('Argument "variables" must be an object.');
    expect(problem('query', { query: 1 })).toBe('Argument "query" must be the text of a GraphQL query.');
    expect(problem('query', {})).toBe('Argument "query" must be the text of a GraphQL query.');
  });

  test('that reads a class without consent is refused, and told which', () => {
    expect(
      sentence('{ viewer { goals { totalCount } researchResults { nodes { id } } } }', allowing(['GOALS'])),
    ).toMatch(/of these classes is sent to this model: RESEARCH\./);
    expect(
      sentence(
        '{ viewer { email } }',
        allowing(
          allClasses,
          allScopes.filter((scope) => scope !== 'profile:read'),
        ),
      ),
    ).toMatch(/needs profile:read/);
    expect(sentence('{ viewer { sessions { id } } }')).toMatch(/needs account:manage/);
  });
});
