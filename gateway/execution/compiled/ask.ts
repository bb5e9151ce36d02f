import type { FetchNode } from '@apollo/query-planner';
import type { DocumentNode, GraphQLFormattedError } from 'graphql';
import { clientName } from '../../planning/variableNames.ts';
import { type LeaveSignal, plainData, type SubgraphRequest, type SubgraphResponse } from '../../sources/source.ts';
import { type Data, isData, newData } from '../data.ts';
import { FetchFailure } from '../errors.ts';
import type { Run } from './run.ts';

/** What a subgraph answered, in its proper form. */
export interface Answer {
  readonly data: Data | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Asks a subgraph. `representations` and `extra` (other variables of the planner's) are JSON: a list, and members of an object. */
export type Ask = (run: Run, representations?: string, extra?: string, event?: unknown) => Promise<Answer>;

/** Compiles the requests of one fetch. `twin` names fetches that ask the same: equal requests of one operation are sent once. */
export function compileAsk(node: FetchNode, twin: string | undefined): Ask {
  const call = new Call(node);
  return (run, representations, extra = '', event) => {
    if (run.ended) return Promise.reject(run.ended);
    const variables = call.variablesText(run, representations, extra);
    if (twin === undefined) return send(call, run, representations, extra, variables, event);
    const key = `${twin}${variables}`;
    let answer = run.asked.get(key);
    if (!answer) {
      answer = send(call, run, representations, extra, variables, event);
      run.asked.set(key, answer);
    }
    return answer;
  };
}

/** What all requests of a fetch have in common. */
class Call {
  readonly node: FetchNode;
  /** Of the planner's and of the client's variables, the names. */
  readonly names: readonly (readonly [planned: string, given: string])[];
  readonly #prefixes: readonly (readonly [prefix: string, given: string])[];
  readonly bodyStart: string;

  constructor(node: FetchNode) {
    this.node = node;
    this.names = (node.variableUsages ?? []).map((name) => [name, clientName(name)]);
    this.#prefixes = this.names.map(([name, given]) => [`${JSON.stringify(name)}:`, given]);
    const name = node.operationName === undefined ? '' : `"operationName":${JSON.stringify(node.operationName)},`;
    this.bodyStart = `{"query":${JSON.stringify(node.operation)},${name}"variables":`;
  }

  variablesText(run: Run, representations: string | undefined, extra: string): string {
    let text = extra;
    for (const [prefix, given] of this.#prefixes) {
      const value = run.variableText(given);
      if (value !== undefined) text += text ? `,${prefix}${value}` : prefix + value;
    }
    if (representations !== undefined) text += `${text ? ',' : ''}"representations":${representations}`;
    return `{${text}}`;
  }
}

function send(
  call: Call,
  run: Run,
  representations: string | undefined,
  extra: string,
  variables: string,
  event: unknown,
): Promise<Answer> {
  const source = run.sources.get(call.node.serviceName);
  if (!source) return Promise.reject(new FetchFailure('is not known here'));
  const request = new Request(call, run, representations, extra, variables);
  if (event !== undefined) request.event = event;
  return new Promise((resolve, reject) => {
    run.wait(reject);
    source.execute(request).then(
      (response) => {
        run.settle(reject);
        if (response?.data && response[plainData] !== response.data) run.isPlain = false;
        const answer = checked(response);
        if (answer) resolve(answer);
        else reject(new FetchFailure('did not answer what it was asked'));
      },
      (cause) => {
        run.settle(reject);
        reject(cause);
      },
    );
  });
}

/** A request whose parts are made when a source asks for them: some want text, others objects. */
class Request implements SubgraphRequest {
  event?: unknown;
  readonly #call: Call;
  readonly #run: Run;
  readonly #representations: string | undefined;
  readonly #extra: string;
  readonly #text: string;
  #variables: Data | undefined;

  constructor(call: Call, run: Run, representations: string | undefined, extra: string, text: string) {
    this.#call = call;
    this.#run = run;
    this.#representations = representations;
    this.#extra = extra;
    this.#text = text;
  }

  get query(): string {
    return this.#call.node.operation;
  }

  get document(): DocumentNode | undefined {
    return this.#call.node.operationDocumentNode;
  }

  get operationName(): string | undefined {
    return this.#call.node.operationName;
  }

  get operationKind(): SubgraphRequest['operationKind'] {
    return this.#call.node.operationKind;
  }

  get context(): unknown {
    return this.#run.context;
  }

  get signal(): LeaveSignal {
    return this.#run;
  }

  get deadline(): number {
    return this.#run.deadline;
  }

  get body(): string {
    return `${this.#call.bodyStart}${this.#text}}`;
  }

  get variables(): Data {
    if (!this.#variables) {
      const variables = newData();
      if (this.#extra) Object.assign(variables, JSON.parse(`{${this.#extra}}`));
      if (this.#representations !== undefined) variables.representations = JSON.parse(this.#representations);
      for (const [name, given] of this.#call.names)
        if (Object.hasOwn(this.#run.variables, given)) variables[name] = this.#run.variables[given];
      this.#variables = variables;
    }
    return this.#variables;
  }
}

function checked(response: SubgraphResponse): Answer | undefined {
  const data = response?.data ?? null;
  const errors = Array.isArray(response?.errors) ? (response.errors as readonly GraphQLFormattedError[]) : [];
  const isProper = data === null ? errors.length > 0 : isData(data);
  return isProper ? { data, errors } : undefined;
}
