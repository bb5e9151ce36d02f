import pg from 'pg';
import type { Log } from '../log.ts';
import { Distribution } from './distribution.ts';
import { count, partBounds, type Series, series } from './series.ts';

/** Called when a statement has ended. */
type Ended = (failed: boolean) => void;

/** What the statements of a pool took, in plain numbers: there are some ten for each request. */
export interface Statements {
  /** By their first word. */
  readonly series: ReadonlyMap<string, Series>;
  /** How many took longer than they should. */
  readonly slow: number;
  /** How long was waited for a connection to make them on. */
  readonly waits: Distribution;
  /** Where traces are kept: begins the span of a statement, or null where the caller is not traced. */
  trace: ((operation: string, statement: string) => Ended | null) | null;
  began(statement: string): Ended;
}

const operations: ReadonlySet<string> = new Set(
  'SELECT INSERT UPDATE DELETE WITH BEGIN COMMIT ROLLBACK SAVEPOINT SET LISTEN NOTIFY'.split(' '),
);
const longestText = 2_000;

/** @param slowMs statements that take so many milliseconds or longer are logged without their values; 0: none */
export function createStatements(log: Log, slowMs: number): Statements {
  const seen = new Map<string, Series>();
  let slow = 0;
  const statements: Statements = {
    series: seen,
    get slow() {
      return slow;
    },
    waits: new Distribution(partBounds),
    trace: null,
    began(statement) {
      const word = /^\s*(\w+)/.exec(statement)?.[1]?.toUpperCase() ?? '';
      const operation = operations.has(word) ? word : 'OTHER';
      let known = seen.get(operation);
      if (!known) {
        known = series({ operation }, partBounds);
        seen.set(operation, known);
      }
      const timed = known;
      const traced = statements.trace ? statements.trace(operation, statement) : null;
      const began = performance.now();
      return (failed) => {
        const ms = performance.now() - began;
        timed.durations.add(ms);
        count(timed, failed ? 'failed' : 'ok');
        traced?.(failed);
        if (slowMs === 0 || ms < slowMs) return;
        slow++;
        log.warn({ statement: withoutValues(statement), ms: Math.round(ms), failed }, 'a slow SQL statement');
      };
    },
  };
  return statements;
}

/** Strings in their four forms, names in quotes (which are kept), and numbers. One that does not end reaches to the end. */
const values =
  /\$([a-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|\bE'(?:[^'\\]|\\.|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*"|(?<![\w$.])\d+(?:\.\d+)?/gi;

/** The text of a statement with whatever might be a value cut out. Ours have parameters instead; this is for those that do not. */
export function withoutValues(statement: string): string {
  return statement
    .slice(0, 4 * longestText)
    .replace(values, (found) => (found.startsWith('"') ? found : '?'))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestText);
}

type Query = (...args: unknown[]) => unknown;

/** A connection of pg whose statements are watched. Cursors and COPY, which are no single statements with an end, are let through. */
export function watchedClient(statements: Pick<Statements, 'began'>): typeof pg.Client {
  class WatchedClient extends pg.Client {}
  const query = pg.Client.prototype.query as unknown as Query;
  const watched: Query = function (this: pg.Client, ...args) {
    const [config] = args as [string | { text?: string; submit?: unknown } | null];
    const statement = typeof config === 'string' ? config : config?.text;
    if (typeof statement !== 'string' || (typeof config === 'object' && typeof config?.submit === 'function'))
      return query.apply(this, args);
    const ended = statements.began(statement);
    const last = args.length - 1;
    const callback = args[last];
    if (typeof callback === 'function') {
      args[last] = (error: unknown, result: unknown) => {
        ended(Boolean(error));
        callback(error, result);
      };
      return query.apply(this, args);
    }
    const answer = query.apply(this, args) as Promise<unknown>;
    answer.then(
      () => ended(false),
      () => ended(true),
    );
    return answer;
  };
  WatchedClient.prototype.query = watched as never;
  return WatchedClient;
}
