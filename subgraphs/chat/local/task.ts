import type { ToolDefinition } from '../../shared/models/provider.ts';
import type { Grammar } from './language/grammar.ts';
import type { Moment } from './moment.ts';

/**
 * One thing that the person wants, as a generator. It yields what it needs and is resumed with it. Nothing of it is kept
 * between two rounds: each round plays the whole talk again, with the results that are there by then, up to the first step
 * that has none. So a task reads like a plain function although days may pass before the person approves a write.
 */
export type Task<Result = string> = Generator<Step, Result, unknown>;

export type Step =
  | {
      readonly kind: 'call';
      readonly tool: string;
      readonly arguments: Record<string, unknown>;
      readonly write: boolean;
    }
  | {
      readonly kind: 'ask';
      readonly question: string;
      readonly understand: (answer: string) => unknown;
      /** Names that answer it, even where they read like a request: a goal may be called "Read 24 books". ANY where a new name is asked for. */
      readonly names: readonly string[] | 'ANY';
    }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'each'; readonly tasks: readonly Task[] };

/** What a task may know. */
export interface Setting {
  readonly grammar: Grammar;
  readonly moment: Moment;
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  /** Whether the person has been told in this talk that this is no language model. */
  readonly introduced: boolean;
}

/** Runs a read tool. Resumed only with `data` that holds no errors: whatever goes wrong ends the task with a sentence. */
export function* read(tool: string, args: Record<string, unknown> = {}): Task<unknown> {
  return yield { kind: 'call', tool, arguments: args, write: false };
}

/** Proposes a write. Resumed with `data` once it was approved and has worked. */
export function* write(tool: string, args: Record<string, unknown>): Task<unknown> {
  return yield { kind: 'call', tool, arguments: args, write: true };
}

/** Asks the person; `understand` makes undefined of what is no answer. */
export function* ask<Choice>(
  question: string,
  understand: (answer: string) => Choice | undefined,
  names: readonly string[] | 'ANY' = [],
): Task<Choice> {
  return (yield { kind: 'ask', question, understand, names }) as Choice;
}

/** Goes on as several tasks, each by itself: what one of them waits for, or meets, does not hold up the others. */
export function* each(tasks: readonly Task[]): Task<never> {
  return (yield { kind: 'each', tasks }) as never;
}

/** Says something before the next call. */
export function* say(text: string): Task<void> {
  yield { kind: 'say', text };
}
