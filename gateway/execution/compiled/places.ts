import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import { Kind, type SelectionSetNode } from 'graphql';
import type { ResponsePath } from '../targets.ts';
import { placeOf } from './collector.ts';

/** What a fetch answers for the root or for each entity: its response names, and for objects the names below. */
export type Shape = Map<string, Shape | undefined>;

/** One fetch of a plan, and what of its answers may be used without a copy. */
export interface PlacedFetch {
  readonly node: FetchNode;
  /** From the root of the answer. */
  readonly path: ResponsePath;
  readonly shape: Shape;
  /** The part of the answer that it is for, where that is one that comes later. */
  readonly label: string | undefined;
  /** Equal for fetches that ask the same of the same subgraph, whatever the planner called them; undefined when there is only one. */
  readonly twin: string | undefined;
  /** Whether entities that are told the same may get the same objects. */
  readonly sharesWithin: boolean;
  /** Whether its twins may, too. */
  readonly sharesAcross: boolean;
  /** Whether its targets may hold one object several times. */
  readonly mayRepeat: boolean;
}

/**
 * Finds which objects of the answers can be shared between places of the merged tree instead of copied.
 *
 * Entities of one fetch that are told the same get the same answer; what is later fetched for the objects inside depends on these objects
 * alone, so it is the same too. That holds unless another fetch answers the same place (then the two are merged), or arguments come from
 * ancestors (`@fromContext`), or keys are renamed later. Twins share as long as nothing is added to the objects at all, because what is added
 * at one place may mean another thing at the other.
 */
export function placeFetches(plan: QueryPlan): ReadonlyMap<FetchNode, PlacedFetch> {
  const fetches: { node: FetchNode; path: ResponsePath; shape: Shape; label?: string; places: string[] }[] = [];
  const walk = (node: NonNullable<QueryPlan['node']> | undefined, path: ResponsePath, label?: string): void => {
    switch (node?.kind) {
      case 'Sequence':
      case 'Parallel':
        for (const child of node.nodes) walk(child, path, label);
        return;
      case 'Flatten':
        walk(node.node, [...path, ...node.path], label);
        return;
      case 'Condition':
        walk(node.ifClause, path, label);
        walk(node.elseClause, path, label);
        return;
      case 'Subscription':
        walk(node.primary, path);
        walk(node.rest, path);
        return;
      case 'Defer':
        walk(node.primary.node, path, label);
        for (const later of node.deferred) walk(later.node, path, later.label);
        return;
      case 'Fetch': {
        const shape = shapeOf(node);
        fetches.push({ node, path, shape, label, places: objectPlaces(shape, placeOf(path)) });
      }
    }
  };
  walk(plan.node, []);

  const answered = new Map<string, number>();
  for (const { places } of fetches) for (const place of places) answered.set(place, (answered.get(place) ?? 0) + 1);
  const added = new Set(fetches.filter(({ node }) => node.requires).map(({ path }) => placeOf(path)));
  const isSimple = fetches.every(({ node }) => !node.contextRewrites?.length && !node.outputRewrites?.length);
  const twins = new Map<string, number>();
  for (const { node } of fetches) twins.set(twinOf(node), (twins.get(twinOf(node)) ?? 0) + 1);
  const starts = fetches.filter(({ node }) => node.requires).map(({ path }) => placeOf(path));

  return new Map(
    fetches.map(({ node, path, shape, label, places }) => {
      const twin = twinOf(node);
      const sharesWithin = isSimple && places.every((place) => answered.get(place) === 1);
      const placed: PlacedFetch = {
        node,
        path,
        shape,
        label,
        twin: node.operationKind === 'query' && (twins.get(twin) ?? 0) > 1 ? twin : undefined,
        sharesWithin,
        sharesAcross: sharesWithin && !places.some((place) => added.has(place)),
        mayRepeat: starts.some((start) => placeOf(path).startsWith(`${start}/`)),
      };
      return [node, placed];
    }),
  );
}

/** The planner numbers its operations: `Name__products__3`. */
function twinOf({ serviceName, operation, operationName }: FetchNode): string {
  const text = operationName ? operation.replace(operationName, '') : operation;
  return JSON.stringify([serviceName, text]);
}

/** What a fetch answers, for each entity where it asks for entities. */
function shapeOf(node: FetchNode): Shape {
  const definition = node.operationDocumentNode?.definitions[0];
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The plan has no documents.');
  const shape = selectionShape(definition.selectionSet);
  return (node.requires ? shape.get('_entities') : shape) ?? new Map();
}

function selectionShape(set: SelectionSetNode, shape: Shape = new Map()): Shape {
  for (const selection of set.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) selectionShape(selection.selectionSet, shape);
    if (selection.kind !== Kind.FIELD) continue;
    const name = (selection.alias ?? selection.name).value;
    shape.set(name, selection.selectionSet && selectionShape(selection.selectionSet, shape.get(name)));
  }
  return shape;
}

const objectPlaces = (shape: Shape, place: string): string[] =>
  [...shape].flatMap(([name, inner]) =>
    inner ? [`${place}/${name}`, ...objectPlaces(inner, `${place}/${name}`)] : [],
  );
