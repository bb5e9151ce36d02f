import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLFormattedError } from 'graphql';
import { clientName } from '../planning/variableNames.ts';
import type { SubgraphResponse } from '../sources/source.ts';
import { type Data, isData, merge, newData, own } from './data.ts';
import { FetchFailure, failedFetch, subgraphError } from './errors.ts';
import type { Execution } from './execution.ts';
import { representation } from './representations.ts';
import { applyRewrites, contextArguments, renamePath } from './rewrites.ts';
import { commonPath, type ResponsePath, type Target } from './targets.ts';

/**
 * Runs one fetch for all of its targets and merges what comes back into them. Never rejects: a fetch that fails adds one error and leaves
 * its fields out, which the projection turns into nulls.
 */
export async function runFetch(execution: Execution, node: FetchNode, targets: readonly Target[], event?: unknown) {
  if (!targets.length) return;
  if (!node.requires) return fetchRoot(execution, node, targets, event);
  await Promise.all(
    byContext(execution, node, targets).map(({ variables, targets }) =>
      fetchEntities(execution, node, targets, variables),
    ),
  );
}

async function fetchRoot(execution: Execution, node: FetchNode, targets: readonly Target[], event: unknown) {
  const { supergraphSchema } = execution.plan;
  const path = commonPath(targets.map((target) => target.path));
  await attempt(execution, node, path, async () => {
    const { data, errors } = await ask(execution, node, newData(), event);
    for (const error of errors)
      report(execution, error, [...path, ...renamePath(node.outputRewrites, error.path ?? [])]);
    if (!data) return;
    applyRewrites(supergraphSchema, node.outputRewrites, data);
    for (const target of targets) merge(supergraphSchema, target.data, data);
  });
}

async function fetchEntities(execution: Execution, node: FetchNode, targets: readonly Target[], variables: Data) {
  const { supergraphSchema } = execution.plan;
  const entities = distinctEntities(execution, node, targets);
  if (!entities.length) return;
  const path = commonPath(entities.flatMap((entity) => entity.targets.map((target) => target.path)));
  await attempt(execution, node, path, async () => {
    const representations = entities.map((entity) => entity.representation);
    const { data, errors } = await ask(execution, node, Object.assign(newData(), variables, { representations }));
    for (const error of errors) {
      const [field, index, ...rest] = error.path ?? [];
      const entity = field === '_entities' && typeof index === 'number' ? entities[index] : undefined;
      const inner = renamePath(node.outputRewrites, rest);
      if (entity) for (const target of entity.targets) report(execution, error, [...target.path, ...inner]);
      else report(execution, error, path);
    }
    const received = data && own(data, '_entities');
    if (received === null || (!data && errors.length)) return;
    if (!Array.isArray(received) || received.length !== entities.length)
      throw new FetchFailure('did not answer what it was asked');
    for (const [index, entity] of entities.entries()) {
      const answer: unknown = received[index];
      if (!isData(answer)) continue;
      for (const target of entity.targets) {
        const copy = newData();
        // Rewrites depend on the type; a subgraph that was not asked for its name answers about the type that is known.
        copy.__typename = own(target.data, '__typename');
        merge(supergraphSchema, copy, answer);
        applyRewrites(supergraphSchema, node.outputRewrites, copy);
        merge(supergraphSchema, target.data, copy);
      }
    }
  });
}

/** Targets whose context arguments are equal share a request: an argument is a variable of the whole request. */
function byContext(execution: Execution, node: FetchNode, targets: readonly Target[]) {
  const { contextRewrites } = node;
  if (!contextRewrites?.length) return [{ variables: newData(), targets }];
  const groups = new Map<string, { variables: Data; targets: Target[] }>();
  for (const target of targets) {
    const variables = contextArguments(execution.plan.supergraphSchema, contextRewrites, target);
    if (!variables) continue;
    const key = JSON.stringify(variables);
    const group = groups.get(key);
    if (group) group.targets.push(target);
    else groups.set(key, { variables, targets: [target] });
  }
  return [...groups.values()];
}

/** Targets that a subgraph would be told the same of are asked for once. */
function distinctEntities(execution: Execution, node: FetchNode, targets: readonly Target[]) {
  const { supergraphSchema } = execution.plan;
  const entities = new Map<string, { representation: Data; targets: Target[] }>();
  for (const target of targets) {
    const wanted = representation(supergraphSchema, target.data, node.requires ?? []);
    if (!wanted) continue;
    applyRewrites(supergraphSchema, node.inputRewrites, wanted);
    const key = JSON.stringify(wanted);
    const entity = entities.get(key);
    if (entity) entity.targets.push(target);
    else entities.set(key, { representation: wanted, targets: [target] });
  }
  return [...entities.values()];
}

/** Asks the subgraph, and gives up when the operation's deadline passes. */
async function ask(execution: Execution, node: FetchNode, variables: Data, event?: unknown) {
  const { signal, deadline, context } = execution;
  signal.throwIfAborted();
  const source = execution.sources.get(node.serviceName);
  if (!source) throw new FetchFailure('is not known here');
  for (const name of node.variableUsages ?? []) {
    const given = clientName(name);
    if (Object.hasOwn(execution.variables, given)) variables[name] = execution.variables[given];
  }
  const answer = source.execute({
    query: node.operation,
    document: node.operationDocumentNode,
    operationName: node.operationName,
    operationKind: node.operationKind,
    variables,
    context,
    signal,
    deadline,
    ...(event === undefined ? {} : { event }),
  });
  return checked(await abortable(answer, signal));
}

function checked(response: SubgraphResponse): { data: Data | null; errors: readonly GraphQLFormattedError[] } {
  const data = response?.data ?? null;
  const errors = Array.isArray(response?.errors) ? (response.errors as readonly GraphQLFormattedError[]) : [];
  if (data === null ? !errors.length : !isData(data)) throw new FetchFailure('did not answer what it was asked');
  return { data, errors };
}

const report = (execution: Execution, error: GraphQLFormattedError, path: ResponsePath) =>
  execution.errors.push(subgraphError(error, path));

async function attempt(execution: Execution, node: FetchNode, path: ResponsePath, work: () => Promise<void>) {
  try {
    await work();
  } catch (cause) {
    execution.errors.push(failedFetch(node.serviceName, path, cause));
    execution.onFailure?.({ subgraph: node.serviceName, path, cause, context: execution.context });
  }
}

/** The promise's outcome, or the signal's reason if that comes first. */
function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
