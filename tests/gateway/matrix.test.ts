import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../gateway/admission/limits.ts';

// The README says which test shows each feature of federation. What it names must be there, and so must be what it says of flags and limits.
const readme = join(import.meta.dirname, '../../gateway/README.md');
const text = readFileSync(readme, 'utf8');
const lines = text.split('\n');

interface Named {
  readonly file: string;
  /** Without one, the test is called as the row. */
  readonly title: string | undefined;
}

/** Tests by the names that cells give them: the links at the end of the table hold their files. */
const tests = new Map<string, Named>();
for (const line of lines) {
  const [, name, path, title] = /^\[([^\]]+)\]: (\S+\.test\.ts)(?: "(.+)")?$/.exec(line) ?? [];
  if (name && path) tests.set(name, { file: join(readme, '..', path), title });
}

const start = lines.findIndex((line) => line.startsWith('| Feature |'));
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const columns = cellsOf(lines[start] as string);
const rows = lines.slice(start + 2, lines.indexOf('', start)).map(cellsOf);
const titleOf = ([feature]: readonly string[]) => feature?.replaceAll('`', '') as string;
const namedIn = (cells: readonly string[]) =>
  cells.slice(1).flatMap((cell) => [...cell.matchAll(/\[([^\]]+)\]/g)].map(([, name]) => name as string));

/** Whether a text is the first argument of a call, as titles are. */
const isArgument = (source: string, quoted: string) => {
  for (let at = source.indexOf(quoted); at !== -1; at = source.indexOf(quoted, at + 1))
    if (source.slice(0, at).trimEnd().endsWith('(')) return true;
  return false;
};
const isTitle = (source: string, title: string) => isArgument(source, `'${title}'`) || isArgument(source, `"${title}"`);

describe('the feature matrix', () => {
  test('has a cell for each feature and way to run it', () => {
    expect(columns).toEqual(['Feature', 'Interpreted', 'Compiled', 'Over HTTP', 'Stock `@apollo/gateway`']);
    expect(rows.length).toBeGreaterThan(50);
    expect(new Set(rows.map(titleOf)).size).toBe(rows.length);
    for (const cells of rows) {
      expect(cells).toHaveLength(columns.length);
      // Of stock Apollo nothing is said that was not measured.
      for (const cell of cells.slice(1, -1)) expect(namedIn(['', cell])).not.toEqual([]);
      if (cells.at(-1) !== 'not measured') expect(namedIn(['', cells.at(-1) as string])).not.toEqual([]);
    }
  });

  test.each(rows.map((cells) => [titleOf(cells), cells] as const))(
    'names tests that exist for: %s',
    (feature, cells) => {
      for (const name of namedIn(cells)) {
        const { file, title = feature } = tests.get(name) ?? { file: `nothing called "${name}"` };
        expect([file, existsSync(file)]).toEqual([file, true]);
        const source = readFileSync(file, 'utf8');
        for (const part of title.split(' › ')) expect([part, isTitle(source, part)]).toEqual([part, true]);
      }
    },
  );

  test('names nothing in vain, and every feature that is tested', () => {
    const named = rows.flatMap(namedIn);
    expect([...tests.keys()].filter((name) => !named.includes(name))).toEqual([]);
    const titles = [...rows.map(titleOf), ...[...tests.values()].map(({ title }) => title)];
    const folder = join(import.meta.dirname, 'features');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.ts')))
      for (const [, title] of readFileSync(join(folder, file), 'utf8').matchAll(/^feature\('(.+)', \{$/gm))
        expect(titles).toContain(title);
  });
});

describe('the README', () => {
  test('has every flag of npm run gateway', () => {
    const source = readFileSync(join(readme, '../serve.ts'), 'utf8');
    const [, usage = ''] = /const usage = `(.+?)`;/s.exec(source) ?? [];
    const flags = [...usage.matchAll(/(?<= )--[a-z-]{2,}(?= [A-Z])/g)].map(([flag]) => flag);
    expect(flags.length).toBeGreaterThan(15);
    expect(flags.filter((flag) => !text.includes(`\`${flag} `) && !text.includes(`, \`${flag} `))).toEqual([]);
  });

  test('has every limit as it is', () => {
    const [, table = ''] = /^### Limits$(.*?)^###/ms.exec(text) ?? [];
    const missing = Object.entries(DEFAULT_LIMITS).filter(
      ([, limit]) => !new RegExp(`\\b${limit.toLocaleString('en')}\\b`).test(table),
    );
    expect(missing).toEqual([]);
  });
});
