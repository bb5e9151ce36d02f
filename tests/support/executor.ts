import { type DocumentNode, type FormattedExecutionResult, parse, validate } from 'graphql';
import { checkAuthorization } from '../../gateway/admission/authorization.ts';
import { createGateway, type RunOptions } from '../../gateway/gateway.ts';
import type { PreparedPlan } from '../../gateway/planning/planner.ts';
import { createEmbeddedSource } from '../../gateway/sources/embedded.ts';
import { findPast } from '../../gateway/sources/eventFeed.ts';
import type { Source } from '../../gateway/sources/source.ts';
import type { RequestInfo } from '../../subgraphs/shared/context.ts';
import type { Db } from '../../subgraphs/shared/db.ts';
import { scalars } from '../../subgraphs/shared/scalars.ts';
import type { Subgraph } from '../../subgraphs/shared/subgraph.ts';
import { supergraphSdl } from './supergraph.ts';

type Subgraphs = ReadonlyMap<string, Subgraph>;

/** What each graph's subgraphs are reached through. */
const sourcesOf = new WeakMap<Subgraphs, ReadonlyMap<string, Source>>();

/** One for all graphs of a worker: reading the supergraph and planning take longer than most tests. */
const gateway = createGateway({
  supergraphSdl,
  scalars,
  buildSource: ({ name }) => ({
    execute(request) {
      const { subgraphs } = request.context as { subgraphs: Subgraphs };
      return sourcesOf.get(subgraphs)!.get(name)!.execute(request);
    },
  }),
  buildSubscriptionSource: () => ({
    resumesBy: 'after',
    listen: async () => {
      throw new Error('Nobody listens to the graph of tests: ask for one event.');
    },
    find: (request, id) => findPast((request.context as { db: Db }).db, request, id),
  }),
});
const documents = new Map<string, DocumentNode>();

/** The gateway's own way from a document to an answer, without a transport. */
export function createTestExecutor(subgraphs: Subgraphs, db: Db) {
  sourcesOf.set(subgraphs, new Map([...subgraphs].map(([name, subgraph]) => [name, createEmbeddedSource(subgraph)])));
  return async (text: string, variables: Record<string, unknown>, request: RequestInfo, eventId?: string | null) => {
    let document = documents.get(text);
    if (!document) {
      document = parse(text);
      const problems = validate(gateway.apiSchema, document);
      if (problems.length > 0)
        return { errors: problems.map((problem) => problem.toJSON()) } as FormattedExecutionResult;
      documents.set(text, document);
    }
    const denied = checkAuthorization(gateway.engine, document, undefined, {
      isAuthenticated: request.viewer !== null,
      scopes: request.viewer?.scopes ?? [],
    });
    if (denied.length > 0) return { errors: denied.map((error) => error.toJSON()) } as FormattedExecutionResult;
    const plan = await gateway.plan(document, undefined, variables);
    const run = { variables, context: { request, subgraphs, db } };
    const result = eventId === undefined ? await gateway.execute(plan, run) : await answerEvent(plan, eventId, run);
    return JSON.parse(JSON.stringify(result)) as FormattedExecutionResult;
  };
}

/** What a subscription says of one event in the past: what deliveries of webhooks ask for. */
async function answerEvent(plan: PreparedPlan, id: string | null, run: RunOptions) {
  const event = id === null ? null : await gateway.subscription(plan, run).find(id);
  return event === null ? { data: null } : gateway.executeEvent(plan, event, run);
}
