import type { GraphQLSchema } from 'graphql';
import { type Data, isData, merge, newData, own } from '../data.ts';
import { FetchFailure, failedFetch, subgraphError } from '../errors.ts';
import { applyRewrites, contextArguments, renamePath } from '../rewrites.ts';
import { commonPath, type ResponsePath, targetsAt } from '../targets.ts';
import { type Answer, type Ask, compileAsk } from './ask.ts';
import { compileCollector } from './collector.ts';
import { compileEntities, type Entity } from './entities.ts';
import { compileMerger, copyOf } from './merging.ts';
import type { PlacedFetch } from './places.ts';
import type { Run } from './run.ts';
import { SharedTexts } from './shared.ts';

/** A part of a plan. Returns nothing where there is nothing to wait for, and never rejects. */
export type Step = (run: Run, event?: unknown) => Promise<void> | undefined;

/** Compiles a fetch for the root of the answer. */
export function compileRootFetch(schema: GraphQLSchema, placed: PlacedFetch): Step {
  const { node, twin, sharesAcross, shape, label } = placed;
  const ask = compileAsk(node, twin);
  const isShared = twin !== undefined && !sharesAcross;
  const mergeAnswer = compileMerger(schema, shape);
  const receive = (run: Run, { data, errors }: Answer) => {
    for (const error of errors)
      run.errorsOf(label).push(subgraphError(error, renamePath(node.outputRewrites, error.path ?? [])));
    if (!data) return;
    if (node.outputRewrites) {
      const copy = newData();
      merge(schema, copy, data);
      applyRewrites(schema, node.outputRewrites, copy);
      merge(schema, run.root, copy);
    } else {
      mergeAnswer(run.root, isShared ? copyOf(data) : data);
    }
  };
  return (run, event) =>
    attempt(
      run,
      placed,
      () => ask(run, undefined, '', event),
      (answer) => receive(run, answer),
      () => [],
    );
}

/** Compiles a fetch for the entities at its path. */
export function compileEntityFetch(schema: GraphQLSchema, placed: PlacedFetch): Step {
  const { node, path, shape, twin, mayRepeat } = placed;
  const collect = compileCollector(path);
  const gather = compileEntities(schema, node);
  const ask = compileAsk(node, twin);
  const receive = compileReceiver(schema, placed, compileMerger(schema, shape));

  /** Asks for the targets that have the same context arguments. */
  const fetchFor = (run: Run, targets: readonly Data[], extra?: string) => {
    const { entities, text } = gather(targets);
    if (!entities.length) return undefined;
    return attempt(
      run,
      placed,
      () => ask(run, text, extra),
      (answer) => receive(run, entities, answer),
      () => commonPath(pathsOf(run, path, entities).flat()),
    );
  };

  const { contextRewrites } = node;
  if (contextRewrites?.length) {
    // A context argument is a variable of the whole request: targets whose arguments are equal share one.
    return (run) => {
      const groups = new Map<string, Data[]>();
      for (const target of targetsAt([rootTarget(run)], path)) {
        const variables = contextArguments(schema, contextRewrites, target);
        if (!variables) continue;
        const extra = JSON.stringify(variables).slice(1, -1);
        const group = groups.get(extra);
        if (group) group.push(target.data);
        else groups.set(extra, [target.data]);
      }
      return together([...groups].map(([extra, targets]) => fetchFor(run, targets, extra)));
    };
  }
  return (run) => {
    const targets: Data[] = [];
    collect(run.root, targets);
    return targets.length ? fetchFor(run, mayRepeat ? [...new Set(targets)] : targets) : undefined;
  };
}

