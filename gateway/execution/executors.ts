import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import type { PreparedPlan } from '../planning/planner.ts';
import * as compiled from './compiled/executor.ts';
import { responseText, type TextResult } from './compiled/executor.ts';
import * as interpreted from './executor.ts';
import { type Answer, type ExecuteOptions, toText } from './executor.ts';
import type { IncrementalResult } from './incremental.ts';

/** One way to run plans. All ways answer the same. */
export interface Executor {
  execute(plan: PreparedPlan, options: ExecuteOptions): Promise<ExecutionResult>;
  executeEvent(plan: PreparedPlan, event: unknown, options: ExecuteOptions): Promise<ExecutionResult>;
  /** With the data as JSON already. */
  executeText(plan: PreparedPlan, options: ExecuteOptions): Promise<TextResult>;
  executeEventText(plan: PreparedPlan, event: unknown, options: ExecuteOptions): Promise<TextResult>;
  /** In parts where the plan has some that come later. */
  executeIncrementally(plan: PreparedPlan, options: ExecuteOptions): Promise<TextResult | IncrementalResult>;
}

const written = ({ result, weight }: Answer): TextResult => ({
  ...toText(result),
  ...(weight !== undefined && { weight }),
});

/** The plan compiled to functions, and its plain twin, which is slower and easier to follow: what the compiled one is proved by. */
export const executors = {
  compiled,
  interpreted: {
    ...interpreted,
    executeText: async (plan, options) => written(await interpreted.answer(plan, options)),
    executeEventText: async (plan, event, options) => written(await interpreted.answerEvent(plan, event, options)),
  },
} satisfies Record<string, Executor>;

export type ExecutorName = keyof typeof executors;

/** Data that is written already, for servers that expect an object. Whoever stringifies it without `stringifyResult` gets the same, slower. */
export class WrittenData {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** An answer in text as an execution result, for `stringifyResult`. */
export function toWritten({ data, errors }: TextResult): ExecutionResult {
  const written = data === undefined || data === 'null' ? null : new WrittenData(data);
  return {
    ...(data !== undefined && { data: written as unknown as Record<string, unknown> | null }),
    ...(errors && { errors }),
  };
}

/** The `stringifyResult` of an Apollo Server whose gateway answers in text. Other results are stringified as ever. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const { data, errors, extensions } = result;
  const isWritten = (data as unknown) instanceof WrittenData;
  if (!isWritten) return JSON.stringify(result);
  return responseText(
    { data: (data as unknown as WrittenData).text, errors: errors as TextResult['errors'] },
    extensions,
  );
}
