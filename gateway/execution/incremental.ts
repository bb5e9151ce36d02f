import type { GraphQLCompositeType, GraphQLError } from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import { type Asked, answerErrors, isAskedFor, laterErrors } from './answerErrors.ts';
import { answeredPath } from './answeredNames.ts';
import type { TextResult } from './compiled/executor.ts';
import type { Deferral } from './deferral.ts';
import type { ResponsePath } from './targets.ts';

/** A part of an answer that comes later. Its data belongs to the object at its path. */
export interface LaterPart {
  readonly path: ResponsePath;
  readonly label?: string;
  /** JSON, of an object; of null where a null was carried up to the part. */
  readonly data: string;
  readonly errors?: readonly GraphQLError[];
}

/** One message after the first. */
export interface Subsequent {
  readonly incremental: readonly LaterPart[];
  readonly hasNext: boolean;
}

/** An answer in parts. What comes later runs whether or not anybody reads; `return` ends it, as the operation's signal does. */
export interface IncrementalResult {
  readonly initial: TextResult;
  readonly subsequent: AsyncGenerator<Subsequent, void, void>;
}

/** A part of the answer that is to come, for one object that is in the answer. */
export interface Pending {
  readonly label: string;
  readonly path: ResponsePath;
  /** Of the object; an abstract type where it is not known yet. */
  readonly type: GraphQLCompositeType;
}

/** What is shaped of the merged data: JSON, what was found amiss, with paths in the response, and what comes later inside. */
export interface Shaped {
  readonly data: string;
  readonly found: readonly GraphQLError[];
  readonly pending: readonly Pending[];
}

/** One operation that answers in parts, as an executor hands it over once the first part's fetches are done. */
export interface Later {
  readonly plan: PreparedPlan;
  readonly deferral: Deferral;
  /** What the first part's fetches told. */
  readonly errors: readonly GraphQLError[];
  shapeFirst(): Shaped;
  /** What was asked for in a part. */
  askedOf(pending: Pending): Asked;
  /** Undefined where the object turned out to be of another type than the part is for. */
  shapePart(pending: Pending): Shaped | undefined;
  /** Ends what still runs. */
  leave(): void;
}

/** The first part of an answer, and what comes later if anything does. */
export function inParts(later: Later): TextResult | IncrementalResult {
  const { plan, deferral, errors } = later;
  const { data, found, pending } = later.shapeFirst();
  const untold = laterErrors(plan, errors);
  deferral.untold.push(...untold);
  const initial = told(data, answerErrors(plan, without(errors, untold), found));
  if (pending.length) return { initial, subsequent: subsequentOf(later, pending) };
  // What was to come belonged to objects that are not there.
  later.leave();
  return initial;
}

async function* subsequentOf(later: Later, first: readonly Pending[]): AsyncGenerator<Subsequent, void, void> {
  const { deferral } = later;
  const waiting = new Map<string, Pending[]>();
  const ready: string[] = [];
  let failure: unknown;
  let wake = () => {};
  const wait = (pending: readonly Pending[]) => {
    for (const one of pending) {
      const known = waiting.get(one.label);
      if (known) known.push(one);
      else waiting.set(one.label, [one]);
    }
    for (const label of new Set(pending.map((one) => one.label))) {
      if (deferral.isReady(label)) ready.push(label);
      else
        deferral.ready(label).then(
          () => {
            ready.push(label);
            wake();
          },
          (cause) => {
            failure = cause;
            wake();
          },
        );
    }
  };

  try {
    wait(first);
    while (waiting.size) {
      if (!ready.length)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (failure) throw failure;
      const incremental: LaterPart[] = [];
      for (let label = ready.shift(); label !== undefined; label = ready.shift()) {
        const pending = waiting.get(label) ?? [];
        waiting.delete(label);
        const { parts, inner } = shapeParts(later, label, pending);
        incremental.push(...parts);
        wait(inner);
      }
      if (incremental.length || !waiting.size) yield { incremental, hasNext: waiting.size > 0 };
    }
  } finally {
    later.leave();
  }
}

/** All parts of one label: one for each object. */
function shapeParts(later: Later, label: string, pending: readonly Pending[]) {
  const { plan, deferral } = later;
  const shaped = pending.flatMap((one) => {
    const part = later.shapePart(one);
    return part ? [{ ...part, asked: later.askedOf(one), errors: [] as GraphQLError[] }] : [];
  });
  // An error belongs to the part in which it is. Where parts lack what a subgraph did not give, the first of them says so. A plan may also fetch
  // for objects of one type what was selected for another: what went wrong there is in no part, and nobody's.
  for (const error of deferral.errorsOf(label)) (partOf(shaped, error) ?? partBelow(shaped, error))?.errors.push(error);
  for (const error of [...deferral.untold]) {
    const part = partOf(shaped, error);
    if (!part || !isAskedFor(plan, error, part.asked)) continue;
    part.errors.push(error);
    deferral.untold.splice(deferral.untold.indexOf(error), 1);
  }
  const clientLabel = plan.deferred?.get(label);
  const parts = shaped.map(({ asked, errors, data, found }): LaterPart => {
    const untold = laterErrors(plan, errors, asked);
    deferral.untold.push(...untold);
    return {
      path: answeredPath(plan, asked.path),
      ...(clientLabel !== undefined && { label: clientLabel }),
      ...told(data, answerErrors(plan, without(errors, untold), found, asked)),
    };
  });
  return { parts, inner: shaped.flatMap((part) => part.pending) };
}

/** The part that an error lies in. */
const partOf = <Part extends { readonly asked: Asked }>(parts: readonly Part[], { path = [] }: GraphQLError) =>
  parts.find(({ asked }) => asked.path.every((element, index) => path[index] === element));

/** The first part that lies below an error. */
const partBelow = <Part extends { readonly asked: Asked }>(parts: readonly Part[], { path = [] }: GraphQLError) =>
  parts.find(({ asked }) => path.every((element, index) => asked.path[index] === element));

const without = (errors: readonly GraphQLError[], others: readonly GraphQLError[]) =>
  others.length ? errors.filter((error) => !others.includes(error)) : errors;

const told = (data: string, errors: readonly GraphQLError[]) => (errors.length ? { data, errors } : { data });
