import { GraphQLError, type SelectionSetNode } from 'graphql';
import { answeredName } from '../planning/aliases.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import { type Data, isData, newData } from './data.ts';
import { clientDocument } from './runtimeType.ts';
import { fieldsNamed } from './selections.ts';
import type { ResponsePath } from './targets.ts';

// A plan may know aliases by other names than the client does (`aliases`). Here, at the end, they get the client's.

/** A path in the response. */
export const answeredPath = ({ aliases }: PreparedPlan, path: ResponsePath): ResponsePath =>
  aliases ? path.map((element) => (typeof element === 'number' ? element : answeredName(aliases, element))) : path;

export function answeredError(plan: PreparedPlan, error: GraphQLError): GraphQLError {
  if (!plan.aliases || !error.path) return error;
  const { message, nodes, path, extensions } = error;
  return new GraphQLError(message, { nodes, path: answeredPath(plan, path), extensions });
}

/** What was shaped of some selections. Names inside of a scalar's value are the value's own. */
export function answeredData(plan: PreparedPlan, sets: readonly SelectionSetNode[], shaped: Data): Data {
  if (!plan.aliases) return shaped;
  const { fragments } = clientDocument(plan);
  const rename = (inner: readonly SelectionSetNode[], value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => rename(inner, item));
    if (!isData(value)) return value;
    const renamed = newData();
    for (const [key, member] of Object.entries(value)) {
      const below = inner
        .flatMap((set) => fieldsNamed({ fragments, deferred: undefined }, set, key))
        .flatMap((field) => field.selectionSet ?? []);
      renamed[answeredName(plan.aliases, key)] = below.length ? rename(below, member) : member;
    }
    return renamed;
  };
  return rename(sets, shaped) as Data;
}
