import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

// The README says which test shows each feature of federation. What it names must be there.
const readme = join(import.meta.dirname, '../../gateway/README.md');
const lines = readFileSync(readme, 'utf8').split('\n');

/** Tests by the names that cells give them: the links at the end of the table hold file and title. */
const tests = new Map(
  lines.flatMap((line) => {
    const [, name, path, title] = /^\[([^\]]+)\]: (\S+\.test\.ts) "(.+)"$/.exec(line) ?? [];
    return name ? [[name, { file: join(readme, '..', path as string), title: title as string }] as const] : [];
  }),
);
const start = lines.findIndex((line) => line.startsWith('| Feature |'));
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const columns = cellsOf(lines[start] as string);
const rows = lines.slice(start + 2, lines.indexOf('', start)).map(cellsOf);
const namedIn = (cell: string) => [...cell.matchAll(/\[([^\]]+)\]/g)].map(([, name]) => name as string);

/** Whether a text is the first argument of a call, as titles are. */
const isArgument = (source: string, text: string) => {
  for (let at = source.indexOf(text); at !== -1; at = source.indexOf(text, at + 1))
    if (source.slice(0, at).trimEnd().endsWith('(')) return true;
  return false;
};

describe('the feature matrix', () => {
  test('has a cell for each feature and way to run it', () => {
    expect(columns).toEqual(['Feature', 'Interpreted', 'Compiled', 'Over HTTP', 'Stock `@apollo/gateway`']);
    expect(rows.length).toBeGreaterThan(40);
    expect(new Set(rows.map(([feature]) => feature)).size).toBe(rows.length);
    expect(rows.filter((cells) => cells.length !== columns.length || cells.some((cell) => cell === ''))).toEqual([]);
  });

  test.each(rows.map(([feature, ...cells]) => [feature, cells] as const))('names tests for %s', (_, cells) => {
    for (const [index, cell] of cells.entries()) {
      const named = namedIn(cell);
      // Of stock Apollo nothing is said that was not measured.
      if (columns[index + 1]?.startsWith('Stock') && cell === 'not measured') continue;
      expect(named).not.toEqual([]);
      expect(named.filter((name) => !tests.has(name))).toEqual([]);
    }
  });

  test.each([...tests])('%s is a test', (name, { file, title }) => {
    expect(rows.flat().flatMap(namedIn)).toContain(name);
    expect(existsSync(file)).toBe(true);
    const source = readFileSync(file, 'utf8');
    for (const part of title.split(' › ')) {
      const isTitle = [`'${part}'`, `"${part}"`].some((text) => isArgument(source, text));
      expect([part, isTitle]).toEqual([part, true]);
    }
  });
});
