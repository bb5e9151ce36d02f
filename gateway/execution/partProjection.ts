import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { deferredLabel } from '../planning/deferral.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import { foundError, MISFIT } from './answerErrors.ts';
import { answeredData } from './answeredNames.ts';
import { type Data, isData, own } from './data.ts';
import type { Later, Pending, Shaped } from './incremental.ts';
import { asSet, isFor, partsOf, partType, valueAt } from './parts.ts';
import { shape } from './projection.ts';
import { clientDocument, runtimeType } from './runtimeType.ts';
import { collect } from './selections.ts';
import type { ResponsePath } from './targets.ts';

/** Shapes an answer in parts: each part as an operation of its own, on the object that it belongs to. */
export function shapesOf(
  plan: PreparedPlan,
  root: Data,
  variables: Readonly<Record<string, unknown>>,
): Pick<Later, 'shapeFirst' | 'shapePart' | 'askedOf'> {
  const document = clientDocument(plan);
  const parts = partsOf(plan);
  const { apiSchema } = plan;

  /** The parts that come later of what was shaped: where the object is there still. */
  const pendingIn = (
    type: GraphQLOutputType | GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    shaped: unknown,
    merged: unknown,
    path: ResponsePath,
  ): Pending[] => {
    if (shaped === null || shaped === undefined) return [];
    const inner = getNullableType(type);
    if (isListType(inner))
      return (shaped as unknown[]).flatMap((item, index) =>
        pendingIn(inner.ofType, sets, item, (merged as unknown[])[index], [...path, index]),
      );
    const named = getNamedType(inner);
    if (!isCompositeType(named)) return [];
    const object = isAbstractType(named) ? (runtimeType(document, named, sets, merged) as GraphQLObjectType) : named;
    const isSure = object === named || (isData(merged) && own(merged, '__typename') === object.name);
    const { fields, deferred } = collect(document, object, sets, isSure);
    const here = [...deferred].map((label) => ({ label, path, type: isSure ? object : named }));
    const below = [...fields].flatMap(([key, nodes]) => {
      const field = object.getFields()[nodes[0]?.name.value ?? ''];
      if (!field) return [];
      const innerSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const value = isData(merged) ? own(merged, key) : undefined;
      return pendingIn(field.type, innerSets, (shaped as Data)[key], value, [...path, key]);
    });
    return [...here, ...below];
  };

  const shapeAs = (
    schema: GraphQLSchema,
    type: GraphQLObjectType,
    set: SelectionSetNode,
    path: ResponsePath,
  ): Shaped => {
    const kind = path.length ? OperationTypeNode.QUERY : plan.operation.operation;
    const operation = { ...plan.operation, operation: kind, selectionSet: withoutParts(plan, set) };
    const definitions = [operation, ...document.fragments.values()];
    const value = valueAt(root, path);
    const shaped = shape(plan, schema, { kind: Kind.DOCUMENT, definitions }, isData(value) ? value : {}, variables);
    return {
      data: JSON.stringify(shaped.data && answeredData(plan, [set], shaped.data)),
      found: (shaped.errors ?? []).map(({ message, nodes, path: inner = [] }) =>
        foundError(message, nodes as never, [...path, ...inner]),
      ),
      pending: pendingIn(type, [set], shaped.data, value, path),
    };
  };

  return {
    shapeFirst() {
      const { operation } = plan.operation;
      return shapeAs(apiSchema, apiSchema.getRootType(operation) as GraphQLObjectType, plan.operation.selectionSet, []);
    },
    shapePart({ label, path, type }) {
      const part = parts.get(label) as InlineFragmentNode;
      const object = partType(document, type, part, valueAt(root, path));
      if (!object) return { data: 'null', found: [foundError(MISFIT, undefined, path)], pending: [] };
      if (!isFor(document, part, object)) return undefined;
      return shapeAs(rootedAt(apiSchema, object), object, asSet(part), path);
    },
    askedOf: ({ label, path }) => ({ sets: [asSet(parts.get(label) as InlineFragmentNode)], path }),
  };
}

/** What comes at once of a selection. */
const withoutParts = ({ deferred }: PreparedPlan, set: SelectionSetNode): SelectionSetNode =>
  visit(set, {
    InlineFragment: { enter: (fragment) => (deferredLabel(fragment, deferred) === undefined ? undefined : null) },
  });

/** The schema with another type as its root, so that a part of an answer is shaped as an answer is. */
const rootedAt = (schema: GraphQLSchema, type: GraphQLObjectType): GraphQLSchema =>
  type === schema.getQueryType()
    ? schema
    : new GraphQLSchema({ ...schema.toConfig(), query: type, mutation: null, subscription: null, assumeValid: true });
