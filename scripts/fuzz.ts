import { parseArgs } from 'node:util';
import { caseOf, type Fault } from '../tests/gateway/execution/fuzzCase.ts';
import { shrink } from '../tests/gateway/execution/fuzzShrink.ts';

// The differential fuzzer at scale: `npm run fuzz -- --cases 20000 --seed 1`. A case is one random operation on one random graph, which both
// executors must answer as one schema over the same data does. `--operation N` repeats one of a seed's; faults are made as small as they go.
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    operations: { type: 'string', default: '10' },
    operation: { type: 'string' },
  },
});
const operations = Number(values.operations);
const only = values.operation === undefined ? undefined : Number(values.operation);
const cases = only === undefined ? Number(values.cases) : 1;
const first = Number(values.seed);
const started = performance.now();

const counts = {
  cases: 0,
  graphs: 0,
  defers: 0,
  deferred: 0,
  partial: 0,
  conditions: 0,
  mutations: 0,
  failed: 0,
  refused: 0,
  invalid: 0,
  faults: 0,
};

/** As long as a plan may take; the planner knows one that takes for ever. */
const thread = { budget: 2_500, patience: 60_000 };

const tell = async (fault: Fault, graph: ReturnType<typeof caseOf>) => {
  const { seed, operation, query, variables, message } = await shrink(fault, graph);
  console.log(`\nseed ${seed}, operation ${operation}: ${query}\n${JSON.stringify(variables)}\n${message}`);
};

const seconds = () => Math.round((performance.now() - started) / 1000);

let seed = first;
for (; counts.cases < cases; seed++) {
  const graph = caseOf(seed, thread);
  counts.graphs++;
  for (let index = only ?? 0; index <= (only ?? operations - 1) && counts.cases < cases; index++) {
    const operation = graph.operation(index);
    if (!operation) {
      counts.invalid++;
      continue;
    }
    counts.cases++;
    const outcome = await graph.outcomeOf(index, operation.query, operation.variables);
    // Each operation has two at its root.
    if (operation.query.split(/@(?:skip|include)/).length > 3) counts.conditions++;
    if (operation.query.startsWith('mutation')) counts.mutations++;
    if (operation.query.includes('@defer')) counts.defers++;
    if (outcome.isDeferred) counts.deferred++;
    if (outcome.isPartial) counts.partial++;
    if (outcome.hasErrors) counts.failed++;
    if (outcome.isRefused) counts.refused++;
    if (!outcome.fault) continue;
    counts.faults++;
    await tell(outcome.fault, graph);
  }
  await graph.federation.planner.close();
  if (seed % 100 === 0)
    console.log(`${counts.cases} cases up to seed ${seed}, ${counts.faults} faults, ${seconds()} s`);
}
console.log(`
${counts.cases} cases on ${counts.graphs} graphs (seeds ${first} to ${seed - 1})
  ${counts.conditions} with @skip or @include below the root, ${counts.mutations} mutations
  ${counts.defers} with @defer, ${counts.deferred} of them answered in parts
  ${counts.partial} asked once more with a subgraph down
  ${counts.failed} with errors that are to be told
  ${counts.refused} refused as too complex to plan
  ${counts.invalid} more were not valid and not run
${counts.faults} faults in ${seconds()} s`);
process.exitCode = counts.faults ? 1 : 0;
