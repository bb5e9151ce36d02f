import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Data, isData, isOfType, merge, newData, own } from './data.ts';

/**
 * What a subgraph needs to know of an entity, or undefined when a part of it is not at hand (then the entity cannot be asked for, and the
 * reason was reported where that part was fetched).
 */
export function representation(
  schema: GraphQLSchema,
  data: Data,
  requires: readonly QueryPlanSelectionNode[],
): Data | undefined {
  const selected = select(schema, data, requires);
  return selected && typeof selected.__typename === 'string' ? selected : undefined;
}

function select(schema: GraphQLSchema, data: Data, selections: readonly QueryPlanSelectionNode[]): Data | undefined {
  const result = newData();
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      if (typeCondition && !(typeof own(data, '__typename') === 'string' && isOfType(schema, data, typeCondition)))
        continue;
      const inner = select(schema, data, selection.selections);
      if (!inner) return undefined;
      merge(schema, result, inner);
      continue;
    }
    const name = selection.alias ?? selection.name;
    const value = selectValue(schema, own(data, name), selection.selections);
    if (value === undefined) return undefined;
    result[name] = value;
  }
  return result;
}

function selectValue(
  schema: GraphQLSchema,
  value: unknown,
  selections: readonly QueryPlanSelectionNode[] | undefined,
): unknown {
  if (!selections || value === null || value === undefined) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => selectValue(schema, item, selections));
    return items.includes(undefined) ? undefined : items;
  }
  return isData(value) ? select(schema, value, selections) : undefined;
}
