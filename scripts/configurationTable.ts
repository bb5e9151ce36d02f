import type { ZodType } from 'zod';
import { variables } from '../subgraphs/shared/config.ts';

const start = '<!-- configuration: made by "npm run generate" from subgraphs/shared/config.ts -->';
const end = '<!-- end of configuration -->';

/** Puts the table of environment variables between its two marks in a Markdown text. */
export function withConfigurationTable(markdown: string): string {
  const rows = Object.entries(variables).map(([name, schema]) => {
    const { description = '' } = schema as ZodType & { description?: string };
    const otherwise = (schema as ZodType).safeParse(undefined);
    const value = otherwise.success ? otherwise.data : undefined;
    const shown = value === undefined || (Array.isArray(value) && value.length === 0) ? '' : `\`${String(value)}\``;
    return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`;
  });
  const table = ['| variable | default | what it does |', '| --- | --- | --- |', ...rows].join('\n');
  const [before, rest] = markdown.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error('README.md has lost the marks around its configuration table.');
  return `${before}${start}\n\n${table}\n\n${end}${after}`;
}
