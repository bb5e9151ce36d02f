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
export async function shrink(fault: Fault): Promise<Fault> {
  const graph = caseOf(fault.seed);
  let smallest = fault;
  for (let next: Fault | undefined = fault; next; ) {
    smallest = next;
    next = undefined;
    for (const query of smaller(parse(smallest.query))) {
      if (!graph.isValid(query)) continue;
      next = (await graph.outcomeOf(fault.operation, query, fault.variables)).fault;
      if (next) break;
    }
  }
  return smallest;
}

/** The document without one of its nodes. */
function* smaller(document: DocumentNode): Generator<string> {
  let count = 0;
  visit(document, { enter: (node) => void (REMOVABLE.includes(node.kind) && count++) });
  for (let target = 0; target < count; target++) {
    let at = 0;
    const without = visit(document, {
      enter: (node) => (REMOVABLE.includes(node.kind) && at++ === target ? null : undefined),
    });
    yield print(without);
  }
}
