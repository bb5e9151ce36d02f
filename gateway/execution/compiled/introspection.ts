import { type DocumentNode, executeSync, Kind } from 'graphql';
import type { PreparedPlan } from '../../planning/planner.ts';
import { MISFIT } from '../answerErrors.ts';
import { clientDocument } from '../runtimeType.ts';
import { collectFields } from '../selections.ts';
import type { Field, Writer } from './projection.ts';

/**
 * What writes `__schema` and `__type` of an operation, by response name; undefined where it asks for neither. graphql-js answers them, once
 * for all requests where no variables are in play.
 */
export function compileIntrospection(plan: PreparedPlan): ((key: string, field: Field) => Writer) | undefined {
  const { apiSchema: schema, operation } = plan;
  const type = schema.getQueryType();
  if (operation.operation !== 'query' || !type) return undefined;
  const client = clientDocument(plan);
  const fields = [...collectFields(client, type, [operation.selectionSet]).values()];
  const selections = fields.flat().filter(({ name }) => name.value === '__schema' || name.value === '__type');
  if (!selections.length) return undefined;

  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } },
      ...client.fragments.values(),
    ],
  };
  const hasVariables = !!operation.variableDefinitions?.length;
  const answer = (variableValues: Readonly<Record<string, unknown>>) => {
    const { data, errors = [] } = executeSync({ schema, document, variableValues });
    const failed = new Set(errors.map(({ path }) => path?.[0]));
    const texts = new Map(Object.entries(data ?? {}).map(([key, value]) => [key, JSON.stringify(value)]));
    return { failed, texts };
  };
  let known: ReturnType<typeof answer> | undefined;
  // One answer serves all introspection fields of a request.
  const answers = new WeakMap<object, ReturnType<typeof answer>>();

  return (key, field) => ({
    write(_value, projection) {
      let found = hasVariables ? answers.get(projection) : known;
      if (!found) {
        found = answer(projection.variables);
        if (hasVariables) answers.set(projection, found);
        else known = found;
      }
      if (found.failed.has(key)) projection.fail(field, MISFIT);
      return found.texts.get(key) ?? 'null';
    },
  });
}
