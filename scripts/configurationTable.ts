import type { ZodType } from 'zod';
import { variables } from '../subgraphs/shared/config.ts';

const start = '<!-- configuration: made by "npm run generate" from subgraphs/shared/config.ts -->';
const end = '<!-- end of configuration -->';

/** Puts the table of environment variables between its two marks in a Markdown text. */
export function withConfigurationTable(markdown: string): string {
  const rows = described().map(
    ({ name, otherwise, description }) =>
      `| \`${name}\` | ${otherwise && `\`${otherwise}\``} | ${description.replaceAll('|', '\\|')} |`,
  );
  const table = ['| variable | default | what it does |', '| --- | --- | --- |', ...rows].join('\n');
  const [before, rest] = markdown.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error('README.md has lost the marks around its configuration table.');
  return `${before}${start}\n\n${table}\n\n${end}${after}`;
}

/** The file .env.example: every variable with what it does and its default, none of them set. */
export function environmentExample(): string {
  const entries = described().map(({ name, otherwise, description }) => `# ${description}\n#${name}=${otherwise}\n`);
  return `# Every variable of Jarvis, made by "npm run generate" from subgraphs/shared/config.ts. Copy it to .env for Docker Compose and uncomment what
# you set. Each may instead lie in a file that <NAME>_FILE names. docker-compose.yml sets by itself: NODE_ENV, HOST, PORT, DATA_DIR, GATEWAY_URL,
# the addresses of subgraphs, and the secrets that deploy/secrets.sh makes.

${entries.join('\n')}`;
}

function described() {
  return Object.entries(variables).map(([name, schema]) => {
    const { description = '' } = schema as ZodType & { description?: string };
    const otherwise = (schema as ZodType).safeParse(undefined);
    const value = otherwise.success ? otherwise.data : undefined;
    return { name, description, otherwise: value === undefined ? '' : String(value) };
  });
}
