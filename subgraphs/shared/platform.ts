import type pg from 'pg';
import type { Bus } from './bus.ts';
import type { Config } from './config.ts';
import type { Secrets } from './crypto.ts';
import type { Db } from './db.ts';
import type { Graph } from './graph.ts';
import type { HttpClient } from './http.ts';
import type { Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import type { SubgraphDefinition } from './subgraph.ts';
import type { Statements } from './telemetry/statements.ts';
import type { Tracing } from './telemetry/tracing.ts';

/** What is asked of every domain: where a person's data is concerned as a whole, and what is to be done in the background. */
export type Domain = Pick<
  SubgraphDefinition,
  'name' | 'exports' | 'imports' | 'release' | 'erase' | 'reactions' | 'watches' | 'dueWork' | 'usage'
>;

/** What every room of the house may use: made once a process, handed down as an argument. */
export interface Platform {
  config: Config;
  db: Db;
  /** Where the database is: for what Prisma cannot do (COPY). */
  databaseUrl: string;
  /** What the connections to it do, for metrics. */
  database: { pool: Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount' | 'options'>; statements: Statements };
  /** Null where nothing is traced. */
  tracing: Tracing | null;
  bus: Bus;
  jobs: Jobs;
  secrets: Secrets;
  log: Log;
  /** The clock. Injected, so that tests decide what time it is. */
  now: () => Date;
  /** The whole graph, as clients see it: how one domain asks for another's. */
  graph: Graph;
  /** The way to addresses that people, models and pages name. */
  http: HttpClient;
  /** Every domain of the installation, also those that other processes serve: they share one database. */
  domains: readonly Domain[];
}
