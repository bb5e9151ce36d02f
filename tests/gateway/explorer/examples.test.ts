import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { readExamples } from '../../../gateway/explorer/app/examples.ts';
import { filledVariables, requiredVariables } from '../../../gateway/explorer/app/variables.ts';

const root = '../../../operations';

describe('examples', () => {
  test('are ordered by folder and name, described by their head comment, with the variables beside them', () => {
    const found = readExamples(
      {
        [`${root}/live/Progress.graphql`]: '# Each entry,\n# as it comes.\n\nsubscription Progress { a }',
        [`${root}/Dashboard.graphql`]: 'query Dashboard($first: Int) { a }',
      },
      { [`${root}/Dashboard.variables.json`]: '{ "first": 3 }' },
    );
    expect(found.map(({ folder, name, operation }) => [folder, name, operation])).toEqual([
      ['', 'Dashboard', 'query'],
      ['live', 'Progress', 'subscription'],
    ]);
    expect(found[0]).toMatchObject({ variables: '{ "first": 3 }', description: '' });
    expect(found[1]).toMatchObject({ variables: undefined, description: 'Each entry, as it comes.' });
  });

  test('bring the fragments they take from other files, each once', () => {
    const [example] = readExamples(
      {
        [`${root}/Goals.graphql`]: 'query Goals { ...GoalRow ...Own } fragment Own on Query { ...GoalRow }',
        [`${root}/fragments/goals.graphql`]: 'fragment GoalRow on Query { ...Area } fragment Other on Query { x }',
        [`${root}/fragments/areas.graphql`]: 'fragment Area on Query { a }',
      },
      {},
    );
    const names = parse(example!.query).definitions.map((node) => 'name' in node && node.name?.value);
    expect(names).toEqual(['Goals', 'Own', 'GoalRow', 'Area']);
  });

  test('leave out what is no document, and there may be none at all', () => {
    expect(readExamples({ [`${root}/Broken.graphql`]: 'query {' }, {})).toEqual([]);
    expect(readExamples({}, {})).toEqual([]);
  });
});

describe('required variables', () => {
  const schema = buildSchema(`
    scalar Decimal
    scalar LocalDate
    enum Kind { HABIT TARGET }
    input GoalInput { title: String! kind: Kind! target: Decimal! start: LocalDate! note: String days: [Int!]! }
    type Query { goal(id: ID!): String create(input: GoalInput!): String list(first: Int): String }
  `);

  test('are filled to the depth of required fields, and no further', () => {
    const text = requiredVariables(parse('query Q($input: GoalInput!, $first: Int) { create(input: $input) }'), schema);
    expect(JSON.parse(text)).toEqual({
      input: { title: '', kind: 'HABIT', target: '1', start: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), days: [1] },
    });
  });

  test('take the latest id of the right kind from what was seen, and leave others to the person', () => {
    const ids = (kind: string, digit: string) => `"${kind}_${digit.repeat(32)}"`;
    const seen = [ids('goal', '1'), ids('area', '2'), ids('goal', '3'), ids('entry', '4')].join();
    const filled = (text: string) => JSON.parse(requiredVariables(parse(text), schema, seen));
    expect(filled('query Q($id: ID!) { goal(id: $id) }')).toEqual({ id: `goal_${'3'.repeat(32)}` });
    expect(filled('query Q($lifeAreaId: ID!, $userId: ID!, $goalIds: [ID!]!) { list }')).toEqual({
      lifeAreaId: `area_${'2'.repeat(32)}`,
      userId: '',
      goalIds: [`goal_${'3'.repeat(32)}`],
    });
  });

  test('written beside an example get their empty ids filled, and keep everything else', () => {
    const seen = `"area_${'2'.repeat(32)}" "goal_${'3'.repeat(32)}"`;
    const filled = (text: string) => filledVariables(text, parse('{ reorderLifeAreas }'), seen);
    expect(
      JSON.parse(filled('{"input":{"ids":[""],"goalId":"","userId":"","note":"","id":"mine","count":2}}')),
    ).toEqual({
      input: {
        ids: [`area_${'2'.repeat(32)}`],
        goalId: `goal_${'3'.repeat(32)}`,
        userId: '',
        note: '',
        id: 'mine',
        count: 2,
      },
    });
    expect(filled('{ broken')).toBe('{ broken');
  });

  test('take the id of whatever the field names, wherever it names it', () => {
    const seen = ['message', 'toolcall', 'insight', 'conversation'].map((kind) => `"${kind}_${'4'.repeat(32)}"`).join();
    const idFor = (field: string) => JSON.parse(filledVariables('{"id":""}', parse(`{ ${field} }`), seen)).id;
    expect(idFor('approveToolCall')).toBe(`toolcall_${'4'.repeat(32)}`);
    expect(idFor('markInsightsRead')).toBe(`insight_${'4'.repeat(32)}`);
    expect(idFor('updateConversation')).toBe(`conversation_${'4'.repeat(32)}`);
    expect(idFor('updateProfile')).toBe('');
  });

  test('are no text at all when nothing is required', () => {
    expect(requiredVariables(parse('query Q($first: Int! = 3) { list(first: $first) }'), schema)).toBe('');
    expect(requiredVariables(parse('{ list }'), schema)).toBe('');
  });

  test('survive a type that this graph does not have', () => {
    expect(JSON.parse(requiredVariables(parse('query Q($x: Gone!) { list }'), schema))).toEqual({ x: '' });
  });
});
