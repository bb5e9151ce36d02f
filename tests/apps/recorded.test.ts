import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { manifestFile, readManifest } from '../../gateway/admission/manifest.ts';
import { checkRecorded } from '../../scripts/swift/recorded.ts';
import { apiSchema } from '../support/schema.ts';

const manifest = readManifest(readFileSync(manifestFile, 'utf8'));
const hash = (name: string) => manifest.operations.find((operation) => operation.name === name)!.id;
const check = (...requests: [string, unknown][]) => {
  const lines = requests.map(([operation, variables]) =>
    JSON.stringify({ operation, hash: hash(operation), variables }),
  );
  return checkRecorded(`${lines.join('\n')}\n`, apiSchema, manifest);
};
const log = { id: 'entry_1', goalId: 'goal_1', value: '2.5', localDate: '2026-03-01' };

describe('what the tests of the apps ask of a graph', () => {
  test('is in order when the server would take it', () => {
    const result = check(['LogProgress', { input: log }], ['LogProgress', { input: log }], ['Dashboard', {}]);
    expect(result.problems).toEqual([]);
    expect(result.requests).toBe(3);
    expect([...result.asked]).toEqual(['LogProgress', 'Dashboard']);
  });

  test.each([
    ['a name that the input has not', { input: { ...log, amount: '1' } }, 'Field "amount" is not defined'],
    ['a variable that the operation has not', { input: log, goal: 'goal_1' }, 'has no variable "$goal"'],
    ['nothing where something is required', { input: { value: '1' } }, 'Field "goalId" of required type'],
    ['no input at all', {}, 'Variable "$input" of required type'],
    ['another type', { input: { ...log, note: 3 } }, 'String cannot represent a non string value'],
    ['no date', { input: { ...log, localDate: '2026-02-30' } }, 'LocalDate must be a calendar date'],
    ['no number', { input: { ...log, value: '2,5' } }, 'Decimal must be a number'],
  ])('is not in order with %s', (_, variables, message) => {
    const { problems } = check(['LogProgress', variables]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).toMatch(/^LogProgress/);
  });

  test('is not in order with a value that an enumeration has not', () => {
    expect(check(['CreateGoal', { input: { title: 'Read', kind: 'PAGES' } }]).problems[0]).toContain('"PAGES"');
  });

  test('is told once for each mistake, however many make it', () => {
    const wrong = (id: string): [string, unknown] => ['LogProgress', { input: { ...log, id, amount: '1' } }];
    expect(check(wrong('entry_1'), wrong('entry_2')).problems).toHaveLength(1);
  });

  test('is left out when a test made the document up', () => {
    const line = JSON.stringify({ operation: 'Made', hash: '0', variables: { any: 1 } });
    expect(checkRecorded(line, apiSchema, manifest)).toEqual({ problems: [], asked: new Set(), requests: 0 });
  });
});
