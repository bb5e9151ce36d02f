import { within } from '../shared/context.ts';
import { forbidden, notFound, type UserError, UserErrors, upstreamFailed } from '../shared/errors.ts';
import { type GraphAnswer, GraphUnreachable } from '../shared/graph.ts';
import { Checks } from '../shared/input.ts';
import { expectVersion } from '../shared/stored.ts';
import { transaction } from '../shared/subgraph.ts';
import { withTaskToken } from '../shared/taskTokens.ts';
import type { ResearchUserContext } from './context.ts';
import type { IntegrateResearchResultInput } from './generated.ts';
import { type Creation, readCreation } from './integrationInput.ts';
import { checkStep, lockResult, takeStep } from './reviews.ts';
import type { ResultRow } from './rows.ts';

/**
 * Makes something of an approved result in another domain, through the graph, and writes down what. The two cannot be one transaction:
 *
 * What is made has an id that follows from the result's (see `readCreation`), so that whoever comes again after a lost answer or a crash, or
 * at the same time, finds it made instead of making another. Only then the result moves on, under its lock. In between no connection is held:
 * should somebody turn the result down meanwhile, what was made of it stays.
 * @throws UserErrors, those of the other domain among them; GraphQLError FORBIDDEN or UPSTREAM_FAILED.
 */
export async function integrateResult(ctx: ResearchUserContext, input: IntegrateResearchResultInput) {
  const checks = new Checks();
  checks.text(['reason'], input.reason, 1_000);
  const creation = readCreation(checks, input);
  checks.done();
  const { scope } = creation!;
  if (!ctx.viewer.scopes.includes(scope)) throw forbidden(`This needs the scope ${scope}.`);

  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const result = (await ctx.db.researchResult.findUnique({ where })) as ResultRow | null;
  if (!result) throw notFound(['id'], 'result');
  expectVersion(result.version, input.expectedVersion, { result });
  checkStep(result, 'INTEGRATED');

  const createdId = await create(ctx, creation!, result);
  return transaction(ctx.root, async (tx) => {
    const inner = within(ctx, tx);
    const current = await lockResult(inner, { id: input.id });
    return { result: await takeStep(inner, current, 'INTEGRATED', input.reason, [createdId]), createdId };
  });
}

/** Share of a request's time that the other domain may take: less than the gateway gives to us. */
const share = 0.4;

/** Asks the graph in the name of whoever asks us, with the right to do this alone. @returns the id of what was made. */
async function create(ctx: ResearchUserContext, creation: Creation, result: ResultRow): Promise<string> {
  const { viewer, userId, graph, now, config, log } = ctx;
  const behalf =
    viewer.kind === 'session' || viewer.kind === 'apiKey' ? { kind: viewer.kind, id: viewer.credentialId } : null;
  const task = { userId, kind: 'research', taskId: result.id, scopes: [creation.scope], behalf } as const;
  const signal = AbortSignal.timeout(config.REQUEST_TIMEOUT_MS * share);
  const { query, variables } = creation;
  const requestId = ctx.requestId;
  let answer: GraphAnswer;
  try {
    answer = await withTaskToken(ctx.root, task, { now: now(), seconds: 30 }, (token) =>
      graph.ask({ token, query, variables, requestId, signal }),
    );
  } catch (error) {
    if (!(error instanceof GraphUnreachable) && !signal.aborted) throw error;
    log.warn({ error: (error as Error).message, result: result.id }, 'making something of a result was not answered');
    throw notAnswered();
  }
  const made = answer.data?.made as { errors: UserError[] } | null | undefined;
  if (!made) {
    log.warn({ errors: answer.errors, result: result.id }, 'making something of a result failed');
    throw notAnswered();
  }
  if (made.errors.length > 0) throw new UserErrors(made.errors.map(creation.place), { result });
  return creation.id;
}

const notAnswered = () =>
  upstreamFailed('What was to be made of it could not be made just now. Send the same again: it is made once.');