/** Adds what a subgraph answered to the entities, and its errors to the operation's. */
function compileReceiver(
  schema: GraphQLSchema,
  placed: PlacedFetch,
  mergeAnswer: (target: Data, answer: Data) => void,
) {
  const { node, twin, shape, sharesWithin, sharesAcross } = placed;
  const isShared = twin !== undefined && !sharesAcross;

  const rewritten = (target: Data, answer: Data) => {
    const copy = newData();
    // Rewrites depend on the type; a subgraph that was not asked for its name answers about the type that is known.
    copy.__typename = own(target, '__typename');
    merge(schema, copy, answer);
    applyRewrites(schema, node.outputRewrites, copy);
    merge(schema, target, copy);
  };
  const inner = [...shape].flatMap(([name, below]) => (below ? [name] : []));
  /** Remembers what of an answer will be at several places, so that it is written once. */
  const share = (run: Run, answer: Data) => {
    for (const name of inner) {
      run.shared ??= new SharedTexts();
      run.shared.add(own(answer, name));
    }
  };
  const add = (run: Run, { first, others }: Entity, given: Data) => {
    if (node.outputRewrites) {
      rewritten(first, given);
      for (const target of others ?? []) rewritten(target, given);
      return;
    }
    // Copied before the first target takes it: what is added to that one must not reach the others.
    const answer = isShared ? copyOf(given) : given;
    const copies = sharesWithin ? undefined : others?.map(() => copyOf(given));
    mergeAnswer(first, answer);
    if (sharesWithin && (others || (twin !== undefined && sharesAcross))) share(run, answer);
    if (!others) return;
    for (let index = 0; index < others.length; index++)
      mergeAnswer(others[index] as Data, copies ? (copies[index] as Data) : answer);
  };

  return (run: Run, entities: readonly Entity[], { data, errors }: Answer) => {
    if (errors.length) tellErrors(run, placed, entities, errors);
    const received = data && own(data, '_entities');
    if (received === null || (!data && errors.length)) return;
    if (!Array.isArray(received) || received.length !== entities.length)
      throw new FetchFailure('did not answer what it was asked');
    for (let index = 0; index < entities.length; index++) {
      const answer: unknown = received[index];
      if (isData(answer)) add(run, entities[index] as Entity, answer);
    }
  };
}

function tellErrors(
  run: Run,
  { node, path, label }: PlacedFetch,
  entities: readonly Entity[],
  errors: Answer['errors'],
) {
  const told = run.errorsOf(label);
  const paths = pathsOf(run, path, entities);
  for (const error of errors) {
    const [field, index, ...rest] = error.path ?? [];
    const places = field === '_entities' && typeof index === 'number' ? paths[index] : undefined;
    const inner = renamePath(node.outputRewrites, rest);
    if (places) for (const place of places) told.push(subgraphError(error, [...place, ...inner]));
    else told.push(subgraphError(error, commonPath(paths.flat())));
  }
}

/** Where each entity is in the answer. Looked for only when something went wrong. */
function pathsOf(run: Run, path: ResponsePath, entities: readonly Entity[]): ResponsePath[][] {
  const indexes = new Map<Data, number>();
  for (const [index, { first, others }] of entities.entries())
    for (const data of [first, ...(others ?? [])]) indexes.set(data, index);
  const paths: ResponsePath[][] = entities.map(() => []);
  for (const target of targetsAt([rootTarget(run)], path)) {
    const index = indexes.get(target.data);
    if (index !== undefined) paths[index]?.push(target.path);
  }
  return paths;
}

const rootTarget = (run: Run) => ({ data: run.root, path: [], ancestors: [] });

/** Asks and takes in the answer. What goes wrong is one error of the operation. */
function attempt(
  run: Run,
  placed: PlacedFetch,
  ask: () => ReturnType<Ask>,
  receive: (answer: Answer) => void,
  place: () => ResponsePath,
): Promise<void> {
  try {
    return ask()
      .then(receive)
      .catch((cause) => tellFailure(run, placed, place(), cause));
  } catch (cause) {
    tellFailure(run, placed, place(), cause);
    return Promise.resolve();
  }
}

function tellFailure(run: Run, { node, label }: PlacedFetch, path: ResponsePath, cause: unknown): void {
  run.errorsOf(label).push(failedFetch(node.serviceName, path, cause));
  run.onFailure?.({ subgraph: node.serviceName, path, cause });
}

/** When all are done. */
export function together(works: readonly (Promise<void> | undefined)[]): Promise<void> | undefined {
  const waiting = works.filter((work) => work !== undefined);
  return waiting.length > 1 ? Promise.all(waiting).then(() => undefined) : waiting[0];
}
