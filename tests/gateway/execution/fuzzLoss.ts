import { type DocumentNode, visit } from 'graphql';
import { type Field, fieldsOf, type Graph, hash } from './fuzzGraph.ts';

/** A subgraph that does not answer, and what nobody answers then. */
export interface Loss {
  readonly subgraph: string;
  isLost(field: Field): boolean;
}

/**
 * One subgraph for an operation to go without; none where what is lost is the planner's choice: of fields that several subgraphs have it may
 * ask any, and who knows an interface, a context or another key may be on the way to somebody else.
 */
export function lossOf(graph: Graph, document: DocumentNode, index: number): Loss | undefined {
  const subgraph = graph.subgraphs[hash(`${graph.seed}/${index}`) % graph.subgraphs.length] as string;
  if (subgraph === 'a' && graph.media.length) return undefined;
  if ([...graph.coded.values()].some(({ by, from }) => by === subgraph || from === subgraph)) return undefined;
  const names = new Set<string>();
  visit(document, { Field: { enter: ({ name }) => void names.add(name.value) } });
  const fields = [...fieldsOf(graph).values()].flat();
  const isOpen = fields.some(
    ({ name, subgraphs, providers = [], fromContext }) =>
      names.has(name) && (fromContext || (subgraphs.length + providers.length > 1 && subgraphs.includes(subgraph))),
  );
  // What is required of a field is asked for under its name.
  const isOpenInside = fields.some(
    ({ name, requires, subgraphs }) =>
      names.has(name) &&
      requires &&
      !subgraphs.includes(subgraph) &&
      fields.some((field) => field.name === requires.replace(/\(.*/, '') && field.subgraphs.includes(subgraph)),
  );
  if (isOpen || isOpenInside) return undefined;
  return { subgraph, isLost: ({ subgraphs }) => subgraphs.includes(subgraph) };
}
