import type { FetchNode, PlanNode } from '@apollo/query-planner';
import type { PreparedPlan } from '../../planning/planner.ts';
import { fetchIds, laterParts } from '../deferral.ts';
import { compileEntityFetch, compileRootFetch, type Step, together } from './fetches.ts';
import { placeFetches } from './places.ts';
import { compileProjection, type Writers } from './projection.ts';

/** A plan as functions. */
export interface CompiledPlan {
  /** Runs all fetches; of a subscription, for one event. */
  readonly run: Step;
  /** Writes the merged data as the client asked for it. */
  readonly write: Writers['write'];
  readonly writePart: Writers['writePart'];
  /** Fetches that others wait for. */
  readonly fetchIds: readonly string[];
}

const compiled = new WeakMap<PreparedPlan, CompiledPlan>();

/** The plan's functions, made when they are first asked for; they go when the plan goes. */
export function compiledPlan(plan: PreparedPlan): CompiledPlan {
  let found = compiled.get(plan);
  if (!found) {
    found = { run: compileSteps(plan), fetchIds: fetchIds(plan.queryPlan.node), ...compileProjection(plan) };
    compiled.set(plan, found);
  }
  return found;
}

function compileSteps({ queryPlan, supergraphSchema }: PreparedPlan): Step {
  const placed = placeFetches(queryPlan);
  const compileFetch = (node: FetchNode): Step => {
    const fetch = placed.get(node);
    if (!fetch) throw new Error('A fetch without a place.');
    const step = (node.requires ? compileEntityFetch : compileRootFetch)(supergraphSchema, fetch);
    return node.id === undefined ? step : telling(step, node.id);
  };
  const compile = (node: PlanNode): Step => {
    switch (node.kind) {
      case 'Sequence':
        return inSequence(node.nodes.map(compile));
      case 'Parallel': {
        const steps = node.nodes.map(compile);
        return (run) => together(steps.map((step) => step(run)));
      }
      case 'Flatten':
        return compile(node.node);
      case 'Fetch':
        return compileFetch(node);
      case 'Condition': {
        const yes = node.ifClause && compile(node.ifClause);
        const no = node.elseClause && compile(node.elseClause);
        return (run) => (run.variables[node.condition] === true ? yes : no)?.(run);
      }
      case 'Defer': {
        const first = node.primary.node && compile(node.primary.node);
        const later = laterParts(node).map((part) => ({ ...part, step: part.node && compile(part.node) }));
        return (run) => {
          for (const { label, depends, step } of later) run.deferral?.start(label, depends, () => step?.(run));
          return first?.(run);
        };
      }
    }
  };
  const { node } = queryPlan;
  if (!node) return () => undefined;
  if (node.kind !== 'Subscription') return compile(node);
  const primary = compileFetch(node.primary);
  return node.rest ? inSequence([primary, compile(node.rest)]) : primary;
}

/** The step, which tells those that wait for it. */
const telling =
  (step: Step, id: string): Step =>
  (run, event) => {
    const tell = () => run.deferral?.fetched(id);
    const work = step(run, event);
    if (work) return work.then(tell);
    tell();
    return undefined;
  };

function inSequence(steps: readonly Step[]): Step {
  return async (run, event) => {
    for (const [index, step] of steps.entries()) {
      const work = step(run, index === 0 ? event : undefined);
      if (work) await work;
    }
  };
}
