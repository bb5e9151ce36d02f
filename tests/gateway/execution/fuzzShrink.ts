import { type DocumentNode, Kind, parse, print, visit } from 'graphql';
import { caseOf, type Fault } from './fuzzCase.ts';

const REMOVABLE: readonly string[] = [
  Kind.FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
  Kind.FRAGMENT_DEFINITION,
  Kind.DIRECTIVE,
  Kind.VARIABLE_DEFINITION,
];

/** The fault with an operation from which nothing more can be taken. */
export async function shrink(fault: Fault, graph = caseOf(fault.seed)): Promise<Fault> {
  let smallest = fault;
  /** How many nodes in a row, from the last one taken on and around, could not be taken. */
  let kept = 0;
  for (let target = 0; ; ) {
    const document = parse(smallest.query);
    const count = nodesIn(document);
    if (kept >= count) return smallest;
    target %= count;
    const query = print(without(document, target));
    const isValid = graph.isValid(query);
    const { fault: smaller } = isValid ? await graph.outcomeOf(fault.operation, query, fault.variables) : {};
    if (smaller) smallest = smaller;
    else target++;
    kept = smaller ? 0 : kept + 1;
  }
}

function nodesIn(document: DocumentNode): number {
  let count = 0;
  visit(document, { enter: (node) => void (REMOVABLE.includes(node.kind) && count++) });
  return count;
}

function without(document: DocumentNode, target: number): DocumentNode {
  let at = 0;
  return visit(document, {
    enter: (node) => (REMOVABLE.includes(node.kind) && at++ === target ? null : undefined),
  });
}
