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

const tell = async (fault: Fault) => {
  const { seed, operation, query, variables, message } = await shrink(fault);
  console.log(`\nseed ${seed}, operation ${operation}: ${query}\n${JSON.stringify(variables)}\n${message}`);
};

let done = 0;
let refused = 0;
let faults = 0;
for (let seed = Number(values.seed); done < cases; seed++) {
  const graph = caseOf(seed);
  for (let index = only ?? 0; index <= (only ?? operations - 1) && done < cases; index++) {
    const operation = graph.operation(index);
    if (!operation) {
      refused++;
      continue;
    }
    const fault = await graph.faultOf(index, operation.query, operation.variables);
    done++;
    if (!fault) continue;
    faults++;
    await tell(fault);
  }
  if (seed % 100 === 0)
    console.log(`${done} cases up to seed ${seed}, ${faults} faults, ${refused} operations not valid`);
}
console.log(`${done} cases, ${faults} faults, ${refused} operations that were not valid and not run`);
process.exitCode = faults ? 1 : 0;
