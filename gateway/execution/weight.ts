import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import { type Data, isData, own } from './data.ts';
import { clientDocument, runtimeType } from './runtimeType.ts';
import { collectFields } from './selections.ts';

/**
 * What an answer weighs by the plan's `weigh`: all values in it that are not null, introspection aside. The compiled projection adds up the
 * same while it writes.
 * @param answer the data as the client gets it.
 * @param data what the subgraphs answered, merged: it tells the types of objects.
 */
export function answerWeight(plan: PreparedPlan, answer: Data, data: Data): number {
  const { weigh, apiSchema, operation } = plan;
  if (!weigh) return 0;
  const document = clientDocument(plan);

  const ofObject = (
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    answer: Data,
    data: unknown,
  ): number => {
    let sum = 0;
    for (const [key, nodes] of collectFields(document, type, sets)) {
      const field = type.getFields()[(nodes[0] as FieldNode).name.value];
      if (!field) continue;
      const ofValue = (type: GraphQLOutputType, answer: unknown, data: unknown): number => {
        if (answer === null || answer === undefined) return 0;
        const inner = getNullableType(type);
        if (isListType(inner)) {
          const items = answer as readonly unknown[];
          return items.reduce<number>(
            (sum, item, index) => sum + ofValue(inner.ofType, item, (data as readonly unknown[])[index]),
            0,
          );
        }
        if (isLeafType(inner)) return weigh(typeName, field.name, inner.name);
        const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
        const object = isObjectType(inner) ? inner : runtimeType(document, inner as GraphQLAbstractType, below, data);
        return object ? weigh(typeName, field.name, object.name) + ofObject(object, below, answer as Data, data) : 0;
      };
      const typeName = type.name;
      sum += ofValue(field.type, own(answer, key), isData(data) ? own(data, key) : undefined);
    }
    return sum;
  };
  const root = apiSchema.getRootType(operation.operation);
  return root ? ofObject(root, [operation.selectionSet], answer, data) : 0;
}
