import {
  buildSchema,
  type GraphQLSchema,
  getVariableValues,
  isScalarType,
  type OperationDefinitionNode,
  parse,
  printSchema,
} from 'graphql';
import type { Manifest } from '../../gateway/admission/manifest.ts';
import { scalars } from '../../subgraphs/shared/scalars.ts';

/** What the tests of the apps asked of a graph, in one line of JSON. */
interface RecordedRequest {
  readonly operation: string;
  readonly hash: string;
  readonly variables: { [name: string]: unknown };
}

/** What came of looking at recorded requests. */
export interface RecordedCheck {
  /** In sentences: variables that the server would turn down, one example of each mistake. */
  readonly problems: string[];
  /** Names of the operations that were asked. */
  readonly asked: ReadonlySet<string>;
  readonly requests: number;
}

/**
 * Whether the server would take the variables of every recorded request: those that the operation has, and no others, each of its type, down to
 * the fields of inputs, the values of enumerations and the texts of scalars. Requests of documents that tests made up are left out.
 */
export function checkRecorded(recorded: string, schema: GraphQLSchema, manifest: Manifest): RecordedCheck {
  const strict = withScalars(schema);
  const known = new Map(
    manifest.operations.map(({ id, body }) => [id, parse(body, { noLocation: true }).definitions[0]] as const),
  );
  const problems = new Map<string, string>();
  const complain = (sentence: string, mistake = sentence) => {
    if (!problems.has(mistake)) problems.set(mistake, sentence);
  };
  const asked = new Set<string>();
  let requests = 0;
  for (const line of recorded.split('\n').filter(Boolean)) {
    const { operation: name, hash, variables } = JSON.parse(line) as RecordedRequest;
    const operation = known.get(hash) as OperationDefinitionNode | undefined;
    if (!operation) continue;
    requests++;
    asked.add(name);
    const definitions = operation.variableDefinitions ?? [];
    const names = new Set(definitions.map(({ variable }) => variable.name.value));
    for (const given of Object.keys(variables))
      if (!names.has(given))
        complain(`${name} has no variable "$${given}": ${JSON.stringify(variables)}`, `${name} $${given}`);
    const { errors } = getVariableValues(strict, definitions, variables);
    for (const { message } of errors ?? [])
      complain(`${name}: ${message}`, `${name} ${message.replace(/got invalid value [\s\S]*; /, '')}`);
  }
  return { problems: [...problems.values()], asked, requests };
}

/** The schema with scalars that read values as the server does: without them, it takes anything for a date. */
function withScalars(schema: GraphQLSchema): GraphQLSchema {
  const strict = buildSchema(printSchema(schema));
  for (const [name, scalar] of Object.entries(scalars)) {
    const type = strict.getType(name);
    if (isScalarType(type)) type.parseValue = scalar.parseValue.bind(scalar);
  }
  return strict;
}
