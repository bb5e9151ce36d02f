import type { Client } from 'pg';

/**
 * What a database is made of, as far as Prisma's models say it: one line a column, primary key, index and foreign key of
 * the schema `public`, sorted. What no model can say is left out: CHECK constraints, the formulas of generated columns, and
 * the record of the migrations.
 */
export async function readCatalogue(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    WITH tables AS (
      SELECT c.oid, c.relname FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'
    )
    SELECT format('%s.%s %s%s%s', t.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, ' default ' || pg_get_expr(d.adbin, d.adrelid)) AS line
      FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum AND a.attgenerated = ''
    UNION ALL
    SELECT format('%s: %s%s', t.relname, CASE WHEN i.indisprimary THEN 'primary key ' ELSE '' END,
        replace(pg_get_indexdef(i.indexrelid), 'public.', ''))
      FROM tables t JOIN pg_index i ON i.indrelid = t.oid
    UNION ALL
    SELECT format('%s: %s %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
      FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f'`);
  return rows.map(({ line }) => line).sort();
}

/** The lines that only one of the two has, `+` for those of `actual`, `-` for those of `expected`. */
export function differences(actual: readonly string[], expected: readonly string[]): string[] {
  const [had, wanted] = [new Set(actual), new Set(expected)];
  return [
    ...actual.filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
    ...expected.filter((line) => !had.has(line)).map((line) => `- ${line}`),
  ];
}

export interface ForeignKey {
  name: string;
  table: string;
  target: string;
  /** Columns of the table and the columns of the target that they point to. */
  columns: [string, string][];
}

/** Columns of each table's primary key, in its order. */
export async function readPrimaryKeys(client: Client): Promise<Map<string, string[]>> {
  const { rows } = await client.query<{ table: string; columns: string[] | null }>(`
    SELECT c.relname AS table, (
      SELECT array_agg(a.attname::text ORDER BY k.position) FROM pg_index i
      CROSS JOIN unnest(i.indkey::int[]) WITH ORDINALITY AS k(attnum, position)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE i.indrelid = c.oid AND i.indisprimary) AS columns
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'`);
  return new Map(rows.map(({ table, columns }) => [table, columns ?? []]));
}

/** Names of the tables that have a column `user_id`. */
export async function readUserTables(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ table: string }>(`
    SELECT table_name AS table FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id'`);
  return new Set(rows.map(({ table }) => table));
}

/** All foreign keys. */
export async function readForeignKeys(client: Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(`
    SELECT c.conname AS name, c.conrelid::regclass::text AS table, c.confrelid::regclass::text AS target, (
      SELECT array_agg(ARRAY[a.attname::text, b.attname::text]) FROM unnest(c.conkey, c.confkey) AS k(own, other)
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
      JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.other) AS columns
    FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace`);
  return rows;
}
