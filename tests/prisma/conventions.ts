import { isContract, type Migration } from '../../prisma/migrate.ts';

/** Landed before there were these rules. */
export const grandfathered = '20261127006000_item_deletions';

interface Rule {
  readonly pattern: RegExp;
  readonly what: string;
}

/** What programs of the version before cannot live with. */
const takesAway: readonly Rule[] = [
  { pattern: /\bDROP\s+(?:TABLE|VIEW|COLUMN|TYPE|FUNCTION)\b/i, what: 'drops what older programs use' },
  { pattern: /\bRENAME\s+(?:COLUMN\s+|CONSTRAINT\s+)?\w*\s*TO\b/i, what: 'renames what older programs use' },
  {
    pattern: /\bALTER\s+COLUMN\s+\w+\s+SET\s+NOT\s+NULL\b/i,
    what: 'demands a value that older programs may not write',
  },
];

/** What keeps writers waiting for as long as a table is large. */
const holdsUp: readonly Rule[] = [
  { pattern: /\bALTER\s+COLUMN\s+\w+\s+(?:SET\s+DATA\s+)?TYPE\b/i, what: 'may write the whole table anew' },
  { pattern: /\bGENERATED\s+ALWAYS\s+AS\b/i, what: 'writes the whole table anew' },
  {
    pattern:
      /\bADD\s+(?:CONSTRAINT\s+\w+\s+)?(?:CHECK|FOREIGN\s+KEY|UNIQUE|PRIMARY\s+KEY|EXCLUDE)\b(?![^;]*\bNOT\s+VALID\b)/i,
    what: 'reads the whole table under a lock',
  },
  { pattern: /^\s*(?:UPDATE|DELETE\s+FROM)\b/i, what: 'changes rows under a lock to the end of the migration' },
];

/**
 * What is wrong with a migration for a deployment while others write: sentences that say what to do. It says nothing about tables that the migration
 * makes itself, nor about those that landed before there was this rule.
 */
export function complaints({ name, sql }: Migration): string[] {
  if (name <= grandfathered) return [];
  const found: string[] = [];
  const bare = sql.replace(/--[^\n]*/g, '').replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''");
  const made = new Set(
    [...bare.matchAll(/\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)/gi)].map(([, table]) => table!),
  );
  const reason = (kind: 'contract' | 'locks') => new RegExp(`^-- ${kind}: \\S`, 'm').test(sql);
  for (const statement of bare.split(';')) {
    const table =
      /\b(?:ALTER\s+TABLE|UPDATE|DELETE\s+FROM|INDEX\s+(?:\w+\s+)?ON)\s+(?:ONLY\s+|IF\s+EXISTS\s+)*"?(\w+)/i.exec(
        statement,
      )?.[1];
    if (table !== undefined && made.has(table)) continue;
    const shown = statement.trim().replace(/\s+/g, ' ').slice(0, 90);
    const away = takesAway.find(({ pattern }) => pattern.test(statement))?.what ?? missingDefault(statement);
    if (away && !(isContract(name) && reason('contract'))) {
      found.push(
        `${name}: "${shown}" ${away}. Do it one version later, in a migration whose folder ends in _contract and which says "-- contract: why no running version needs it".`,
      );
    }
    const slow =
      holdsUp.find(({ pattern }) => pattern.test(statement))?.what ??
      (/\bCREATE\s+(?:UNIQUE\s+)?INDEX\b(?!\s+CONCURRENTLY)/i.test(statement) ? 'keeps writers waiting' : undefined);
    if (slow && !reason('locks')) {
      found.push(
        `${name}: "${shown}" ${slow}. Use CREATE INDEX CONCURRENTLY in a migration of its own, or NOT VALID, and VALIDATE in a later migration; or say "-- locks: why that does not matter here".`,
      );
    }
  }
  return found;
}

/** Older programs insert without the new column. */
function missingDefault(statement: string): string | undefined {
  const columns = statement
    .split(/,(?![^(]*\))/)
    .filter((part) => /\bADD\s+(?:COLUMN\s+)?(?!CONSTRAINT|CHECK|FOREIGN|UNIQUE|PRIMARY|EXCLUDE)\w+/i.test(part));
  const demands = columns.some((part) => /\bNOT\s+NULL\b/i.test(part) && !/\b(?:DEFAULT|GENERATED)\b/i.test(part));
  return demands && /\bALTER\s+TABLE\b/i.test(statement)
    ? 'demands a value that older programs do not write'
    : undefined;
}
